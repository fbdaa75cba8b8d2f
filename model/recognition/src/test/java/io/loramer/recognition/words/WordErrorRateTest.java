package io.loramer.recognition.words;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordErrorRateTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "the cat sat on the mat     | the cat sat on the mat   | 0 | 6",
        "the cat sat on the mat     | the cat sit on mat       | 2 | 6", // substituted, deleted
        "the cat                    | the old cat sat          | 2 | 2", // inserted
        "the cat sat                | ''                       | 3 | 3",
        "''                         | the cat                  | 2 | 0",
        "a b c d                    | b c d e                  | 2 | 4",
        "\"Don’t!\" she said - twice | DON'T SHE  SAID TWICE    | 0 | 4",
        "'the ''quoted'' cats'' tail' | THE QUOTED CATS TAIL   | 0 | 4",
        "Grüße aus 1990             | GRÜSSE AUS 1990          | 1 | 3",
      })
  void errorsAreCounted(String transcript, String recognized, long errors, long words) {
    assertEquals(new WordErrorRate(errors, words), WordErrorRate.of(transcript, recognized));
  }

  @Test
  void rateIsOverTheWordsOfAllTexts() {
    WordErrorRate both = WordErrorRate.of("a b c", "a b").plus(WordErrorRate.of("d", "d e f"));
    assertEquals(new WordErrorRate(3, 4), both);
    assertEquals(0.75, both.rate());
    assertTrue(Double.isNaN(WordErrorRate.of("", "").rate()));
  }
}

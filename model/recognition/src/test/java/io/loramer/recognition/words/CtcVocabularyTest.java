package io.loramer.recognition.words;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.loramer.recognition.corpus.Transcription;
import io.loramer.recognition.testing.CtcFixture;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Ids to texts. Those of transformers' Wav2Vec2CTCTokenizer are in golden.json of the fixture; that
 * of transformers 5 removes special tokens before it collapses repeats, so a script did these.
 */
class CtcVocabularyTest {
  private static final CtcVocabulary LETTERS =
      new CtcVocabulary(Map.of(4, " ", 5, "E", 7, "A", 24, "B"), 0, false);

  @Test
  void textsEqualThoseOfTransformersWithoutSpecialTokens() throws IOException {
    ObjectMapper json = new ObjectMapper();
    Map<Integer, String> tokens = new HashMap<>();
    for (var token : json.readTree(CtcFixture.FOLDER.resolve("vocab.json").toFile()).properties()) {
      if (token.getValue().asInt() > 3) { // not <pad>, <s>, </s>, <unk>
        tokens.put(token.getValue().asInt(), token.getKey().replace('|', ' '));
      }
    }
    CtcVocabulary vocabulary = new CtcVocabulary(tokens, 0, false);
    JsonNode golden = json.readTree(CtcFixture.FOLDER.resolve("golden.json").toFile());
    JsonNode cases = golden.at("/ctc/cases");
    assertTrue(cases.size() > 9);
    for (var one : cases.properties()) {
      int[] ids = json.convertValue(one.getValue().get("ids"), int[].class);
      assertEquals(
          one.getValue().get("text_specials_dropped").asText(),
          vocabulary.decode(ids, new float[ids.length]).text(),
          one.getKey());
    }
  }

  @Test
  void confidenceIsTheMeanOverFramesWithAnyToken() {
    int[] ids = {0, 7, 7, 1, 0}; // 1 is special: not written, but emitted
    float[] logProbabilities = {-9, -0.5f, -0.25f, -0.75f, -9};
    assertEquals(new Transcription("A", Math.exp(-0.5)), LETTERS.decode(ids, logProbabilities));
  }

  @Test
  void confidenceOfSilenceIsTheMeanOverBlanks() {
    assertEquals(
        new Transcription("", Math.exp(-0.25)), LETTERS.decode(new int[2], new float[] {-0.5f, 0}));
  }

  @Test
  void lowerCaseIsWrittenIfTheTokenizerRequiresIt() {
    CtcVocabulary lower = new CtcVocabulary(LETTERS.tokens(), 0, true);
    assertEquals("a be", lower.decode(new int[] {7, 4, 24, 5}, new float[4]).text());
  }
}

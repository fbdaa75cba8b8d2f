package io.loramer.recognition.words;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.util.Utils;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.loramer.recognition.testing.TestFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokenizerTest {
  private static final Path FIXTURES =
      TestFiles.ofRepository("model/recognition/src/test/resources/fixtures/tokenizer");
  private static final Path JSON = FIXTURES.resolve("tokenizer.json");

  /** Expected ids come from Hugging Face's tokenizers in Python. */
  @Test
  void idsEqualThoseOfHuggingFace() throws IOException {
    JsonNode expected = new ObjectMapper().readTree(FIXTURES.resolve("expected.json").toFile());
    int maxLength = expected.get("max_length_for_ids_truncated").asInt();
    try (Tokenizer whole = Tokenizer.load(JSON, 4096);
        Tokenizer truncated = Tokenizer.load(JSON, maxLength)) {
      for (JsonNode one : expected.get("cases")) {
        String text = one.get("text").asText();
        assertArrayEquals(ints(one.get("ids")), whole.encode(text), text);
        assertArrayEquals(ints(one.get("ids_truncated")), truncated.encode(text), text);
      }
    }
    assertEquals(32, expected.get("cases").size());
  }

  @Test
  void wordsHaveTheirTokensAndTheirPositionInTheText() throws IOException {
    String text = "  Oh,\tnaïve 😀 Zoë  said: “no”!";
    try (Tokenizer whole = Tokenizer.load(JSON, 4096);
        Tokenizer truncated = Tokenizer.load(JSON, 9)) {
      List<TextWord> words = whole.words(text);
      assertEquals(
          List.of("Oh,", "naïve", "😀", "Zoë", "said:", "“no”!"),
          words.stream().map(word -> text.substring(word.start(), word.end())).toList());
      int tokens = whole.encode(text).length;
      assertTrue(tokens > 12, "words must be cut into several tokens for this test");
      assertEquals(tokens - 1, words.get(5).endToken()); // all but the special ones
      for (int i = 0; i < words.size(); i++) {
        TextWord word = words.get(i);
        assertTrue(word.firstToken() >= (i == 0 ? 1 : words.get(i - 1).endToken()), "" + word);
        assertTrue(word.endToken() > word.firstToken(), "" + word);
      }
      float[] ones = new float[9];
      Arrays.fill(ones, 1);
      List<TextWord> cut = truncated.words(text);
      assertEquals(words.get(0), cut.get(0));
      assertTrue(cut.size() < 6, cut::toString);
      assertEquals(7, cut.stream().mapToDouble(word -> word.sum(ones)).sum()); // not <s>, </s>
      assertEquals(List.of(), whole.words(" "));
    }
  }

  @Test
  void nothingIsSentOrDownloaded() throws IOException {
    Tokenizer.load(JSON, 64).close();
    assertTrue(Utils.isOfflineMode());
  }

  @Test
  void filesThatAreNotTokenizersAreRefused() {
    for (Path file :
        new Path[] {FIXTURES, Path.of("none.json"), FIXTURES.resolve("expected.json")}) {
      IOException e = assertThrows(IOException.class, () -> Tokenizer.load(file, 64));
      assertTrue(
          e.getMessage().startsWith(file + ": expected a tokenizer.json of a "), e.getMessage());
    }
  }

  @Test
  void maximumLengthMustLeaveRoomForAWord() {
    for (int maxLength : new int[] {-1, 0, 2}) {
      assertThrows(IllegalArgumentException.class, () -> Tokenizer.load(JSON, maxLength));
    }
  }

  private static int[] ints(JsonNode array) {
    int[] values = new int[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).asInt();
    }
    return values;
  }
}

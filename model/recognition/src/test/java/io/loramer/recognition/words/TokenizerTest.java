package io.loramer.recognition.words;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.util.Utils;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.loramer.recognition.testing.TestFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerTest {
  private static final Path FIXTURES =
      TestFiles.ofRepository("model/recognition/src/test/resources/fixtures/tokenizer");
  private static final Path JSON = FIXTURES.resolve("tokenizer.json");

  @TempDir private Path folder;

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

  /**
   * Many checkpoints' files have the padding and truncation of the last program that wrote them.
   * Expected ids come from Hugging Face's tokenizers in Python.
   */
  @Test
  void copyGivesTheIdsOfTheModelToEveryProgramThatLoadsIt() throws IOException {
    Path original = withPaddingAndTruncation("Right");
    assertEquals(128, Tokenizer.encodeByFile(original, "Well").length);
    ObjectMapper mapper = new ObjectMapper();
    JsonNode expected = mapper.readTree(FIXTURES.resolve("expected.json").toFile());
    int maxLength = expected.get("max_length_for_ids_truncated").asInt();
    Path copy = folder.resolve("copy.json");

    Tokenizer.copy(original, copy, maxLength);

    try (Tokenizer loaded = Tokenizer.load(copy, maxLength)) {
      for (JsonNode one : expected.get("cases")) {
        String text = one.get("text").asText();
        int[] ids = ints(one.get("ids_truncated"));
        assertArrayEquals(ids, Tokenizer.encodeByFile(copy, text), text);
        assertArrayEquals(ids, loaded.encode(text), text);
      }
    }
    JsonNode copied = mapper.readTree(copy.toFile());
    for (String key : List.of("version", "added_tokens", "normalizer", "post_processor", "model")) {
      assertEquals(mapper.readTree(JSON.toFile()).get(key), copied.get(key), key);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Right", "Left"})
  void copyTruncatesAtTheSameEnd(String direction) throws IOException {
    Path original = withPaddingAndTruncation(direction);
    Path copy = folder.resolve("copy.json");
    Tokenizer.copy(original, copy, 7);
    String text = "No! Leave me alone, and never come back.";
    try (Tokenizer tokenizer = Tokenizer.load(original, 7)) {
      assertArrayEquals(tokenizer.encode(text), Tokenizer.encodeByFile(copy, text));
    }
  }

  private Path withPaddingAndTruncation(String direction) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode json = (ObjectNode) mapper.readTree(JSON.toFile());
    json.set(
        "truncation",
        mapper.readTree(
            """
            {"max_length": 128, "strategy": "LongestFirst", "stride": 3, "direction": "%s"}
            """
                .formatted(direction)));
    json.set(
        "padding",
        mapper.readTree(
            """
            {"strategy": {"Fixed": 128}, "direction": "Right", "pad_to_multiple_of": null,
             "pad_id": 1, "pad_type_id": 0, "pad_token": "<pad>"}
            """));
    Path file = folder.resolve("tokenizer.json");
    mapper.writeValue(file.toFile(), json);
    return file;
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

package io.loramer.recognition.words;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.loramer.recognition.corpus.Transcription;
import io.loramer.savedmodels.SavedModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The tokens of a CTC head, and the decoding of their sequence to a text. It follows transformers'
 * Wav2Vec2CTCTokenizer, with the checkpoint's {@code vocab.json} and {@code tokenizer_config.json}.
 *
 * @param tokens the letters or words of each id that is written; the word delimiter is a space.
 *     Special tokens, and ids outside the vocabulary, are left out
 * @param blank the id that separates two equal tokens: that of the padding token
 * @param lowerCase whether the text is converted to lower case
 */
record CtcVocabulary(Map<Integer, String> tokens, int blank, boolean lowerCase) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Tokens that are not written, by their keys in the settings, with their default values. */
  private static final Map<String, String> SPECIAL =
      Map.of("bos_token", "<s>", "eos_token", "</s>", "unk_token", "<unk>");

  /**
   * Reads the vocabulary of an encoder.
   *
   * @throws IOException if the encoder has none, or its file does not map tokens to ids
   */
  static CtcVocabulary of(SavedModelFolder model) throws IOException {
    Path file = model.asset("vocab.json");
    JsonNode vocabulary = read(file);
    Path settingsFile = model.asset("tokenizer_config.json");
    JsonNode settings = Files.exists(settingsFile) ? read(settingsFile) : JSON.createObjectNode();
    String blank = token(settings, "pad_token", "<pad>");
    String delimiter = token(settings, "word_delimiter_token", "|");
    if (!vocabulary.path(blank).isInt()) {
      throw new IOException(
          "%s: expected tokens with integer ids, among them the blank %s; found no such id"
              .formatted(file, blank));
    }
    Map<Integer, String> tokens = new HashMap<>();
    for (var entry : vocabulary.properties()) {
      String token = entry.getKey();
      tokens.put(entry.getValue().asInt(), token.equals(delimiter) ? " " : token);
    }
    int blankId = vocabulary.path(blank).asInt();
    tokens.remove(blankId);
    SPECIAL.forEach(
        (key, absent) -> tokens.remove(vocabulary.path(token(settings, key, absent)).asInt(-1)));
    return new CtcVocabulary(tokens, blankId, settings.path("do_lower_case").asBoolean());
  }

  private static JsonNode read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(
          file + ": no such file; convert the recogniser from a checkpoint that has it");
    }
    try {
      return JSON.readTree(file.toFile());
    } catch (JsonProcessingException e) {
      throw new IOException(file + ": not JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** Returns a special token, which is written as a string or as an object with its settings. */
  private static String token(JsonNode settings, String key, String absent) {
    JsonNode value = settings.path(key);
    return value.path("content").asText(value.asText(absent));
  }

  /**
   * Decodes greedily: equal tokens of consecutive frames are written once; blanks and special
   * tokens are not written.
   *
   * @param ids the most probable token of each frame
   * @param logProbabilities of these tokens
   */
  Transcription decode(int[] ids, float[] logProbabilities) {
    StringBuilder text = new StringBuilder();
    double emittedSum = 0;
    double sum = 0;
    int emitted = 0;
    for (int frame = 0; frame < ids.length; frame++) {
      sum += logProbabilities[frame];
      if (ids[frame] != blank) {
        emittedSum += logProbabilities[frame];
        emitted++;
      }
      if (frame == 0 || ids[frame] != ids[frame - 1]) {
        text.append(tokens.getOrDefault(ids[frame], ""));
      }
    }
    double mean = emitted > 0 ? emittedSum / emitted : sum / Math.max(1, ids.length);
    String written = text.toString().strip();
    return new Transcription(
        lowerCase ? written.toLowerCase(Locale.ROOT) : written, Math.exp(mean));
  }
}

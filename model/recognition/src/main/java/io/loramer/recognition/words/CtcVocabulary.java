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
 * The tokens of a CTC head, and how their sequence becomes a text: what transformers'
 * Wav2Vec2CTCTokenizer does, by the checkpoint's {@code vocab.json} and {@code
 * tokenizer_config.json}.
 *
 * @param tokens the letters and words of the ids that are written; the word delimiter is a space.
 *     Special tokens, and ids that are not in the vocabulary, are not among them
 * @param blank the id that separates two of the same token: the padding's
 * @param lowerCase whether the text is to be in lower case
 */
record CtcVocabulary(Map<Integer, String> tokens, int blank, boolean lowerCase) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Tokens that are not written, by their keys, and what they are where the key is absent. */
  private static final Map<String, String> SPECIAL =
      Map.of("bos_token", "<s>", "eos_token", "</s>", "unk_token", "<unk>");

  /**
   * Reads the vocabulary of an encoder.
   *
   * @throws IOException if it has none, or one that maps no tokens to ids
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
          "%s: expected tokens with their ids, among them %s, the blank; found none or another value"
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

  /** Returns a special token, which stands there as such or with its settings. */
  private static String token(JsonNode settings, String key, String absent) {
    JsonNode value = settings.path(key);
    return value.path("content").asText(value.asText(absent));
  }

  /**
   * Decodes greedily: a token that several frames in a row say is written once, blanks and special
   * tokens are not.
   *
   * @param ids the most probable of each frame
   * @param logProbabilities theirs
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

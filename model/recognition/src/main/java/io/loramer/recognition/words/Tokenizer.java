package io.loramer.recognition.words;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Converts text to the token ids that a text encoder was pretrained with, by the checkpoint's
 * {@code tokenizer.json}; the ids equal those of Hugging Face's tokenizers. May be called from
 * several threads.
 *
 * <p>The native library is unpacked once, to {@code ~/.djl.ai} or to the folder in the environment
 * variable {@code DJL_CACHE_DIR}.
 */
public final class Tokenizer implements AutoCloseable {
  static {
    // Must run before DJL loads. Online, DJL reports each use to its makers, and if it finds a GPU,
    // it downloads another build of its library.
    System.getProperties().putIfAbsent("ai.djl.offline", "true");
  }

  private static final Pattern WORD = Pattern.compile("\\S+", Pattern.UNICODE_CHARACTER_CLASS);

  private static final JsonMapper JSON = new JsonMapper();

  /** Keys of {@code tokenizer.json} that depend on the program that wrote it. */
  private static final String TRUNCATION = "truncation";

  private static final String PADDING = "padding";

  /** A key of the truncation, {@code Right} if texts lose their end. */
  private static final String DIRECTION = "direction";

  private final HuggingFaceTokenizer tokenizer;

  private Tokenizer(HuggingFaceTokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /**
   * Loads a tokenizer.
   *
   * @param tokenizerJson the checkpoint's {@code tokenizer.json}
   * @param maxLength the most ids of a text, special tokens included: the encoder's positions
   * @throws IOException if the file is missing or does not describe a tokenizer
   * @throws IllegalArgumentException if {@code maxLength} leaves no room beside the special tokens
   */
  public static Tokenizer load(Path tokenizerJson, int maxLength) throws IOException {
    if (!Files.isRegularFile(tokenizerJson)) {
      throw new IOException(
          tokenizerJson
              + ": expected a tokenizer.json of a Hugging Face checkpoint, found no such file");
    }
    String length = String.valueOf(maxLength);
    Map<String, String> options =
        Map.of("maxLength", length, "modelMaxLength", length, "padding", "false");
    HuggingFaceTokenizer tokenizer;
    try {
      tokenizer = HuggingFaceTokenizer.newInstance(tokenizerJson, options);
    } catch (RuntimeException e) { // the binding has no exception type
      throw new IOException(
          tokenizerJson
              + ": expected a tokenizer.json of a Hugging Face checkpoint, found another file ("
              + e.getMessage()
              + ")",
          e);
    }
    Tokenizer loaded = new Tokenizer(tokenizer);
    int specialTokens = loaded.encode("").length;
    if (maxLength <= specialTokens) { // else the library would not truncate at all
      loaded.close();
      throw new IllegalArgumentException(
          "%s: expected a maximum length above the %d special tokens, found %d"
              .formatted(tokenizerJson, specialTokens, maxLength));
    }
    return loaded;
  }

  /**
   * Copies a {@code tokenizer.json} with the settings of {@link #encode} in place of its own: texts
   * are truncated to {@code maxLength} ids, at the end that the file states, and not padded. Then
   * every program that loads the copy gets the same ids.
   *
   * @param maxLength see {@link #load}
   * @throws IOException if the file cannot be read or is not a JSON object
   */
  public static void copy(Path tokenizerJson, Path target, int maxLength) throws IOException {
    try (InputStream in = Files.newInputStream(tokenizerJson);
        OutputStream out = Files.newOutputStream(target);
        JsonParser read = JSON.createParser(in);
        JsonGenerator written = JSON.createGenerator(out)) {
      if (read.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException(tokenizerJson + ": expected a JSON object, found another value");
      }
      String direction = "Right"; // the library's default
      written.writeStartObject();
      while (read.nextToken() == JsonToken.FIELD_NAME) {
        String key = read.currentName();
        read.nextToken();
        if (key.equals(TRUNCATION)) {
          JsonNode truncation = read.readValueAsTree();
          direction = truncation.path(DIRECTION).asText(direction);
        } else if (key.equals(PADDING)) {
          read.skipChildren();
        } else { // value by value: the file has a line for each token of the vocabulary
          written.writeFieldName(key);
          written.copyCurrentStructure(read);
        }
      }
      written.writeObjectFieldStart(TRUNCATION);
      written.writeStringField(DIRECTION, direction);
      written.writeNumberField("max_length", maxLength);
      written.writeStringField("strategy", "LongestFirst");
      written.writeNumberField("stride", 0);
      written.writeEndObject();
      written.writeNullField(PADDING);
      written.writeEndObject();
    }
  }

  /**
   * Encodes a text by the settings in a {@code tokenizer.json} alone, as {@code
   * tokenizers.Tokenizer.from_file(file).encode(text).ids} does in Python.
   *
   * @throws IOException if the file cannot be read
   */
  public static int[] encodeByFile(Path tokenizerJson, String text) throws IOException {
    LibUtils.checkStatus();
    long tokenizer =
        TokenizersLibrary.LIB.createTokenizerFromString(Files.readString(tokenizerJson));
    try {
      long encoding = TokenizersLibrary.LIB.encode(tokenizer, text, true);
      try {
        return ints(TokenizersLibrary.LIB.getTokenIds(encoding));
      } finally {
        TokenizersLibrary.LIB.deleteEncoding(encoding);
      }
    } finally {
      TokenizersLibrary.LIB.deleteTokenizer(tokenizer);
    }
  }

  /**
   * Encodes a text.
   *
   * @return the ids with the special tokens of the checkpoint ({@code <s>} ... {@code </s>}). A
   *     text that is too long is truncated at its end, or at its start if the file says so
   */
  public int[] encode(String text) {
    return ints(tokenizer.encode(text, true, false).getIds());
  }

  private static int[] ints(long[] ids) {
    return Arrays.stream(ids).mapToInt(Math::toIntExact).toArray();
  }

  /**
   * Returns the words of a text with the positions of their tokens among the ids of {@link
   * #encode}. Words that were truncated are left out.
   */
  public List<TextWord> words(String text) {
    CharSpan[] spans = tokenizer.encode(text, true, false).getCharTokenSpans(); // in code points
    List<TextWord> words = new ArrayList<>();
    Matcher word = WORD.matcher(text);
    int token = 0;
    int counted = 0; // chars
    int end = 0; // code points of these
    while (token < spans.length && word.find()) {
      end += text.codePointCount(counted, word.end());
      counted = word.end();
      while (token < spans.length && spans[token] == null) { // a special token
        token++;
      }
      int first = token;
      while (token < spans.length && spans[token] != null && spans[token].getEnd() <= end) {
        token++;
      }
      if (token > first) {
        words.add(new TextWord(word.start(), word.end(), first, token));
      }
    }
    return words;
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}

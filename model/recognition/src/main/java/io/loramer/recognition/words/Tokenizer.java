package io.loramer.recognition.words;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import java.io.IOException;
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
   * Encodes a text.
   *
   * @return the ids with the special tokens of the checkpoint ({@code <s>} ... {@code </s>}). A
   *     text that is too long is truncated at its end
   */
  public int[] encode(String text) {
    long[] ids = tokenizer.encode(text, true, false).getIds();
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

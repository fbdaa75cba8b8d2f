package io.loramer.server.http;

import io.loramer.recognition.corpus.TextSource;
import io.loramer.server.model.RefusedException;
import io.loramer.server.model.RequestMemory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.eclipse.jetty.util.Fields;

/**
 * A request of {@code POST /v1/emotions}.
 *
 * @param sound the bytes of an audio file
 * @param text the spoken words
 * @param textSource the words to use: transcript, the given ones, or recognised ones if none are
 *     given; asr, recognised ones in any case; or none
 * @param windowSeconds the length of the windows of the emotion over time
 * @param explain whether to return the attention weights of the pooling
 */
record EmotionRequest(
    ByteBuffer sound,
    Optional<String> text,
    TextSource textSource,
    OptionalDouble windowSeconds,
    boolean explain) {
  private static final String AUDIO = "audio";
  private static final String TEXT = "text";
  private static final String TEXT_SOURCE = "text_source";
  private static final String WINDOW_SECONDS = "window_seconds";
  private static final String EXPLAIN = "explain";

  /** The fields beside the audio. */
  private static final List<String> FIELDS = List.of(TEXT, TEXT_SOURCE, WINDOW_SECONDS, EXPLAIN);

  /**
   * Parses a form ({@code multipart/form-data} with these names), or a body that is the file itself
   * with the other fields in the query.
   *
   * @param held counts the memory of the fields
   * @throws RefusedException if a form or query is malformed or has another field, or a form has no
   *     {@code audio}
   */
  static EmotionRequest read(
      String contentType, byte[] body, Fields query, RequestMemory.Share held) {
    if (!Form.isAnnounced(contentType)) {
      for (Fields.Field field : query) {
        if (!FIELDS.contains(field.getName()) || field.hasMultipleValues()) {
          throw RefusedException.invalid(
              "the query: expected each of %s at most once, found %s",
              String.join(", ", FIELDS), field.getName());
        }
      }
      return of(ByteBuffer.wrap(body), name -> Optional.ofNullable(query.getValue(name)));
    }
    if (!query.isEmpty()) {
      throw RefusedException.invalid("the query: expected none beside a form, send fields of it");
    }
    List<String> names = new ArrayList<>(List.of(AUDIO));
    names.addAll(FIELDS);
    Form form = Form.parse(contentType, body, names, held);
    if (!form.fields().containsKey(AUDIO)) {
      throw RefusedException.invalid("expected a form with the file field audio");
    }
    return of(form.fields().get(AUDIO).bytes(), form::text);
  }

  private static EmotionRequest of(ByteBuffer sound, Function<String, Optional<String>> fields) {
    return new EmotionRequest(
        sound,
        text(fields.apply(TEXT)),
        choice(TEXT_SOURCE, fields, List.of(TextSource.values())),
        fields.apply(WINDOW_SECONDS).map(EmotionRequest::seconds).orElse(OptionalDouble.empty()),
        choice(EXPLAIN, fields, List.of(false, true)));
  }

  private static Optional<String> text(Optional<String> words) {
    if (words.orElse("").indexOf('\0') >= 0) { // as in UTF-16 that is read as UTF-8
      throw RefusedException.invalid("text: expected text, found the character 0");
    }
    return words.filter(given -> !given.isBlank());
  }

  private static OptionalDouble seconds(String number) {
    try {
      return OptionalDouble.of(Double.parseDouble(number));
    } catch (NumberFormatException e) {
      throw RefusedException.invalid("window_seconds: expected a number");
    }
  }

  /** Parses one of a few values; a missing field has the first of them. */
  private static <T> T choice(
      String name, Function<String, Optional<String>> fields, List<T> values) {
    List<String> words =
        values.stream().map(value -> value.toString().toLowerCase(Locale.ROOT)).toList();
    String found = fields.apply(name).orElse(words.get(0));
    if (!words.contains(found)) {
      throw RefusedException.invalid(
          "%s: expected %s, found %s", name, String.join(" or ", words), found);
    }
    return values.get(words.indexOf(found));
  }
}

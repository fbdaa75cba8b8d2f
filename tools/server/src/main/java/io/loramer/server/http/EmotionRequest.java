package io.loramer.server.http;

import io.loramer.recognition.corpus.TextSource;
import io.loramer.server.model.RefusedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.eclipse.jetty.http.MultiPart;
import org.eclipse.jetty.http.MultiPartFormData;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.content.ByteBufferContentSource;
import org.eclipse.jetty.util.Fields;
import org.eclipse.jetty.util.Promise;

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
  private static final int MAX_PARTS = 8;

  /**
   * Parses a form ({@code multipart/form-data} with these names), or a body that is the file itself
   * with the other fields in the query.
   *
   * @throws RefusedException if a form is malformed, or has no {@code audio}
   */
  static EmotionRequest read(String contentType, byte[] body, Fields query) {
    String boundary = MultiPart.extractBoundary(contentType);
    if (boundary == null) {
      return of(ByteBuffer.wrap(body), name -> Optional.ofNullable(query.getValue(name)));
    }
    MultiPartFormData.Parser parser = new MultiPartFormData.Parser(boundary);
    parser.setMaxParts(MAX_PARTS);
    parser.setMaxMemoryFileSize(body.length); // nothing is written to the disk
    parser.setMaxLength(body.length);
    CompletableFuture<MultiPartFormData.Parts> parsed = new CompletableFuture<>();
    parser.parse(
        new ByteBufferContentSource(ByteBuffer.wrap(body)), Promise.Invocable.toPromise(parsed));
    // The whole body is in memory, so parsing has ended here: without a result it is incomplete.
    try (MultiPartFormData.Parts parts = parsed.getNow(null)) {
      if (parts == null) {
        throw RefusedException.invalid("the form is not complete multipart/form-data");
      }
      MultiPart.Part audio = parts.getFirst(AUDIO);
      if (audio == null) {
        throw RefusedException.invalid("expected a form with the file field audio");
      }
      return of(bytes(audio), name -> field(parts, name));
    } catch (CompletionException | IllegalArgumentException e) {
      throw RefusedException.invalid("the form is not complete multipart/form-data");
    }
  }

  private static EmotionRequest of(ByteBuffer sound, Function<String, Optional<String>> fields) {
    return new EmotionRequest(
        sound,
        fields.apply(TEXT).filter(words -> !words.isBlank()),
        choice(TEXT_SOURCE, fields, List.of(TextSource.values())),
        fields.apply(WINDOW_SECONDS).map(EmotionRequest::seconds).orElse(OptionalDouble.empty()),
        choice(EXPLAIN, fields, List.of(false, true)));
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

  private static Optional<String> field(MultiPartFormData.Parts parts, String name) {
    return Optional.ofNullable(parts.getFirst(name))
        .map(part -> StandardCharsets.UTF_8.decode(bytes(part)).toString());
  }

  private static ByteBuffer bytes(MultiPart.Part part) {
    try {
      return Content.Source.asByteBuffer(part.newContentSource(null, 0, -1));
    } catch (IOException e) {
      throw new IllegalStateException(e); // it is in memory
    }
  }
}

package io.loramer.tools.serve;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.eclipse.jetty.http.MultiPart;
import org.eclipse.jetty.http.MultiPartFormData;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.content.ByteBufferContentSource;
import org.eclipse.jetty.util.Fields;
import org.eclipse.jetty.util.Promise;

/**
 * What {@code POST /v1/emotions} is asked.
 *
 * @param sound the bytes of a file
 * @param text the words
 * @param windowSeconds how long the windows of the emotion over time are
 */
record EmotionRequest(ByteBuffer sound, Optional<String> text, OptionalDouble windowSeconds) {
  private static final String AUDIO = "audio";
  private static final String TEXT = "text";
  private static final String WINDOW_SECONDS = "window_seconds";
  private static final int MAX_PARTS = 8;

  /**
   * Reads a form, {@code multipart/form-data} with these names, or a body that is the file itself,
   * the rest being in the query.
   *
   * @throws RefusedException if a form is broken, or has no {@code audio}
   */
  static EmotionRequest read(String contentType, byte[] body, Fields query) {
    String boundary = MultiPart.extractBoundary(contentType);
    if (boundary == null) {
      return of(
          ByteBuffer.wrap(body),
          Optional.ofNullable(query.getValue(TEXT)),
          Optional.ofNullable(query.getValue(WINDOW_SECONDS)));
    }
    MultiPartFormData.Parser parser = new MultiPartFormData.Parser(boundary);
    parser.setMaxParts(MAX_PARTS);
    parser.setMaxMemoryFileSize(body.length); // nothing goes to the disk
    parser.setMaxLength(body.length);
    CompletableFuture<MultiPartFormData.Parts> parsed = new CompletableFuture<>();
    parser.parse(
        new ByteBufferContentSource(ByteBuffer.wrap(body)), Promise.Invocable.toPromise(parsed));
    // All of it is there, so this waits for nothing: what is not parsed by now never will be.
    try (MultiPartFormData.Parts parts = parsed.getNow(null)) {
      if (parts == null) {
        throw RefusedException.invalid("the form is not complete multipart/form-data");
      }
      MultiPart.Part audio = parts.getFirst(AUDIO);
      if (audio == null) {
        throw RefusedException.invalid("expected a form with the file field audio");
      }
      return of(bytes(audio), field(parts, TEXT), field(parts, WINDOW_SECONDS));
    } catch (CompletionException | IllegalArgumentException e) {
      throw RefusedException.invalid("the form is not complete multipart/form-data");
    }
  }

  private static EmotionRequest of(
      ByteBuffer sound, Optional<String> text, Optional<String> window) {
    try {
      return new EmotionRequest(
          sound,
          text.filter(words -> !words.isBlank()),
          window.map(w -> OptionalDouble.of(Double.parseDouble(w))).orElse(OptionalDouble.empty()));
    } catch (NumberFormatException e) {
      throw RefusedException.invalid("window_seconds: expected a number");
    }
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

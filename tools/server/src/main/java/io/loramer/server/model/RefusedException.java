package io.loramer.server.model;

import com.google.errorprone.annotations.FormatMethod;
import java.util.concurrent.CompletionException;

/**
 * A refused call; the message is the sentence that the caller receives. Control characters are
 * replaced and the length is limited, since the sentence may quote the caller's input.
 */
public final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private static final int MAX_LENGTH = 250;

  private final Refusal refusal;

  public RefusedException(Refusal refusal, String sentence) {
    super(line(sentence));
    this.refusal = refusal;
  }

  @FormatMethod
  public static RefusedException invalid(String format, Object... values) {
    return new RefusedException(Refusal.INVALID_ARGUMENT, format.formatted(values));
  }

  private static String line(String sentence) {
    String printable = sentence.replaceAll("\\p{Cntrl}", "?");
    return printable.length() <= MAX_LENGTH
        ? printable
        : printable.substring(0, MAX_LENGTH) + "...";
  }

  /** Returns the refusal behind a failure; details of an internal error are not disclosed. */
  public static RefusedException of(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof RefusedException refused
        ? refused
        : new RefusedException(Refusal.INTERNAL, "The server failed on this request");
  }

  public Refusal refusal() {
    return refusal;
  }
}

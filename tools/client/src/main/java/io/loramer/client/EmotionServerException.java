package io.loramer.client;

import java.io.IOException;

/** The server's refusal: its sentence, and the status for callers who try again. */
public final class EmotionServerException extends IOException {
  private static final long serialVersionUID = 1;

  private final int status;

  EmotionServerException(int status, String message) {
    super(message);
    this.status = status;
  }

  /** Returns the HTTP status: 429 and 503 pass, other 4xx do not. */
  public int status() {
    return status;
  }
}

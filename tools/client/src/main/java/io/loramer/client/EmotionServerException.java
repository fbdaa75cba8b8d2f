package io.loramer.client;

import java.io.IOException;

/** A refusal by the server: its sentence, and the status for callers that try again. */
public final class EmotionServerException extends IOException {
  private static final long serialVersionUID = 1;

  private final int status;

  EmotionServerException(int status, String message) {
    super(message);
    this.status = status;
  }

  /** Returns the HTTP status: trying again may help for 429 and 503, not for other 4xx. */
  public int status() {
    return status;
  }
}

package io.loramer.savedmodels.hub;

import java.io.IOException;

/** The hub answers, but again and again that it cannot now: what the cache has may do. */
final class HubBusyException extends IOException {
  private static final long serialVersionUID = 1L;

  HubBusyException(String message) {
    super(message);
  }
}

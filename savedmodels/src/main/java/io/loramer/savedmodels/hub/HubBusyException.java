package io.loramer.savedmodels.hub;

import java.io.IOException;

/** The hub repeatedly answers that it is busy; the cache may have the files. */
final class HubBusyException extends IOException {
  private static final long serialVersionUID = 1L;

  HubBusyException(String message) {
    super(message);
  }
}

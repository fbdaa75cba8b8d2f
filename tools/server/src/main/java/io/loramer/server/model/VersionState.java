package io.loramer.server.model;

import io.loramer.serving.ModelVersionStatus.State;
import org.tensorflow.proto.error.Code;

/**
 * How far a version is.
 *
 * @param error why it ended, or OK
 * @param message a sentence about the error, for callers; else empty
 */
public record VersionState(State state, Code error, String message) {
  static VersionState of(State state) {
    return new VersionState(state, Code.OK, "");
  }
}

package io.loramer.server.model;

import io.loramer.serving.ModelVersionStatus.State;
import org.tensorflow.proto.error.Code;

/**
 * The state of a version, as TF Serving reports it.
 *
 * @param error the reason why it ended, or OK
 * @param message a sentence about the error for callers; empty if there is none
 */
public record VersionState(State state, Code error, String message) {
  static VersionState of(State state) {
    return new VersionState(state, Code.OK, "");
  }
}

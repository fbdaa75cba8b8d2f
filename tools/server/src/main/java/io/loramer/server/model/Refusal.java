package io.loramer.server.model;

import io.grpc.Status;

/** The reasons to refuse a call, with the codes of both interfaces. */
public enum Refusal {
  INVALID_ARGUMENT(400, Status.Code.INVALID_ARGUMENT),
  FAILED_PRECONDITION(400, Status.Code.FAILED_PRECONDITION),
  FORBIDDEN(403, Status.Code.PERMISSION_DENIED),
  NOT_FOUND(404, Status.Code.NOT_FOUND),
  /** The body did not arrive in time. */
  TOO_SLOW(408, Status.Code.DEADLINE_EXCEEDED),
  TOO_LARGE(413, Status.Code.RESOURCE_EXHAUSTED),
  /** The body has an encoding that the server cannot decode. */
  UNSUPPORTED(415, Status.Code.INVALID_ARGUMENT),
  /** The server has as many calls as it accepts. */
  BUSY(429, Status.Code.RESOURCE_EXHAUSTED),
  INTERNAL(500, Status.Code.INTERNAL),
  UNAVAILABLE(503, Status.Code.UNAVAILABLE),
  DEADLINE_EXCEEDED(504, Status.Code.DEADLINE_EXCEEDED);

  private final int httpStatus;
  private final Status.Code code;

  Refusal(int httpStatus, Status.Code code) {
    this.httpStatus = httpStatus;
    this.code = code;
  }

  public int httpStatus() {
    return httpStatus;
  }

  /** Returns the canonical code, which gRPC and the metrics use. */
  public Status.Code code() {
    return code;
  }
}

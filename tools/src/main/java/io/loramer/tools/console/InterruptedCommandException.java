package io.loramer.tools.console;

/** Thrown where a command stops because the process received a signal. */
public final class InterruptedCommandException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int exitCode;

  InterruptedCommandException(String message, int exitCode) {
    super(message);
    this.exitCode = exitCode;
  }

  /** Returns the same with a sentence that says how to go on. */
  public InterruptedCommandException advising(String advice) {
    return new InterruptedCommandException(getMessage() + "; " + advice, exitCode);
  }

  /** Returns what the process ends with: 128 and the number of the signal. */
  public int exitCode() {
    return exitCode;
  }
}

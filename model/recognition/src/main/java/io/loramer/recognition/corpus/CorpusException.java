package io.loramer.recognition.corpus;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Reports all problems of a corpus at once, each with its line in the manifest. */
public final class CorpusException extends IOException {
  private static final long serialVersionUID = 1L;

  /** The most problems in a message; more would hide the first ones. */
  private static final int SHOWN = 50;

  private final transient List<Problem> problems;

  /**
   * One problem.
   *
   * @param line of the manifest, from 1
   */
  public record Problem(int line, String text) {}

  CorpusException(Path manifest, List<Problem> problems) {
    super(message(manifest, problems));
    this.problems = List.copyOf(problems);
  }

  /** Returns all problems, including those left out of the message. */
  public List<Problem> problems() {
    return problems;
  }

  private static String message(Path manifest, List<Problem> problems) {
    StringBuilder message = new StringBuilder();
    message.append(manifest).append(": ").append(problems.size());
    message.append(problems.size() == 1 ? " problem" : " problems");
    problems.stream()
        .limit(SHOWN)
        .forEach(p -> message.append("\n  line ").append(p.line()).append(": ").append(p.text()));
    if (problems.size() > SHOWN) {
      message.append("\n  and ").append(problems.size() - SHOWN).append(" more");
    }
    return message.toString();
  }
}

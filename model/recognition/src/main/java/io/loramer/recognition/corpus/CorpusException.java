package io.loramer.recognition.corpus;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Says everything that is wrong with a corpus at once, each problem with its manifest line. */
public final class CorpusException extends IOException {
  private static final long serialVersionUID = 1L;

  /** More lines than this hide the first ones, which are the ones to mend first. */
  private static final int SHOWN = 50;

  private final transient List<Problem> problems;

  /**
   * One thing that is wrong.
   *
   * @param line of the manifest, from 1
   */
  public record Problem(int line, String text) {}

  CorpusException(Path manifest, List<Problem> problems) {
    super(message(manifest, problems));
    this.problems = List.copyOf(problems);
  }

  /** Returns all problems, also those that the message has no room for. */
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

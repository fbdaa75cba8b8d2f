package io.loramer.savedmodels.lora;

import java.util.regex.Pattern;

/**
 * Matches regular expressions from files with a limit on the number of steps, since the time of a
 * match may double with each character and Java's matcher has no limit.
 *
 * <p>An object is a module's name that counts how often the matcher reads a character.
 */
final class BoundedRegex implements CharSequence {
  /** About 10 ms; usual expressions take some hundreds or thousands of steps. */
  private static final int MAX_STEPS = 1_000_000;

  /** The matcher's stack overflows at some thousands of characters; module names have about 50. */
  private static final int MAX_LENGTH = 1000;

  private final Pattern expression;
  private final String name;
  private int steps;

  private BoundedRegex(Pattern expression, String name) {
    this.expression = expression;
    this.name = name;
  }

  /**
   * Returns whether an expression matches a whole name.
   *
   * @throws IllegalArgumentException if the match takes too many steps
   */
  static boolean matches(Pattern expression, String name) {
    if (name.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "%s…: expected a module's name of at most %d characters, found %d"
              .formatted(name.substring(0, MAX_LENGTH / 10), MAX_LENGTH, name.length()));
    }
    return expression.matcher(new BoundedRegex(expression, name)).matches();
  }

  @Override
  public char charAt(int index) {
    if (++steps > MAX_STEPS) {
      throw new IllegalArgumentException(
          "%s: takes more than %,d steps to match %s; write it without repetitions in repetitions"
              .formatted(expression, MAX_STEPS, name));
    }
    return name.charAt(index);
  }

  @Override
  public int length() {
    return name.length();
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return name.subSequence(start, end);
  }

  @Override
  public String toString() {
    return name;
  }
}

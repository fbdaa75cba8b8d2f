package io.loramer.savedmodels.lora;

import java.util.regex.Pattern;

/**
 * A module's name as a regular expression from somebody else's file gets to read it: so often and
 * no more. Matching may take time that doubles with every letter, and Java's matcher has no limit.
 */
final class BoundedRegex implements CharSequence {
  /** Some 10 ms; expressions that people write take hundreds, or a few thousand. */
  private static final int MAX_STEPS = 1_000_000;

  /** The matcher's stack overflows at some thousand characters; names of modules have some 50. */
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
   * @throws IllegalArgumentException if that takes too long to find out
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

package io.loramer.savedmodels.lora;

import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * The modules of an encoder that LoRA adapts, as in PEFT: a list of names, each of which matches
 * that module and all modules whose dotted names end with it; or a regular expression that must
 * match the whole name; or {@code all-linear}, every linear map except a head's.
 *
 * @param names empty if there is an expression
 * @param expression empty if there are names
 * @see <a href="https://huggingface.co/docs/peft/package_reference/lora">LoraConfig</a>
 */
public record TargetModules(List<String> names, String expression) {
  /** W_q and W_v, as in the paper (section 2.2). */
  public static final TargetModules QUERY_AND_VALUE =
      new TargetModules(List.of("q_proj", "v_proj"), "");

  private static final String ALL_LINEAR = "all-linear";

  /** The head for speech recognition, which is not part of the encoder. */
  private static final String HEAD = "lm_head";

  public TargetModules {
    names = List.copyOf(names);
    if (names.isEmpty() == expression.isEmpty()) {
      throw new IllegalArgumentException(
          "expected target modules by name or by a regular expression, found neither");
    }
    try {
      Pattern.compile(expression);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "expected a regular expression for target modules, found %s: %s"
              .formatted(expression, e.getDescription()),
          e);
    }
  }

  /**
   * Returns whether a module, by its dotted name, is a target.
   *
   * @throws IllegalArgumentException if the expression takes too long to match
   */
  public boolean matches(String module) {
    if (isAllLinear()) {
      return !module.equals(HEAD);
    }
    if (names.isEmpty()) {
      return BoundedRegex.matches(Pattern.compile(expression), module);
    }
    return names.stream().anyMatch(name -> endsWith(module, name));
  }

  /** Returns whether this is {@code all-linear}. */
  boolean isAllLinear() {
    return expression.equalsIgnoreCase(ALL_LINEAR);
  }

  /** Returns the names, or the expression, that match none of the modules. */
  List<String> unmatched(List<String> modules) {
    if (names.isEmpty()) {
      return modules.stream().anyMatch(this::matches) ? List.of() : List.of(expression);
    }
    return names.stream()
        .filter(name -> modules.stream().noneMatch(module -> endsWith(module, name)))
        .toList();
  }

  private static boolean endsWith(String module, String name) {
    return module.equals(name) || module.endsWith("." + name);
  }

  @Override
  public String toString() {
    return names.isEmpty() ? expression : names.toString();
  }
}

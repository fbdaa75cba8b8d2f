package io.loramer.savedmodels.lora;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * The configuration of LoRA: {@code h = W0 x + scaling · B A dropout(x)} for each target.
 *
 * <p>The keys of both patterns are regular expressions for the end of a module's dotted name, such
 * as {@code q_proj} or {@code layers\.0\..*}; the first match counts.
 *
 * @param rank r, columns of B and rows of A
 * @param alpha numerator of the scaling
 * @param dropout rate of the dropout on x while training
 * @param rankPattern ranks of modules, in place of {@code rank}
 * @param alphaPattern numerators of modules, in place of {@code alpha}
 * @param useRslora whether the scaling is alpha / √rank (<a
 *     href="https://arxiv.org/abs/2312.03732">Kalajdzievski 2023</a>), not alpha / rank
 * @see <a href="https://arxiv.org/abs/2106.09685">Hu et al. 2021</a>
 */
public record LoraConfig(
    int rank,
    float alpha,
    float dropout,
    TargetModules targetModules,
    Map<String, Integer> rankPattern,
    Map<String, Float> alphaPattern,
    boolean useRslora) {
  public LoraConfig {
    rankPattern = Collections.unmodifiableMap(new LinkedHashMap<>(rankPattern));
    alphaPattern = Collections.unmodifiableMap(new LinkedHashMap<>(alphaPattern));
    requireRank("rank", rank);
    requireAlpha("alpha", alpha);
    rankPattern.forEach(
        (key, value) -> {
          requireExpression("rank_pattern", key);
          requireRank("rank_pattern." + key, value);
        });
    alphaPattern.forEach(
        (key, value) -> {
          requireExpression("alpha_pattern", key);
          requireAlpha("alpha_pattern." + key, value);
        });
    if (!(dropout >= 0 && dropout < 1)) {
      throw new IllegalArgumentException("dropout: expected from 0 to below 1, found " + dropout);
    }
  }

  /** Creates a configuration with one rank and one scaling, alpha / rank, for all targets. */
  public LoraConfig(int rank, float alpha, float dropout, TargetModules targetModules) {
    this(rank, alpha, dropout, targetModules, Map.of(), Map.of(), false);
  }

  /**
   * Returns the authors' published values: 73,728 parameters on a base encoder, the paper's "74K"
   * (section 3.3.1).
   */
  public static LoraConfig defaults() {
    return new LoraConfig(2, 16, 0.1f, TargetModules.QUERY_AND_VALUE);
  }

  /** Returns the rank of a module. */
  public int rank(String module) {
    return find(rankPattern, module).orElse(rank);
  }

  /** Returns the factor of a module's B A: alpha / rank, or alpha / √rank with rsLoRA. */
  public float scaling(String module) {
    float numerator = find(alphaPattern, module).orElse(alpha);
    int r = rank(module);
    return useRslora ? (float) (numerator / Math.sqrt(r)) : numerator / r;
  }

  /** Returns the value of the first key that matches a module. */
  static <T> Optional<T> find(Map<String, T> pattern, String module) {
    return pattern.entrySet().stream()
        .filter(entry -> BoundedRegex.matches(end(entry.getKey()), module))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  /** Returns this configuration for some of its modules, which become the targets by name. */
  LoraConfig of(List<String> modules) {
    Map<String, Integer> ranks = new LinkedHashMap<>(rankPattern);
    Map<String, Float> alphas = new LinkedHashMap<>(alphaPattern);
    ranks.keySet().removeIf(key -> !matchesAny(key, modules));
    alphas.keySet().removeIf(key -> !matchesAny(key, modules));
    TargetModules targets = new TargetModules(modules, "");
    return new LoraConfig(rank, alpha, dropout, targets, ranks, alphas, useRslora);
  }

  /** Returns the keys of both patterns that match none of the modules. */
  List<String> unmatchedPatterns(Collection<String> modules) {
    List<String> keys = new ArrayList<>(rankPattern.keySet());
    keys.addAll(alphaPattern.keySet());
    keys.removeIf(key -> matchesAny(key, modules));
    return keys;
  }

  /** Returns whether a key of a pattern matches one of these modules. */
  static boolean matchesAny(String key, Collection<String> modules) {
    Pattern end = end(key);
    return modules.stream().anyMatch(module -> BoundedRegex.matches(end, module));
  }

  private static Pattern end(String key) {
    return Pattern.compile("(.*\\.)?(" + key + ")");
  }

  private static void requireExpression(String subject, String key) {
    try {
      end(key);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "%s: expected regular expressions as keys, found %s: %s"
              .formatted(subject, key, e.getDescription()),
          e);
    }
  }

  private static void requireRank(String subject, int rank) {
    if (rank < 1) {
      throw new IllegalArgumentException(subject + ": expected at least 1, found " + rank);
    }
  }

  private static void requireAlpha(String subject, float alpha) {
    if (!(alpha > 0)) {
      throw new IllegalArgumentException(subject + ": expected above 0, found " + alpha);
    }
  }
}

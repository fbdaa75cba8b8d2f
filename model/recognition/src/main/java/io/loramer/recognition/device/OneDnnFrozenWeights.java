package io.loramer.recognition.device;

import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * TensorFlow's setting that weights never change. oneDNN then caches kernels in the layout of its
 * fastest products. A process that trains would silently compute wrong results with it.
 */
public final class OneDnnFrozenWeights {
  /** The environment variable; TensorFlow reads it once, when it is loaded. */
  public static final String VARIABLE = "TF_ONEDNN_ASSUME_FROZEN_WEIGHTS";

  private static final Set<String> FALSE = Set.of("0", "false");

  private OneDnnFrozenWeights() {}

  /** Returns whether TensorFlow reads a variable's value as false. */
  static boolean isFalse(String value) {
    return FALSE.contains(value.toLowerCase(Locale.ROOT));
  }

  /**
   * Requires that weights may change.
   *
   * @param environment of this process
   * @throws IllegalArgumentException if the setting is on
   */
  public static void requireNotAssumed(Map<String, String> environment) {
    String value = environment.getOrDefault(VARIABLE, "false");
    if (!isFalse(value)) {
      throw new IllegalArgumentException(
          VARIABLE
              + "="
              + value
              + ": TensorFlow would compute every step with the weights of the first; unset it to"
              + " train");
    }
  }
}

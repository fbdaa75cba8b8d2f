package io.loramer.recognition.device;

import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * TensorFlow's promise to itself that variables never change. oneDNN then keeps kernels in the
 * layout that it multiplies fastest with: right for a process that only recognises, wrong results
 * without a word for one that trains.
 */
public final class OneDnnFrozenWeights {
  /** Set to {@code true} before TensorFlow is loaded; TensorFlow reads it once. */
  public static final String VARIABLE = "TF_ONEDNN_ASSUME_FROZEN_WEIGHTS";

  private static final Set<String> FALSE = Set.of("0", "false");

  private OneDnnFrozenWeights() {}

  /** Returns whether TensorFlow takes a variable's value for false. */
  static boolean isFalse(String value) {
    return FALSE.contains(value.toLowerCase(Locale.ROOT));
  }

  /**
   * Requires that weights may change.
   *
   * @param environment of this process
   * @throws IllegalArgumentException if the environment says that they do not
   */
  public static void requireNotAssumed(Map<String, String> environment) {
    String value = environment.getOrDefault(VARIABLE, "false");
    if (!isFalse(value)) {
      throw new IllegalArgumentException(
          VARIABLE
              + "="
              + value
              + ": with it TensorFlow would go on computing with the weights of the first step; unset"
              + " it to train");
    }
  }
}

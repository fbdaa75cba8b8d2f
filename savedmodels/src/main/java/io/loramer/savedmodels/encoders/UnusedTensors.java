package io.loramer.savedmodels.encoders;

import java.util.Locale;

/**
 * The tensors of a module of a checkpoint that the converted encoder does not use, such as a
 * classification head.
 *
 * @param module the checkpoint's name of it
 * @param tensors how many there are
 * @param parameters the number of their elements
 */
public record UnusedTensors(String module, int tensors, long parameters) {
  UnusedTensors plus(UnusedTensors other) {
    return new UnusedTensors(module, tensors + other.tensors, parameters + other.parameters);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s (%d %s, %,d parameters)",
        module,
        tensors,
        tensors == 1 ? "tensor" : "tensors",
        parameters);
  }
}

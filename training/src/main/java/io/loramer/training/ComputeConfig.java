package io.loramer.training;

import io.loramer.savedmodels.Precision;

/**
 * How a run uses the machine.
 *
 * @param device where it computes
 * @param precision of the speech encoder beyond the frontier; what is stored of the frozen part
 *     does not depend on it
 */
public record ComputeConfig(Device device, Precision precision) {
  static ComputeConfig defaults() {
    return new ComputeConfig(Device.auto(), Precision.FLOAT32);
  }
}

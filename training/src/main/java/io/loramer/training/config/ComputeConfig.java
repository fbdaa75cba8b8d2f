package io.loramer.training.config;

import io.loramer.recognition.device.CpuFeatures;
import io.loramer.recognition.device.Device;
import io.loramer.savedmodels.optimize.Computation;
import io.loramer.savedmodels.optimize.Precision;
import java.util.Optional;

/**
 * How a run uses the machine.
 *
 * @param device where it computes
 * @param precision of the speech encoder beyond the frontier; what is stored of the frozen part
 *     does not depend on it. Empty: bfloat16 where the encoder is wide and the processor multiplies
 *     bfloat16, else float32
 * @param xla whether XLA compiles the ops between the encoder's products, once for each shape of
 *     batch. Empty: where the encoder is wide
 */
public record ComputeConfig(Device device, Optional<Precision> precision, Optional<Boolean> xla) {
  /**
   * The width of an encoder from which a step takes so long that compiling pays, and products are
   * so large a part of it that bfloat16 pays: below the published encoders' (768 and more).
   */
  private static final int WIDE = 512;

  static ComputeConfig defaults() {
    return new ComputeConfig(Device.auto(), Optional.empty(), Optional.empty());
  }

  /** How runs of versions without these keys computed: in float32, without XLA. */
  static ComputeConfig ofOlderRuns() {
    return new ComputeConfig(Device.auto(), Optional.of(Precision.FLOAT32), Optional.of(false));
  }

  /**
   * Returns the precision and the use of XLA, chosen where they are open. On a GPU the choice is
   * float32 without XLA, since nothing else was measured on one.
   *
   * @param width hidden size of the speech encoder; 0 for a model without audio input, or whose
   *     convolutions are computed in every step, for which nothing else was measured either
   */
  Computation resolve(int width) {
    boolean wide = width >= WIDE && !device.isGpu();
    Precision chosen =
        wide && CpuFeatures.multipliesBfloat16() ? Precision.BFLOAT16 : Precision.FLOAT32;
    return new Computation(precision.orElse(chosen), xla.orElse(wide));
  }

  /** Returns this configuration with what it leaves open taken from another one. */
  ComputeConfig orElse(ComputeConfig other) {
    return new ComputeConfig(device, precision.or(() -> other.precision), xla.or(() -> other.xla));
  }
}

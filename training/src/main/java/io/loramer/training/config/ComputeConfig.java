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
 *     does not depend on it. Empty: what the processor does well
 * @param xla whether what lies between the encoder's products is compiled, once for each shape of
 *     batch. Empty: where that pays
 */
public record ComputeConfig(Device device, Optional<Precision> precision, Optional<Boolean> xla) {
  /**
   * From which width of an encoder on a step takes so long that compiling pays, and products so
   * large a part of it that bfloat16 does: below the published encoders' (768 and more).
   */
  private static final int WIDE = 512;

  public static ComputeConfig defaults() {
    return new ComputeConfig(Device.auto(), Optional.empty(), Optional.empty());
  }

  /** What runs of versions that had no choice of these did. */
  public static ComputeConfig ofOlderRuns() {
    return new ComputeConfig(Device.auto(), Optional.of(Precision.FLOAT32), Optional.of(false));
  }

  /**
   * Returns the same with nothing left to choose. On a GPU nothing is chosen but TensorFlow's own
   * float32, since none of it was measured on one.
   *
   * @param width of the speech encoder's states; 0 where nothing hears
   */
  public ComputeConfig resolved(int width) {
    boolean wide = width >= WIDE && !device.isGpu();
    Precision chosen =
        wide && CpuFeatures.multipliesBfloat16() ? Precision.BFLOAT16 : Precision.FLOAT32;
    return new ComputeConfig(
        device, Optional.of(precision.orElse(chosen)), Optional.of(xla.orElse(wide)));
  }

  /** Returns the same, with what is left to choose as another one has it. */
  public ComputeConfig orElse(ComputeConfig other) {
    return new ComputeConfig(device, precision.or(() -> other.precision), xla.or(() -> other.xla));
  }

  /** Returns how the encoders' part of the graph for training is computed. */
  public Computation computation() {
    return new Computation(precision.orElse(Precision.FLOAT32), xla.orElse(false));
  }
}

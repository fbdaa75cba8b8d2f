package io.loramer.training.config;

import io.loramer.model.head.HeadConfig;
import io.loramer.recognition.device.Device;
import io.loramer.savedmodels.optimize.Computation;
import io.loramer.training.config.RunConfig.AudioConfig;
import io.loramer.training.config.RunConfig.TextConfig;
import java.util.Optional;

/**
 * A configuration with nothing left open: what a run computes with, and what its {@code
 * config.yaml} holds.
 *
 * @param data with the labels in use, in the order of the model's outputs
 * @param head with the speakers that it distinguishes, if it has a speaker input
 * @param computation of the encoders' part of the graph for training
 */
public record ResolvedRunConfig(
    DataConfig data,
    AudioConfig audio,
    TextConfig text,
    HeadConfig head,
    OptimizationConfig training,
    CacheConfig cache,
    Device device,
    Computation computation) {

  public ResolvedRunConfig {
    if (data.labels().isEmpty()) {
      throw new IllegalArgumentException("data.labels: expected the labels of a run, found none");
    }
    if (head.speaker().size().isPresent() && head.speaker().known().isEmpty()) {
      throw new IllegalArgumentException(
          "head.speaker.known: expected the speakers of a run, found none");
    }
  }

  /**
   * Returns the configuration of a run that was written.
   *
   * @param written from its {@code config.yaml}; without precision and XLA from versions that had
   *     no choice of them, which computed in float32 without XLA
   * @throws IllegalArgumentException if labels or speakers are missing
   */
  public static ResolvedRunConfig ofRun(RunConfig written) {
    ComputeConfig compute = written.compute().orElse(ComputeConfig.ofOlderRuns());
    return new ResolvedRunConfig(
        written.data(),
        written.audio(),
        written.text(),
        written.head(),
        written.training(),
        written.cache(),
        compute.device(),
        new Computation(compute.precision().orElseThrow(), compute.xla().orElseThrow()));
  }

  /** Returns this as the configuration that a user could have written, with every key set. */
  public RunConfig toRunConfig() {
    ComputeConfig compute =
        new ComputeConfig(
            device, Optional.of(computation.precision()), Optional.of(computation.fused()));
    return new RunConfig(data, audio, text, head, training, cache, compute);
  }
}

/**
 * Training of LoRA-MER models from a configuration.
 *
 * <p>A {@link io.loramer.training.config.RunConfig}, which names a corpus and encoder SavedModels,
 * goes in; a run folder with the best epoch's weights, its predictions and its metrics comes out.
 *
 * <pre>{@code
 * RunConfig config = RunConfigFile.read(Optional.of(Path.of("run.yaml")), Map.of());
 * RunMetrics metrics =
 *     Trainer.start(config, Path.of("runs/first"), progress -> System.err.println(progress));
 * System.out.println(metrics.validation().unweightedAccuracy());
 * }</pre>
 *
 * <p>Public API.
 */
package io.loramer.training;

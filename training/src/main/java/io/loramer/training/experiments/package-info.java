/**
 * Experiments of many runs: cross-validations, sweeps over configurations, and their statistics.
 *
 * <p>A configuration with options, or a grid, goes in; a folder of runs and a summary with means,
 * deviations and intervals come out.
 *
 * <pre>{@code
 * CrossvalOptions options =
 *     new CrossvalOptions(Protocol.CLEAN, Optional.empty(), OptionalInt.empty(), List.of(1L, 2L));
 * CrossvalSummary summary =
 *     Crossval.prepare(config, options, Path.of("runs/crossval")).run(progress);
 * }</pre>
 *
 * <p>Public API.
 */
package io.loramer.training.experiments;

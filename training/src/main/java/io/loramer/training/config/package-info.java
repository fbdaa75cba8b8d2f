/**
 * Configurations of runs.
 *
 * <p>A YAML file with overrides goes in; a validated {@link io.loramer.training.config.RunConfig}
 * comes out, which the set-up of a run turns into a {@link
 * io.loramer.training.config.ResolvedRunConfig} without open values.
 *
 * <pre>{@code
 * RunConfig config =
 *     RunConfigFile.read(Optional.of(Path.of("run.yaml")), Map.of("training.epochs", "5"));
 * RunConfig other = config.withSeed(7);
 * }</pre>
 *
 * <p>Public API.
 */
package io.loramer.training.config;

/** Experiments of many runs: cross-validation, sweeps over configurations, and their statistics. */
package io.loramer.training.experiments;

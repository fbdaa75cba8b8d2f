/**
 * Trials of the estimators of mutual information on pairs whose mutual information is known.
 *
 * <p>Estimators go in; estimates and the range that is expected of each come out.
 *
 * <pre>{@code
 * for (MineTrial trial : MineCheck.trials(EnumSet.of(MineEstimator.DV))) {
 *   double nats = trial.run(MineTrial.STEPS, 1).mean();
 * }
 * }</pre>
 *
 * <p>Internal: used by LoRA-MER's own modules only; may change without notice.
 */
package io.loramer.training.minecheck;

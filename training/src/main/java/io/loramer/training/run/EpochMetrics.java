package io.loramer.training.run;

import io.loramer.recognition.measures.SplitMetrics;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The results of one epoch.
 *
 * @param epoch from 1
 * @param loss mean over the epoch's steps, as are crossEntropy and mutualInformation (nats)
 * @param validationUa unweighted accuracy on the validation split
 * @param validationWa weighted accuracy
 * @param validationCrossEntropy mean, in nats
 */
public record EpochMetrics(
    int epoch,
    double loss,
    double crossEntropy,
    OptionalDouble mutualInformation,
    double validationUa,
    double validationWa,
    double validationMacroF1,
    double validationCrossEntropy) {

  /** Averages the steps of an epoch and adds the validation metrics. */
  public static EpochMetrics of(int epoch, List<StepMetrics> steps, SplitMetrics validation) {
    OptionalDouble information =
        steps.get(0).mutualInformation().isPresent()
            ? steps.stream().mapToDouble(s -> s.mutualInformation().getAsDouble()).average()
            : OptionalDouble.empty();
    return new EpochMetrics(
        epoch,
        steps.stream().mapToDouble(StepMetrics::loss).average().orElseThrow(),
        steps.stream().mapToDouble(StepMetrics::crossEntropy).average().orElseThrow(),
        information,
        validation.unweightedAccuracy(),
        validation.weightedAccuracy(),
        validation.macroF1(),
        validation.crossEntropy());
  }

  /** Returns whether the validation UA is higher or, with equal UA, the cross-entropy lower. */
  public boolean isBetterThan(EpochMetrics other) {
    return validationUa > other.validationUa
        || (validationUa == other.validationUa
            && validationCrossEntropy < other.validationCrossEntropy);
  }
}

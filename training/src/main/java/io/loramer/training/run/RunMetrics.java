package io.loramer.training.run;

import io.loramer.recognition.measures.SplitMetrics;
import java.util.List;
import java.util.Optional;

/**
 * The {@code metrics.json} of a run.
 *
 * @param bestEpoch the epoch whose weights the run ends with; 0 for a run of 0 epochs
 * @param validation metrics with these weights
 * @param test metrics with these weights; absent if the corpus has no test split
 * @param croppedClips the number of clips that are longer than the limit
 */
public record RunMetrics(
    int bestEpoch,
    SplitMetrics validation,
    Optional<SplitMetrics> test,
    int croppedClips,
    long trainableParameters,
    List<EpochMetrics> epochs) {}

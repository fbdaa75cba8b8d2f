package io.loramer.training.run;

import io.loramer.recognition.measures.SplitMetrics;
import java.util.List;
import java.util.Optional;

/**
 * The {@code metrics.json} of a run.
 *
 * @param bestEpoch whose weights the run ends with; 0 if no epochs were asked for
 * @param validation with these weights
 * @param test with these weights; absent if the corpus has no test split
 * @param croppedClips clips over the limit of length
 */
public record RunMetrics(
    int bestEpoch,
    SplitMetrics validation,
    Optional<SplitMetrics> test,
    int croppedClips,
    long trainableParameters,
    List<EpochMetrics> epochs) {}

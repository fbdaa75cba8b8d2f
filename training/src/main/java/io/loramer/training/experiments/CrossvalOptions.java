package io.loramer.training.experiments;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The options of a cross-validation.
 *
 * @param foldsBy absent for sessions if the manifest has any, else speakers
 * @param folds number of folds; absent for one per session, else for {@value #DEFAULT_FOLDS}
 * @param seeds each fold is trained with each of them
 */
public record CrossvalOptions(
    Protocol protocol, Optional<FoldsBy> foldsBy, OptionalInt folds, List<Long> seeds) {

  /** The number of IEMOCAP's sessions. */
  static final int DEFAULT_FOLDS = 5;

  public CrossvalOptions {
    seeds = List.copyOf(seeds);
    if (seeds.isEmpty() || new HashSet<>(seeds).size() < seeds.size()) {
      throw new IllegalArgumentException("seeds: expected each once, found " + seeds);
    }
    int fewest = protocol.fewestFolds();
    if (folds.orElse(fewest) < fewest) {
      throw new IllegalArgumentException(
          "folds: expected at least %d, found %d; %s"
              .formatted(fewest, folds.getAsInt(), protocol.whyFewestFolds()));
    }
  }
}

package io.loramer.training;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class FrozenWeightsTest {
  @Test
  void trainingIsRefusedWhereTensorFlowTakesWeightsForFrozen() {
    assertEquals(
        "TF_ONEDNN_ASSUME_FROZEN_WEIGHTS=True: with it TensorFlow would go on computing with the"
            + " weights of the first step; unset it to train",
        assertThrows(
                IOException.class,
                () -> FrozenWeights.requireNotAssumed(Map.of(FrozenWeights.VARIABLE, "True")))
            .getMessage());
  }

  @Test
  void trainingIsAllowedWhereItIsUnsetOrFalse() {
    assertDoesNotThrow(() -> FrozenWeights.requireNotAssumed(Map.of()));
    assertDoesNotThrow(
        () -> FrozenWeights.requireNotAssumed(Map.of(FrozenWeights.VARIABLE, "false")));
    assertDoesNotThrow(() -> FrozenWeights.requireNotAssumed(Map.of(FrozenWeights.VARIABLE, "0")));
  }
}

package io.loramer.training;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class FrozenWeightsTest {
  @Test
  void trainingIsRefusedWhereTensorFlowTakesWeightsForFrozen() {
    assertEquals(
        "TF_ONEDNN_ASSUME_FROZEN_WEIGHTS=True: with it TensorFlow would go on computing with the"
            + " weights of the first step; unset it to train",
        assertThrows(
                IllegalArgumentException.class,
                () -> FrozenWeights.requireNotAssumed(Map.of(FrozenWeights.VARIABLE, "True")))
            .getMessage());
  }

  /** TensorFlow ends the process over it. */
  @Test
  void trainingIsRefusedWhereItIsSetToNothing() {
    assertThrows(
        IllegalArgumentException.class,
        () -> FrozenWeights.requireNotAssumed(Map.of(FrozenWeights.VARIABLE, "")));
  }

  @Test
  void trainingIsAllowedWhereItIsUnsetOrFalse() {
    assertDoesNotThrow(() -> FrozenWeights.requireNotAssumed(Map.of()));
    assertDoesNotThrow(
        () -> FrozenWeights.requireNotAssumed(Map.of(FrozenWeights.VARIABLE, "false")));
    assertDoesNotThrow(() -> FrozenWeights.requireNotAssumed(Map.of(FrozenWeights.VARIABLE, "0")));
  }
}

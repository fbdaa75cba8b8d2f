package io.loramer.recognition.device;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class OneDnnFrozenWeightsTest {
  @Test
  void trainingIsRefusedIfTensorFlowAssumesFrozenWeights() {
    assertEquals(
        "TF_ONEDNN_ASSUME_FROZEN_WEIGHTS=True: TensorFlow would compute every step with the weights"
            + " of the first; unset it to train",
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    OneDnnFrozenWeights.requireNotAssumed(
                        Map.of(OneDnnFrozenWeights.VARIABLE, "True")))
            .getMessage());
  }

  /** TensorFlow ends the process for such a value. */
  @Test
  void trainingIsRefusedIfTheVariableIsEmpty() {
    assertThrows(
        IllegalArgumentException.class,
        () -> OneDnnFrozenWeights.requireNotAssumed(Map.of(OneDnnFrozenWeights.VARIABLE, "")));
  }

  @Test
  void trainingIsAllowedIfTheVariableIsUnsetOrFalse() {
    assertDoesNotThrow(() -> OneDnnFrozenWeights.requireNotAssumed(Map.of()));
    assertDoesNotThrow(
        () -> OneDnnFrozenWeights.requireNotAssumed(Map.of(OneDnnFrozenWeights.VARIABLE, "false")));
    assertDoesNotThrow(
        () -> OneDnnFrozenWeights.requireNotAssumed(Map.of(OneDnnFrozenWeights.VARIABLE, "0")));
  }
}

package io.loramer.recognition.measures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;

class RecognitionTest {
  private static final List<String> LABELS = List.of("anger", "joy", "sadness");

  @Test
  void probabilityThatIsNanIsRefused() {
    float[] rows = {0.2f, 0.5f, 0.3f, Float.NaN, 0.5f, 0.5f};
    try (TFloat32 batch = TFloat32.tensorOf(Shape.of(2, 3), DataBuffers.of(rows))) {
      assertEquals("joy", Recognition.ofRow(0, LABELS, batch, Optional.empty()).label());
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class,
              () -> Recognition.ofRow(1, LABELS, batch, Optional.empty()));
      assertTrue(
          e.getMessage()
              .startsWith("probabilities: expected finite numbers, found {anger=NaN, joy=0.5, sad"),
          e.getMessage());
    }
  }
}

package io.loramer.model.testing;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** A batch of random utterances, each determined by its row, with chosen padding values. */
public record MadeUpBatch(Map<String, Tensor> byName) implements AutoCloseable {
  public static MadeUpBatch of(
      List<Integer> samples, List<Integer> tokens, float sampleBehind, int idBehind) {
    int rows = samples.size();
    int columns = samples.get(rows - 1);
    int words = tokens.get(rows - 1);
    float[] waveforms = new float[rows * columns];
    int[] ids = new int[rows * words];
    for (int row = 0; row < rows; row++) {
      Random random = new Random(row);
      for (int i = 0; i < columns; i++) {
        boolean inside = i < samples.get(row);
        waveforms[row * columns + i] = inside ? (float) random.nextGaussian() : sampleBehind;
      }
      for (int i = 0; i < words; i++) {
        ids[row * words + i] = i < tokens.get(row) ? 2 + random.nextInt(31) : idBehind;
      }
    }
    return new MadeUpBatch(
        Map.of(
            "input_values",
            TFloat32.tensorOf(Shape.of(rows, columns), DataBuffers.of(waveforms)),
            "audio_lengths",
            TInt32.vectorOf(samples.stream().mapToInt(n -> n).toArray()),
            "input_ids",
            TInt32.tensorOf(Shape.of(rows, words), DataBuffers.of(ids)),
            "text_lengths",
            TInt32.vectorOf(tokens.stream().mapToInt(n -> n).toArray())));
  }

  @Override
  public void close() {
    byName.values().forEach(Tensor::close);
  }
}

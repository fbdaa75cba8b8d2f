package io.loramer.recognition.tensors;

import java.nio.FloatBuffer;
import java.util.List;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Padded waveforms.
 *
 * @param values float32 [B, samples], 16 kHz, zeros behind the end of a shorter clip
 * @param lengths int32 [B], the samples of each clip
 */
public record AudioBatch(TFloat32 values, TInt32 lengths) implements AutoCloseable {
  /** Pads waveforms, of which there is at least one; the caller closes the result. */
  public static AudioBatch of(List<float[]> waveforms) {
    List<FloatBuffer> rows = waveforms.stream().map(FloatBuffer::wrap).toList();
    int width = Padding.longest(rows);
    float[] padded = Padding.withZeros(rows, width);
    int[] lengths = waveforms.stream().mapToInt(waveform -> waveform.length).toArray();
    return new AudioBatch(
        TFloat32.tensorOf(Shape.of(rows.size(), width), DataBuffers.of(padded)),
        TInt32.vectorOf(lengths));
  }

  @Override
  public void close() {
    values.close();
    lengths.close();
  }
}

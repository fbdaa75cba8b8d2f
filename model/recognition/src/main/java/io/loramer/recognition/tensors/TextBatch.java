package io.loramer.recognition.tensors;

import java.nio.IntBuffer;
import java.util.List;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TInt32;

/**
 * Padded token ids.
 *
 * @param ids int32 [B, S], the padding id behind the end of a shorter text
 * @param lengths int32 [B], the tokens of each text
 */
public record TextBatch(TInt32 ids, TInt32 lengths) implements AutoCloseable {
  /** Pads the tokens of texts, of which there is at least one; the caller closes the result. */
  public static TextBatch of(List<int[]> tokens, int padId) {
    List<IntBuffer> rows = tokens.stream().map(IntBuffer::wrap).toList();
    int width = Padding.longest(rows);
    int[] padded = Padding.withIds(rows, width, padId);
    int[] lengths = tokens.stream().mapToInt(ids -> ids.length).toArray();
    return new TextBatch(
        TInt32.tensorOf(Shape.of(rows.size(), width), DataBuffers.of(padded)),
        TInt32.vectorOf(lengths));
  }

  @Override
  public void close() {
    ids.close();
    lengths.close();
  }
}

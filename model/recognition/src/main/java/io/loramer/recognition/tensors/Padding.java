package io.loramer.recognition.tensors;

import java.nio.Buffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.List;

/** Lays rows of different lengths out as a matrix, row by row, padded at their ends. */
public final class Padding {
  private Padding() {}

  /** Returns the length of the longest of at least one row. */
  public static int longest(List<? extends Buffer> rows) {
    return rows.stream().mapToInt(Buffer::remaining).max().orElseThrow();
  }

  /**
   * Returns a matrix [rows, width] with zeros behind the end of a shorter row.
   *
   * @param width at least {@link #longest}
   */
  public static float[] withZeros(List<FloatBuffer> rows, int width) {
    float[] matrix = new float[Math.multiplyExact(rows.size(), width)];
    for (int i = 0; i < rows.size(); i++) {
      FloatBuffer row = rows.get(i).duplicate();
      row.get(matrix, i * width, row.remaining());
    }
    return matrix;
  }

  /**
   * Returns a matrix [rows, width] with the padding id behind the end of a shorter row.
   *
   * @param width at least {@link #longest}
   */
  public static int[] withIds(List<IntBuffer> rows, int width, int padId) {
    int[] matrix = new int[Math.multiplyExact(rows.size(), width)];
    for (int i = 0; i < rows.size(); i++) {
      IntBuffer row = rows.get(i).duplicate();
      int length = row.remaining();
      row.get(matrix, i * width, length);
      Arrays.fill(matrix, i * width + length, (i + 1) * width, padId);
    }
    return matrix;
  }
}

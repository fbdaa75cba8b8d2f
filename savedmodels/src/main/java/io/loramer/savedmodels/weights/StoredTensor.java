package io.loramer.savedmodels.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.FloatDataBuffer;
import org.tensorflow.types.TFloat32;

/**
 * The place of a tensor in a file. Element (i, j, …) is at byte {@code offset + (i · strides[0] + j
 * · strides[1] + …) · dtype.bytes()}, little endian.
 *
 * @param strides in elements, one per dimension; 0 repeats an element
 * @param offset of its first element, in bytes from the start of the file
 */
record StoredTensor(Dtype dtype, Shape shape, List<Long> strides, long offset) {
  /** More dimensions than any weight has; limits the work for damaged headers. */
  private static final int MAX_DIMENSIONS = 16;

  /** How many elements are converted at a time. */
  private static final int PIECE = 1 << 14;

  /**
   * Checks that a tensor lies within its part of the file.
   *
   * @param subject names it in errors
   * @param end the first byte after that part
   * @param fileBytes the limit for the number of elements, which strides of 0 could exceed
   */
  static StoredTensor of(
      String subject,
      Dtype dtype,
      List<Long> dimensions,
      List<Long> strides,
      long offset,
      long end,
      long fileBytes)
      throws IOException {
    boolean sound =
        dimensions.size() <= MAX_DIMENSIONS
            && strides.size() == dimensions.size()
            && offset >= 0
            && dimensions.stream().allMatch(dimension -> dimension >= 0)
            && strides.stream().allMatch(stride -> stride >= 0);
    if (!sound) {
      throw new IOException(
          "%s: no tensor: shape %s, strides %s, offset %d"
              .formatted(subject, dimensions, strides, offset));
    }
    Shape shape = Shape.of(dimensions.stream().mapToLong(Long::longValue).toArray());
    StoredTensor tensor = new StoredTensor(dtype, shape, strides, offset);
    long bytes;
    long elements;
    try {
      bytes = tensor.bytes();
      elements = elements(dimensions);
    } catch (ArithmeticException e) {
      throw new IOException(subject + ": shape " + dimensions + " overflows", e);
    }
    if (bytes > end - offset || elements > fileBytes) {
      throw new IOException(
          "%s: %s %s with strides %s at byte %d does not fit into its file"
              .formatted(subject, dtype, dimensions, strides, offset));
    }
    if (Math.max(bytes, elements) > Integer.MAX_VALUE) {
      throw new IOException(subject + ": tensors over 2 GiB are not supported");
    }
    return tensor;
  }

  /** Returns the strides of the row-major layout, in which the last dimension varies fastest. */
  static List<Long> rowMajor(List<Long> dimensions) {
    List<Long> strides = new ArrayList<>();
    long stride = 1;
    for (int i = dimensions.size() - 1; i >= 0; i--) {
      strides.add(stride);
      stride *= dimensions.get(i); // of() refuses shapes that overflow here
    }
    Collections.reverse(strides);
    return strides;
  }

  /** Returns the number of bytes from the first element to the end of the last. */
  long bytes() {
    long last = 0;
    for (int i = 0; i < strides.size(); i++) {
      if (shape.get(i) == 0) {
        return 0;
      }
      last = Math.addExact(last, Math.multiplyExact(shape.get(i) - 1, strides.get(i)));
    }
    return Math.multiplyExact(Math.addExact(last, 1), (long) dtype.bytes());
  }

  /**
   * Copies the elements into native memory.
   *
   * <p>Row-major tensors are read piece by piece. The pages of a memory mapping would count as the
   * process's memory until a garbage collection, and double the need.
   */
  TFloat32 toFloat32(Path file, String name, FileChannel channel) throws IOException {
    if (!dtype.isFloating()) {
      throw new IOException(
          "%s: %s: expected F32, F16, BF16 or F64, found %s".formatted(file, name, dtype));
    }
    TFloat32 tensor = TFloat32.tensorOf(shape);
    try {
      FloatDataBuffer floats = tensor.asRawTensor().data().asFloats();
      boolean inOrder = strides.equals(rowMajor(dimensions(shape)));
      int size = (int) shape.size(); // below 2^31: see of()
      float[] piece = new float[Math.min(PIECE, size)];
      ByteBuffer bytes = inOrder ? buffer(piece.length * dtype.bytes()) : map(channel);
      for (int start = 0; start < size; start += piece.length) {
        int length = Math.min(piece.length, size - start);
        if (inOrder) {
          bytes.clear().limit(length * dtype.bytes());
          TensorFile.readFully(file, channel, offset + (long) start * dtype.bytes(), bytes);
        }
        for (int i = 0; i < length; i++) {
          piece[i] = dtype.floatAt(bytes, inOrder ? i : position(start + i));
        }
        floats.offset(start).write(piece, 0, length);
      }
      return tensor;
    } catch (IOException | RuntimeException e) {
      tensor.close();
      throw e;
    }
  }

  /** Returns the elements of an integer dtype. */
  long[] toLongs(Path file, String name, FileChannel channel) throws IOException {
    if (dtype.isFloating()) {
      throw new IOException("%s: %s: expected integers, found %s".formatted(file, name, dtype));
    }
    ByteBuffer bytes = map(channel);
    long[] values = new long[(int) shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = dtype.longAt(bytes, position(i));
    }
    return values;
  }

  private ByteBuffer map(FileChannel channel) throws IOException {
    return channel
        .map(FileChannel.MapMode.READ_ONLY, offset, bytes())
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Returns the distance of an element from the first one, in elements. */
  private int position(int index) {
    int rest = index;
    long position = 0;
    for (int i = strides.size() - 1; i >= 0; i--) {
      int dimension = (int) shape.get(i);
      position += rest % dimension * strides.get(i);
      rest /= dimension;
    }
    return (int) position;
  }

  private static List<Long> dimensions(Shape shape) {
    List<Long> dimensions = new ArrayList<>();
    for (long dimension : shape.asArray()) {
      dimensions.add(dimension);
    }
    return dimensions;
  }

  /** Returns the product of the dimensions, 0 counted as 1, since TensorFlow checks that too. */
  private static long elements(List<Long> dimensions) {
    long elements = 1;
    for (long dimension : dimensions) {
      elements = Math.multiplyExact(elements, Math.max(dimension, 1));
    }
    return elements;
  }
}

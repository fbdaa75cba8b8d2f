package io.loramer.server.model;

import io.loramer.recognition.tensors.Padding;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;

/**
 * A tensor of a request or an answer on the Java heap, of a type that emotion models use. The first
 * dimension counts utterances.
 *
 * @param type float, int32 or string
 * @param shape at least one dimension in valid requests; no dimension in a caller's scalar
 * @param data float[], int[] or byte[][], in row-major order
 */
public record HostTensor(DataType type, List<Integer> shape, Object data) {

  public static HostTensor of(float[] values, Integer... shape) {
    return new HostTensor(DataType.DT_FLOAT, List.of(shape), values);
  }

  public static HostTensor of(int[] values, Integer... shape) {
    return new HostTensor(DataType.DT_INT32, List.of(shape), values);
  }

  static HostTensor of(byte[][] values, Integer... shape) {
    return new HostTensor(DataType.DT_STRING, List.of(shape), values);
  }

  public float[] floats() {
    return (float[]) data;
  }

  public int[] ints() {
    return (int[]) data;
  }

  public byte[][] strings() {
    return (byte[][]) data;
  }

  public int rows() {
    return shape.get(0);
  }

  /** Returns the number of values of a row: 1 for a vector. */
  public int width() {
    return shape.subList(1, shape.size()).stream().reduce(1, Math::multiplyExact);
  }

  /** Returns a copy of consecutive rows. */
  public HostTensor rows(int from, int count) {
    Integer[] part = shape.toArray(Integer[]::new);
    part[0] = count;
    int start = from * width();
    int end = start + count * width();
    return switch (type) {
      case DT_FLOAT -> of(Arrays.copyOfRange(floats(), start, end), part);
      case DT_INT32 -> of(Arrays.copyOfRange(ints(), start, end), part);
      default -> of(Arrays.copyOfRange(strings(), start, end), part);
    };
  }

  /**
   * Returns these rows followed by those of another tensor of this type. Matrices may differ in
   * width, since outputs per frame are as wide as the longest clip of their batch; the narrower one
   * is padded with zeros.
   */
  HostTensor followedBy(HostTensor more) {
    int widest = Math.max(width(), more.width());
    return widen(widest).joinedWith(more.widen(widest));
  }

  private HostTensor widen(int width) {
    if (width == width()) {
      return this;
    }
    return type == DataType.DT_FLOAT
        ? of(Padding.withZeros(floatRows(), width), rows(), width)
        : of(Padding.withIds(intRows(), width, 0), rows(), width);
  }

  private HostTensor joinedWith(HostTensor more) {
    List<Integer> joined = new ArrayList<>(shape);
    joined.set(0, rows() + more.rows());
    int size = rows() * width();
    int moreSize = more.rows() * width();
    Object all =
        switch (type) {
          case DT_FLOAT -> Arrays.copyOf(floats(), size + moreSize);
          case DT_INT32 -> Arrays.copyOf(ints(), size + moreSize);
          default -> Arrays.copyOf(strings(), size + moreSize);
        };
    System.arraycopy(more.data, 0, all, size, moreSize);
    return new HostTensor(type, List.copyOf(joined), all);
  }

  /** Copies a TensorFlow tensor to the heap. */
  static HostTensor copyOf(Tensor tensor) {
    Integer[] shape =
        Arrays.stream(tensor.shape().asArray()).mapToObj(Math::toIntExact).toArray(Integer[]::new);
    int size = Math.toIntExact(tensor.shape().size());
    if (tensor instanceof TFloat32 floats) {
      float[] values = new float[size];
      floats.asRawTensor().data().asFloats().read(values);
      return of(values, shape);
    }
    if (tensor instanceof TInt32 ints) {
      int[] values = new int[size];
      ints.asRawTensor().data().asInts().read(values);
      return of(values, shape);
    }
    List<byte[]> values = new ArrayList<>();
    ((TString) tensor).asBytes().scalars().forEach(value -> values.add(value.getObject()));
    return of(values.toArray(byte[][]::new), shape);
  }

  /**
   * Concatenates tensors along the first dimension; matrices are padded with zeros to the widest.
   *
   * @param parts of one type, and all vectors or all matrices
   */
  static Tensor stack(List<HostTensor> parts) {
    HostTensor first = parts.get(0);
    int rows = parts.stream().mapToInt(HostTensor::rows).sum();
    int width = parts.stream().mapToInt(HostTensor::width).max().orElseThrow();
    Shape shape = first.shape.size() == 1 ? Shape.of(rows) : Shape.of(rows, width);
    if (first.type == DataType.DT_STRING) {
      byte[][] all = parts.stream().flatMap(p -> Arrays.stream(p.strings())).toArray(byte[][]::new);
      return TString.tensorOfBytes(NdArrays.vectorOfObjects(all));
    }
    if (first.type == DataType.DT_FLOAT) {
      List<FloatBuffer> all = parts.stream().flatMap(part -> part.floatRows().stream()).toList();
      return TFloat32.tensorOf(shape, DataBuffers.of(Padding.withZeros(all, width)));
    }
    List<IntBuffer> all = parts.stream().flatMap(part -> part.intRows().stream()).toList();
    return TInt32.tensorOf(shape, DataBuffers.of(Padding.withIds(all, width, 0)));
  }

  private List<FloatBuffer> floatRows() {
    return IntStream.range(0, rows())
        .mapToObj(row -> FloatBuffer.wrap(floats(), row * width(), width()))
        .toList();
  }

  private List<IntBuffer> intRows() {
    return IntStream.range(0, rows())
        .mapToObj(row -> IntBuffer.wrap(ints(), row * width(), width()))
        .toList();
  }
}

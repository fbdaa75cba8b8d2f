package io.loramer.server.model;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/** Converts TensorProto messages, with raw bytes or value lists, from and to host tensors. */
public final class ProtoTensor {
  /** The bytes of a value: here, and in the part of a batch. */
  private static final long VALUE_BYTES = 2 * Float.BYTES;

  private ProtoTensor() {}

  /**
   * Converts a message to a tensor. A list that is shorter than the shape repeats its last value,
   * as in TensorFlow.
   *
   * @param name the name of the input, for error messages
   * @param maxElements the most values; larger shapes are refused before memory is allocated, since
   *     a message of a few bytes can claim any shape
   * @param held counts the memory of the values
   */
  public static HostTensor read(
      String name, TensorProto proto, int maxElements, RequestMemory.Share held) {
    List<Integer> shape = shape(name, proto, maxElements);
    int size = shape.stream().reduce(1, (a, b) -> a * b);
    held.take(VALUE_BYTES * size);
    return switch (proto.getDtype()) {
      case DT_FLOAT -> new HostTensor(DataType.DT_FLOAT, shape, floats(name, proto, size));
      case DT_INT32 -> new HostTensor(DataType.DT_INT32, shape, ints(name, proto, size));
      case DT_STRING -> new HostTensor(DataType.DT_STRING, shape, strings(name, proto, size));
      default ->
          throw RefusedException.invalid(
              "%s: expected DT_FLOAT, DT_INT32 or DT_STRING, found %s", name, proto.getDtype());
    };
  }

  /** Converts a tensor to a message with a list of values, as TF Serving does. */
  public static TensorProto write(HostTensor tensor) {
    TensorProto.Builder proto = TensorProto.newBuilder().setDtype(tensor.type());
    tensor.shape().forEach(size -> proto.getTensorShapeBuilder().addDimBuilder().setSize(size));
    switch (tensor.type()) {
      case DT_FLOAT -> {
        for (float value : tensor.floats()) {
          proto.addFloatVal(value);
        }
      }
      case DT_INT32 -> {
        for (int value : tensor.ints()) {
          proto.addIntVal(value);
        }
      }
      default -> {
        for (byte[] value : tensor.strings()) {
          proto.addStringVal(ByteString.copyFrom(value));
        }
      }
    }
    return proto.build();
  }

  private static List<Integer> shape(String name, TensorProto proto, int maxElements) {
    TensorShapeProto shape = proto.getTensorShape();
    long elements = 1;
    for (TensorShapeProto.Dim dim : shape.getDimList()) {
      if (shape.getUnknownRank() || dim.getSize() < 0) {
        throw RefusedException.invalid("%s: the shape must be known", name);
      }
      // An empty dimension would hide that another one is huge.
      elements *= Math.max(1, Math.min(dim.getSize(), maxElements + 1L));
      if (elements > maxElements) {
        throw RefusedException.invalid("%s: has more than %d values", name, maxElements);
      }
    }
    return shape.getDimList().stream().map(dim -> (int) dim.getSize()).toList();
  }

  private static float[] floats(String name, TensorProto proto, int size) {
    float[] values = new float[size];
    if (!proto.getTensorContent().isEmpty()) {
      content(name, proto, size).asFloatBuffer().get(values);
      return values;
    }
    int given = given(name, proto.getFloatValCount(), size);
    for (int i = 0; i < given; i++) {
      values[i] = proto.getFloatVal(i);
    }
    if (given > 0) {
      Arrays.fill(values, given, size, values[given - 1]);
    }
    return values;
  }

  private static int[] ints(String name, TensorProto proto, int size) {
    int[] values = new int[size];
    if (!proto.getTensorContent().isEmpty()) {
      content(name, proto, size).asIntBuffer().get(values);
      return values;
    }
    int given = given(name, proto.getIntValCount(), size);
    for (int i = 0; i < given; i++) {
      values[i] = proto.getIntVal(i);
    }
    if (given > 0) {
      Arrays.fill(values, given, size, values[given - 1]);
    }
    return values;
  }

  private static byte[][] strings(String name, TensorProto proto, int size) {
    if (proto.getStringValCount() != size) {
      throw RefusedException.invalid(
          "%s: expected %d values for its shape, found %d", name, size, proto.getStringValCount());
    }
    return proto.getStringValList().stream().map(ByteString::toByteArray).toArray(byte[][]::new);
  }

  private static ByteBuffer content(String name, TensorProto proto, int size) {
    ByteString content = proto.getTensorContent();
    if (content.size() != Integer.BYTES * (long) size) {
      throw RefusedException.invalid(
          "%s: expected %d bytes for its shape, found %d",
          name, Integer.BYTES * (long) size, content.size());
    }
    return content.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int given(String name, int given, int size) {
    if (given > size || (given == 0 && size > 0)) {
      throw RefusedException.invalid(
          "%s: expected %d values for its shape, found %d", name, size, given);
    }
    return given;
  }
}

package io.loramer.savedmodels;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ShortBuffer;
import java.util.Arrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.ndarray.buffer.FloatDataBuffer;
import org.tensorflow.types.TFloat32;

/**
 * A tensor in a checkpoint file.
 *
 * @param offset its first byte in the file
 * @param bytes how many bytes it has
 */
record StoredTensor(Dtype dtype, Shape shape, long offset, long bytes) {
  /** More dimensions than any weight has; guards the product below against absurd headers. */
  private static final int MAX_DIMENSIONS = 16;

  /** The element types of safetensors. */
  enum Dtype {
    F64(8),
    F32(4),
    F16(2),
    BF16(2),
    I64(8),
    I32(4),
    I16(2),
    I8(1),
    U8(1),
    BOOL(1);

    private final int bytes;

    Dtype(int bytes) {
      this.bytes = bytes;
    }

    TFloat32 toFloat32(String subject, Shape shape, ByteBuffer data) throws IOException {
      return switch (this) {
        case F32 -> TFloat32.tensorOf(shape, DataBuffers.of(data.asFloatBuffer()));
        case F16 -> widen(shape, data.asShortBuffer(), StoredTensor::halfToFloat);
        case BF16 ->
            widen(shape, data.asShortBuffer(), half -> Float.intBitsToFloat(half << Short.SIZE));
        default -> throw new IOException(subject + ": expected F32, F16 or BF16, found " + this);
      };
    }

    long[] toLongs(String subject, ByteBuffer data) throws IOException {
      long[] values = new long[data.remaining() / bytes];
      for (int i = 0; i < values.length; i++) {
        values[i] =
            switch (this) {
              case I64 -> data.getLong();
              case I32 -> data.getInt();
              case I16 -> data.getShort();
              case I8 -> data.get();
              case U8, BOOL -> Byte.toUnsignedInt(data.get());
              default -> throw new IOException(subject + ": expected integers, found " + this);
            };
      }
      return values;
    }
  }

  private static TFloat32 widen(Shape shape, ShortBuffer halves, Widening widening) {
    return TFloat32.tensorOf(
        shape,
        tensor -> {
          FloatDataBuffer floats = tensor.asRawTensor().data().asFloats();
          for (int i = 0; i < halves.limit(); i++) {
            floats.setFloat(widening.toFloat(halves.get(i)), i);
          }
        });
  }

  /** From a half-precision format to float32. */
  private interface Widening {
    float toFloat(short half);
  }

  /** Widens IEEE 754 half precision; JDK 20's Float.float16ToFloat is out of JDK 17's reach. */
  static float halfToFloat(short half) {
    int sign = (half & 0x8000) << 16;
    int exponent = (half >> 10) & 0x1f;
    int fraction = half & 0x3ff;
    if (exponent == 0x1f) {
      return Float.intBitsToFloat(sign | 0x7f800000 | fraction << 13);
    }
    if (exponent == 0) {
      float magnitude = fraction * 0x1p-24f; // subnormal: no implicit one
      return sign == 0 ? magnitude : -magnitude;
    }
    return Float.intBitsToFloat(sign | (exponent + 112) << 23 | fraction << 13); // 127 - 15 = 112
  }

  /**
   * Reads a header entry.
   *
   * @param subject names it in errors
   * @param start where the data part of the file begins
   */
  static StoredTensor parse(String subject, JsonNode entry, long start) throws IOException {
    JsonNode dimensions = entry.path("shape");
    JsonNode offsets = entry.path("data_offsets");
    boolean wellFormed =
        entry.path("dtype").isTextual()
            && dimensions.isArray()
            && dimensions.size() <= MAX_DIMENSIONS
            && isNonNegative(dimensions)
            && offsets.isArray()
            && offsets.size() == 2
            && isNonNegative(offsets);
    if (!wellFormed) {
      throw new IOException(
          subject + ": expected dtype, shape and two data_offsets, found " + abbreviate(entry));
    }
    Dtype dtype = dtype(subject, entry.path("dtype").textValue());
    long[] shape = new long[dimensions.size()];
    Arrays.setAll(shape, i -> dimensions.get(i).longValue());
    long begin = offsets.get(0).longValue();
    long end = offsets.get(1).longValue();
    if (end < begin || end > Long.MAX_VALUE - start) {
      throw new IOException(subject + ": data_offsets " + offsets + " are no range");
    }
    StoredTensor tensor =
        new StoredTensor(dtype, Shape.of(shape), Math.addExact(start, begin), end - begin);
    if (tensor.bytes != expectedBytes(subject, dtype, shape)) {
      throw new IOException(
          "%s: %s %s has %d bytes in the header's data_offsets"
              .formatted(subject, dtype, Arrays.toString(shape), tensor.bytes));
    }
    return tensor;
  }

  private static long expectedBytes(String subject, Dtype dtype, long[] shape) throws IOException {
    try {
      long bytes = dtype.bytes;
      for (long dimension : shape) {
        bytes = Math.multiplyExact(bytes, dimension);
      }
      if (bytes > Integer.MAX_VALUE) {
        throw new IOException(subject + ": tensors over 2 GiB are not supported");
      }
      return bytes;
    } catch (ArithmeticException e) {
      throw new IOException(subject + ": shape " + Arrays.toString(shape) + " overflows", e);
    }
  }

  private static Dtype dtype(String subject, String name) throws IOException {
    try {
      return Dtype.valueOf(name);
    } catch (IllegalArgumentException e) {
      throw new IOException(
          subject + ": dtype " + name + " is not one of " + Arrays.toString(Dtype.values()), e);
    }
  }

  private static boolean isNonNegative(JsonNode numbers) {
    for (JsonNode number : numbers) {
      if (!number.canConvertToLong() || !number.isIntegralNumber() || number.longValue() < 0) {
        return false;
      }
    }
    return true;
  }

  private static String abbreviate(JsonNode node) {
    String text = node.toString();
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }
}

package io.loramer.savedmodels.weights;

import java.nio.ByteBuffer;

/** The dtypes in checkpoint files, by their names in safetensors. */
enum Dtype {
  F64(Double.BYTES),
  F32(Float.BYTES),
  F16(Short.BYTES),
  BF16(Short.BYTES),
  I64(Long.BYTES),
  I32(Integer.BYTES),
  I16(Short.BYTES),
  I8(Byte.BYTES),
  U8(Byte.BYTES),
  BOOL(Byte.BYTES);

  private final int bytes;

  Dtype(int bytes) {
    this.bytes = bytes;
  }

  /** Returns the size of an element in bytes. */
  int bytes() {
    return bytes;
  }

  boolean isFloating() {
    return this == F64 || this == F32 || this == F16 || this == BF16;
  }

  /** Returns a floating-point element, widened or rounded to float32. */
  float floatAt(ByteBuffer data, int index) {
    return switch (this) {
      case F64 -> (float) data.getDouble(index * Double.BYTES);
      case F32 -> data.getFloat(index * Float.BYTES);
      case F16 -> halfToFloat(data.getShort(index * Short.BYTES));
      case BF16 -> Float.intBitsToFloat(data.getShort(index * Short.BYTES) << Short.SIZE);
      default -> throw new IllegalStateException(this + " is not floating");
    };
  }

  /** Returns an integer element. */
  long longAt(ByteBuffer data, int index) {
    return switch (this) {
      case I64 -> data.getLong(index * Long.BYTES);
      case I32 -> data.getInt(index * Integer.BYTES);
      case I16 -> data.getShort(index * Short.BYTES);
      case I8 -> data.get(index);
      case U8, BOOL -> Byte.toUnsignedLong(data.get(index));
      default -> throw new IllegalStateException(this + " is no integer");
    };
  }

  /** Converts IEEE 754 half precision; Float.float16ToFloat exists since JDK 20 only. */
  private static float halfToFloat(short half) {
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
}

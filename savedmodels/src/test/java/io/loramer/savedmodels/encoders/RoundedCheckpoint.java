package io.loramer.savedmodels.encoders;

import io.loramer.savedmodels.testing.Fixture;
import io.loramer.savedmodels.weights.Checkpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/** Weights rounded to half precision, to be written in it and in float32. */
final class RoundedCheckpoint {
  private final String dtype;
  private final Map<String, Shape> shapes = new LinkedHashMap<>();
  private final Map<String, short[]> halves = new LinkedHashMap<>();

  private RoundedCheckpoint(String dtype) {
    this.dtype = dtype;
  }

  /** Rounds all weights to F16 or BF16. */
  static RoundedCheckpoint of(Checkpoint weights, String dtype) throws IOException {
    RoundedCheckpoint rounded = new RoundedCheckpoint(dtype);
    for (String name : weights.names()) {
      try (TFloat32 tensor = weights.float32(name)) {
        float[] values = Fixture.floats(tensor);
        short[] bits = new short[values.length];
        for (int i = 0; i < bits.length; i++) {
          bits[i] = dtype.equals("F16") ? toHalf(values[i]) : toBrain(values[i]);
        }
        rounded.shapes.put(name, tensor.shape());
        rounded.halves.put(name, bits);
      }
    }
    return rounded;
  }

  void writeHalf(Path file) throws IOException {
    write(file, dtype, Short.BYTES);
  }

  void writeFloat32(Path file) throws IOException {
    write(file, "F32", Float.BYTES);
  }

  private void write(Path file, String written, int bytes) throws IOException {
    List<String> header = new ArrayList<>();
    int elements = halves.values().stream().mapToInt(bits -> bits.length).sum();
    ByteBuffer data = ByteBuffer.allocate(elements * bytes).order(ByteOrder.LITTLE_ENDIAN);
    halves.forEach(
        (name, bits) -> {
          int begin = data.position();
          for (short half : bits) {
            if (written.equals("F32")) {
              data.putFloat(dtype.equals("F16") ? ofHalf(half) : ofBrain(half));
            } else {
              data.putShort(half);
            }
          }
          header.add(
              "\"%s\": {\"dtype\": \"%s\", \"shape\": %s, \"data_offsets\": [%d, %d]}"
                  .formatted(
                      name,
                      written,
                      Arrays.toString(shapes.get(name).asArray()),
                      begin,
                      data.position()));
        });
    byte[] json = ("{" + String.join(", ", header) + "}").getBytes(StandardCharsets.UTF_8);
    ByteBuffer content =
        ByteBuffer.allocate(Long.BYTES + json.length + data.capacity())
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(json.length)
            .put(json)
            .put(data.flip());
    Files.write(file, content.array());
  }

  private static short toBrain(float value) {
    return (short) ((Float.floatToIntBits(value) + 0x8000) >> Short.SIZE); // to the nearest
  }

  private static float ofBrain(short half) {
    return Float.intBitsToFloat(half << Short.SIZE);
  }

  /** Rounds a weight, which is far below float16's largest number. */
  private static short toHalf(float value) {
    float magnitude = Math.abs(value);
    int sign = value < 0 ? 0x8000 : 0;
    if (magnitude < 0x1p-14f) { // subnormal
      return (short) (sign | Math.round(magnitude * 0x1p24f));
    }
    return (short) (sign | (((Float.floatToIntBits(magnitude) + 0x1000) >> 13) - (112 << 10)));
  }

  private static float ofHalf(short half) {
    int exponent = (half >> 10) & 0x1f;
    int fraction = half & 0x3ff;
    double magnitude =
        exponent == 0
            ? fraction * 0x1p-24
            : (1024 + fraction) * Math.pow(2, exponent - 25); // 15 for the bias, 10 for 1024
    return (float) (half < 0 ? -magnitude : magnitude);
  }
}

package io.loramer.savedmodels.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

final class SafetensorsTest {
  @TempDir private Path folder;

  @Test
  void writtenTensorsAreReadBack() throws IOException {
    Path file = folder.resolve("model.safetensors");
    try (TFloat32 matrix = TFloat32.tensorOf(Shape.of(2, 3), t -> t.setFloat(-2.5f, 1, 2));
        TFloat32 scalar = TFloat32.scalarOf(7)) {
      Safetensors.write(file, Map.of("matrix", matrix, "scalar", scalar));
      try (Safetensors read = Safetensors.open(file);
          TFloat32 matrixAgain = read.float32("matrix");
          TFloat32 scalarAgain = read.float32("scalar")) {
        assertEquals(matrix, matrixAgain);
        assertEquals(scalar, scalarAgain);
      }
    }
  }

  /** Bits and values from Python: numpy.float16 and torch.bfloat16. */
  @Test
  void halfPrecisionIsWidenedExactly() throws IOException {
    ByteBuffer data = ByteBuffer.allocate(18).order(ByteOrder.LITTLE_ENDIAN);
    for (int half : new int[] {0x3c00, 0xc100, 0x0001, 0x83ff, 0x7bff, 0x8000}) { // float16
      data.putShort((short) half);
    }
    for (int half : new int[] {0x3f80, 0xc049, 0x0001}) { // bfloat16
      data.putShort((short) half);
    }
    Path file =
        file(
            """
            {"f16": {"dtype": "F16", "shape": [6], "data_offsets": [0, 12]},
             "bf16": {"dtype": "BF16", "shape": [3], "data_offsets": [12, 18]}}""",
            data.array());
    try (Safetensors tensors = Safetensors.open(file);
        TFloat32 half = tensors.float32("f16");
        TFloat32 brain = tensors.float32("bf16")) {
      assertArrayEquals(
          new float[] {1, -2.5f, 5.9604645e-8f, -6.097555e-5f, 65504, -0f}, floats(half));
      assertArrayEquals(new float[] {1, -3.140625f, 0x1p-133f}, floats(brain));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [3], \"data_offsets\": [0, 8]}}", // shape lies
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [2], \"data_offsets\": [0, 8]},"
            + " \"b\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [4, 8]}}", // overlap
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [4, 8]}}", // hole
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [0, 4]}}", // too long
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [4], \"data_offsets\": [0, 16]}}", // truncated
        "{\"a\": {\"dtype\": \"Q4\", \"shape\": [2], \"data_offsets\": [0, 8]}}",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [-2], \"data_offsets\": [0, 8]}}",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [4294967296, 4294967296, 2],"
            + " \"data_offsets\": [0, 8]}}", // product overflows to 0
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [2], \"data_offsets\": [8, 0]}}",
        "{\"a\": 5}",
        "[1, 2]",
        "{\"a\": ",
      })
  void headerThatDoesNotDescribeTheFileIsRefused(String header) throws IOException {
    Path file = file(header, new byte[8]);
    var refused = assertThrows(IOException.class, () -> Safetensors.open(file).close());
    assertTrue(refused.getMessage().startsWith(file.toString()), refused.getMessage());
  }

  @Test
  void fileShorterThanItsHeaderIsRefused() throws IOException {
    Path file = folder.resolve("short");
    for (byte[] bytes : List.of(new byte[0], new byte[7], new byte[] {-1, 0, 0, 0, 0, 0, 0, -1})) {
      Files.write(file, bytes);
      assertThrows(IOException.class, () -> Safetensors.open(file).close());
    }
  }

  private Path file(String header, byte[] data) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json).put(data);
    return Files.write(folder.resolve("made.safetensors"), bytes.array());
  }

  private static float[] floats(TFloat32 tensor) {
    float[] values = new float[(int) tensor.size()];
    tensor.asRawTensor().data().asFloats().read(values);
    return values;
  }
}

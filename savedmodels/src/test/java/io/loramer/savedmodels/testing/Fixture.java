package io.loramer.savedmodels.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.savedmodels.weights.Safetensors;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * A folder of golden values, made by gen_torch.py (torch 2.13, transformers 5.18, peft 0.21) with
 * seed 20250611; the README beside them says how.
 */
public record Fixture(Path folder) {
  /** Finds a folder under src/test/resources/fixtures. */
  public static Fixture of(String name) {
    try {
      return new Fixture(Path.of(Fixture.class.getResource("/fixtures/" + name).toURI()));
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(name, e);
    }
  }

  /** Reads a float tensor of a file. */
  public TFloat32 float32(String file, String name) throws IOException {
    try (Safetensors tensors = Safetensors.open(folder.resolve(file))) {
      return tensors.float32(name);
    }
  }

  /** Reads an integer tensor of a file as TensorFlow's int32. */
  public TInt32 int32(String file, String name) throws IOException {
    try (Safetensors tensors = Safetensors.open(folder.resolve(file))) {
      long[] values = tensors.integers(name);
      return TInt32.tensorOf(
          tensors.shape(name),
          tensor -> {
            for (int i = 0; i < values.length; i++) {
              tensor.asRawTensor().data().asInts().setInt((int) values[i], i);
            }
          });
    }
  }

  /** Returns the elements of a tensor, flat. */
  public static float[] floats(TFloat32 tensor) {
    float[] values = new float[(int) tensor.size()];
    tensor.asRawTensor().data().asFloats().read(values);
    return values;
  }

  /** Returns the largest magnitude. */
  public static double largest(float[] values) {
    double largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  /** Asserts that two tensors have one shape and differ nowhere by more than the tolerance. */
  public static void assertClose(String what, TFloat32 expected, TFloat32 actual, double atol) {
    assertEquals(expected.shape(), actual.shape(), what);
    assertClose(what, floats(expected), floats(actual), atol);
  }

  /** Asserts that two arrays differ nowhere by more than the tolerance. */
  public static void assertClose(String what, float[] expected, float[] actual, double atol) {
    assertEquals(expected.length, actual.length, what);
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      double difference = Math.abs(expected[i] - actual[i]);
      largest = Double.isNaN(difference) ? Double.NaN : Math.max(largest, difference);
    }
    assertTrue(largest <= atol, what + ": differs by " + largest + ", allowed " + atol);
  }
}

package io.loramer.savedmodels.encoders;

import io.loramer.savedmodels.graph.Dropout;
import io.loramer.savedmodels.graph.Variables;
import io.loramer.savedmodels.weights.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.tensorflow.Graph;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Writes the {@code model.safetensors} of an untrained encoder, initialised as in transformers, for
 * the demo and benchmarks, which download nothing.
 */
public final class RandomCheckpoint {
  /** transformers' {@code initializer_range}. */
  private static final double LINEAR_DEVIATION = 0.02;

  private RandomCheckpoint() {}

  /**
   * Draws the weights of the encoder that the folder's {@code config.json} describes.
   *
   * @param seed the same one gives the same weights
   */
  public static void write(Path folder, long seed) throws IOException {
    EncoderConfig config =
        EncoderConfig.ofCheckpoint(
            ConfigFile.read(folder.resolve(EncoderConfig.FILE)), PaddingInNorm.IGNORED, Set.of());
    Random random = new Random(seed);
    Map<String, TFloat32> weights = new LinkedHashMap<>();
    try (Graph graph = new Graph()) {
      Parameters parameters = new Parameters(new Variables(graph, seed), Ops.create(graph));
      config.build(parameters, Dropout.none());
      for (Parameter parameter : parameters.required()) {
        switch (parameter.storage()) {
          case VERBATIM ->
              weights.put(parameter.name(), drawn(parameter.shape(), verbatim(parameter), random));
          case CONVOLUTION ->
              weights.put(parameter.name(), drawn(parameter.shape(), kaiming(parameter), random));
          case WEIGHT_NORMED_CONVOLUTION -> putWeightNormed(weights, parameter, random);
        }
      }
      Safetensors.write(folder.resolve("model.safetensors"), weights);
    } finally {
      weights.values().forEach(TFloat32::close);
    }
  }

  /** Mean and standard deviation of a Gaussian. */
  private record Gaussian(double mean, double deviation) {}

  private static Gaussian verbatim(Parameter parameter) {
    String name = parameter.name();
    if (name.endsWith("bias")) {
      return new Gaussian(0, 0);
    }
    boolean scale = name.matches(".*([lL]ayer_?[nN]orm\\.weight|gru_rel_pos_const)");
    return scale ? new Gaussian(1, 0) : new Gaussian(0, LINEAR_DEVIATION);
  }

  private static Gaussian kaiming(Parameter parameter) {
    double fanIn = parameter.shape().get(1) * (double) parameter.shape().get(2);
    return new Gaussian(0, Math.sqrt(2 / fanIn));
  }

  /**
   * Draws a direction and sets the magnitude to its norm, so that their product is the direction.
   */
  private static void putWeightNormed(
      Map<String, TFloat32> weights, Parameter parameter, Random random) {
    Shape shape = parameter.shape();
    double deviation = 2 / Math.sqrt(shape.get(1) * (double) shape.get(2));
    TFloat32 magnitude = TFloat32.tensorOf(Shape.of(1, 1, shape.get(2)));
    weights.put(parameter.name() + "_g", magnitude);
    TFloat32 direction = drawn(shape, new Gaussian(0, deviation), random);
    weights.put(parameter.name() + "_v", direction);
    for (long tap = 0; tap < shape.get(2); tap++) {
      double squares = 0;
      for (long out = 0; out < shape.get(0); out++) {
        for (long in = 0; in < shape.get(1); in++) {
          squares += Math.pow(direction.getFloat(out, in, tap), 2);
        }
      }
      magnitude.setFloat((float) Math.sqrt(squares), 0, 0, tap);
    }
  }

  private static TFloat32 drawn(Shape shape, Gaussian gaussian, Random random) {
    return TFloat32.tensorOf(
        shape,
        tensor -> {
          var data = tensor.asRawTensor().data().asFloats();
          for (long i = 0; i < data.size(); i++) {
            data.setFloat((float) (gaussian.mean + gaussian.deviation * random.nextGaussian()), i);
          }
        });
  }
}

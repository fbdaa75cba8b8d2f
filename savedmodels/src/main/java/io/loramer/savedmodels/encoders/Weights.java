package io.loramer.savedmodels.encoders;

import io.loramer.savedmodels.encoders.Parameter.Storage;
import io.loramer.savedmodels.weights.Checkpoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.FloatDataBuffer;
import org.tensorflow.types.TFloat32;

/** Finds an encoder's parameters in a checkpoint and converts them to the graph's layout. */
final class Weights {
  /** Parameters of checkpoints that inference and fine-tuning with LoRA do not use. */
  private static final Set<String> UNUSED =
      Set.of(
          "masked_spec_embed",
          "embeddings.position_ids",
          "pooler.dense.weight",
          "pooler.dense.bias");

  /** The prefix of the CTC head's parameters, which does not depend on the encoder's prefix. */
  private static final String HEAD = "lm_head.";

  /** PyTorch's names of the magnitude and direction of a weight norm, new and old. */
  private static final List<WeightNorm> WEIGHT_NORMS =
      List.of(
          new WeightNorm("parametrizations.weight.original0", "parametrizations.weight.original1"),
          new WeightNorm("weight_g", "weight_v"));

  private record WeightNorm(String magnitude, String direction) {}

  /** The names of a layer norm's parts in checkpoints from BERT's first release. */
  private static final Map<String, String> LEGACY_NAMES =
      Map.of("LayerNorm.weight", "LayerNorm.gamma", "LayerNorm.bias", "LayerNorm.beta");

  private final Checkpoint checkpoint;
  private final String prefix;
  private final Map<Parameter, List<String>> stored = new LinkedHashMap<>();

  private Weights(Checkpoint checkpoint, String base) {
    this.checkpoint = checkpoint;
    boolean headed = checkpoint.names().stream().anyMatch(name -> name.startsWith(base + "."));
    prefix = headed ? base + "." : "";
  }

  /**
   * Finds all parameters.
   *
   * @param subject names the checkpoint in errors
   * @param base the encoder's prefix in a model with a task head, such as {@code wavlm}
   * @throws IOException if parameters are missing, extra or of another shape; the message lists all
   */
  static Weights find(
      String subject, Checkpoint checkpoint, String base, List<Parameter> parameters)
      throws IOException {
    Weights weights = new Weights(checkpoint, base);
    List<String> problems = weights.locate(parameters);
    if (!problems.isEmpty()) {
      throw new IOException(
          "%s: does not fit its config.json (%d problems)%n  %s"
              .formatted(subject, problems.size(), String.join("\n  ", problems)));
    }
    return weights;
  }

  /** Returns which parameters are missing, extra or of another shape. */
  static List<String> problems(Checkpoint checkpoint, String base, List<Parameter> parameters) {
    return new Weights(checkpoint, base).locate(parameters);
  }

  private List<String> locate(List<Parameter> parameters) {
    Set<String> extra = new TreeSet<>(checkpoint.names());
    extra.removeIf(name -> !name.startsWith(prefix)); // parameters of the head
    UNUSED.forEach(name -> extra.remove(prefix + name));
    List<String> problems = new ArrayList<>();
    for (Parameter parameter : parameters) {
      List<String> names = namesOf(parameter);
      stored.put(parameter, names);
      names.forEach(extra::remove);
      check(parameter, names, problems);
    }
    extra.forEach(name -> problems.add(name + ": extra: config.json describes no such parameter"));
    return problems;
  }

  /** Returns a variable's value; the caller closes it. */
  TFloat32 valueOf(Parameter parameter) throws IOException {
    List<String> names = stored.get(parameter);
    return switch (parameter.storage()) {
      case VERBATIM -> checkpoint.float32(names.get(0));
      case CONVOLUTION -> {
        try (TFloat32 kernel = checkpoint.float32(names.get(0))) {
          yield forConv2d(parameter, floats(kernel));
        }
      }
      case WEIGHT_NORMED_CONVOLUTION -> {
        try (TFloat32 magnitude = checkpoint.float32(names.get(0));
            TFloat32 direction = checkpoint.float32(names.get(1))) {
          yield forConv2d(parameter, normed(floats(magnitude), floats(direction)));
        }
      }
    };
  }

  private List<String> namesOf(Parameter parameter) {
    String name = (parameter.name().startsWith(HEAD) ? "" : prefix) + parameter.name();
    if (parameter.storage() != Storage.WEIGHT_NORMED_CONVOLUTION) {
      return List.of(checkpoint.names().contains(name) ? name : legacyName(name));
    }
    String module = name.substring(0, name.length() - "weight".length());
    WeightNorm names =
        WEIGHT_NORMS.stream()
            .filter(norm -> checkpoint.names().contains(module + norm.magnitude))
            .findFirst()
            .orElse(WEIGHT_NORMS.get(0));
    return List.of(module + names.magnitude, module + names.direction);
  }

  /** Returns the old name of a parameter if the checkpoint has it, else the name itself. */
  private String legacyName(String name) {
    return LEGACY_NAMES.entrySet().stream()
        .filter(names -> name.endsWith(names.getKey()))
        .map(names -> name.replace(names.getKey(), names.getValue()))
        .filter(checkpoint.names()::contains)
        .findFirst()
        .orElse(name);
  }

  private void check(Parameter parameter, List<String> names, List<String> problems) {
    for (String name : names) {
      boolean magnitude = names.size() == 2 && name.equals(names.get(0));
      Shape expected = magnitude ? Shape.of(1, 1, parameter.shape().get(2)) : parameter.shape();
      if (!checkpoint.names().contains(name)) {
        problems.add(name + ": missing: expected shape " + expected);
      } else if (!checkpoint.shape(name).equals(expected)) {
        problems.add(name + ": expected shape " + expected + ", found " + checkpoint.shape(name));
      }
    }
  }

  /** Scales v [out, in, k] so that its norm for each k is g [k]. */
  private static float[] normed(float[] magnitude, float[] direction) {
    int taps = magnitude.length;
    double[] squares = new double[taps];
    for (int i = 0; i < direction.length; i++) {
      squares[i % taps] += (double) direction[i] * direction[i];
    }
    float[] weight = new float[direction.length];
    for (int i = 0; i < direction.length; i++) {
      weight[i] = (float) (magnitude[i % taps] * (direction[i] / Math.sqrt(squares[i % taps])));
    }
    return weight;
  }

  /** Transposes a kernel [out, in, k] to [1, k, in, out]. */
  private static TFloat32 forConv2d(Parameter parameter, float[] kernel) {
    int out = (int) parameter.shape().get(0);
    int in = (int) parameter.shape().get(1);
    int taps = (int) parameter.shape().get(2);
    float[] transposed = new float[kernel.length];
    for (int o = 0; o < out; o++) {
      for (int i = 0; i < in; i++) {
        for (int k = 0; k < taps; k++) {
          transposed[(k * in + i) * out + o] = kernel[(o * in + i) * taps + k];
        }
      }
    }
    return TFloat32.tensorOf(
        parameter.variableShape(),
        tensor -> {
          FloatDataBuffer data = tensor.asRawTensor().data().asFloats();
          data.write(transposed);
        });
  }

  private static float[] floats(TFloat32 tensor) {
    float[] values = new float[(int) tensor.size()];
    tensor.asRawTensor().data().asFloats().read(values);
    return values;
  }
}

package io.loramer.savedmodels.encoders;

import io.loramer.savedmodels.encoders.Parameter.Storage;
import io.loramer.savedmodels.weights.Checkpoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.FloatDataBuffer;
import org.tensorflow.types.TFloat32;

/** Finds an encoder's parameters in a checkpoint and converts them to the graph's layout. */
final class Weights {
  /**
   * Modules within an encoder that inference and fine-tuning with LoRA do not use: SpecAugment's
   * vector under its name and its old one, positions that the graph counts itself, BERT's pooler.
   */
  private static final Set<String> UNUSED =
      Set.of("masked_spec_embed", "mask_time_emb_vector", "embeddings.position_ids", "pooler");

  /** The prefix of the CTC head's parameters, which does not depend on the encoder's prefix. */
  static final String HEAD = "lm_head.";

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
  private final Map<String, UnusedTensors> unused = new TreeMap<>();
  private final List<String> problems = new ArrayList<>();

  /**
   * Finds an encoder's parameters.
   *
   * @param base the encoder's prefix in a model with a task head, such as {@code wavlm}
   */
  Weights(Checkpoint checkpoint, String base, List<Parameter> parameters) {
    this.checkpoint = checkpoint;
    boolean headed = checkpoint.names().stream().anyMatch(name -> name.startsWith(base + "."));
    prefix = headed ? base + "." : "";
    Set<String> others = new TreeSet<>(checkpoint.names());
    Set<String> modules = new HashSet<>();
    for (Parameter parameter : parameters) {
      List<String> names = namesOf(parameter);
      stored.put(parameter, names);
      names.forEach(others::remove);
      modules.add(first(parameter.name()));
      check(parameter, names);
    }
    for (String name : others) {
      Optional<String> module = unusedModule(name, modules);
      if (module.isPresent()) {
        unused.merge(
            module.get(),
            new UnusedTensors(module.get(), 1, checkpoint.shape(name).size()),
            UnusedTensors::plus);
      } else {
        problems.add(name + ": extra: config.json describes no such parameter");
      }
    }
  }

  /** Returns which parameters are missing, extra or of another shape. */
  List<String> problems() {
    return problems;
  }

  /** Returns the tensors that are not used, such as those of a task head, by module. */
  List<UnusedTensors> unused() {
    return List.copyOf(unused.values());
  }

  /**
   * Checks that all parameters are there.
   *
   * @param subject names the checkpoint in errors
   * @throws IOException if parameters are missing, extra or of another shape; the message lists all
   */
  void requireComplete(String subject) throws IOException {
    if (!problems.isEmpty()) {
      throw new IOException(
          "%s: does not fit its config.json (%d problems)%n  %s"
              .formatted(subject, problems.size(), String.join("\n  ", problems)));
    }
  }

  /**
   * Returns the module of a tensor if transformers does not use it in the encoder either: a module
   * beside the encoder, or one of {@link #UNUSED} within it.
   *
   * @param modules of the encoder
   */
  private Optional<String> unusedModule(String name, Set<String> modules) {
    boolean beside = prefix.isEmpty() ? !modules.contains(first(name)) : !name.startsWith(prefix);
    if (beside) {
      return Optional.of(first(name));
    }
    return UNUSED.stream()
        .map(module -> prefix + module)
        .filter(module -> name.equals(module) || name.startsWith(module + "."))
        .findFirst();
  }

  private static String first(String name) {
    return name.replaceFirst("\\..*$", "");
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

  private void check(Parameter parameter, List<String> names) {
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

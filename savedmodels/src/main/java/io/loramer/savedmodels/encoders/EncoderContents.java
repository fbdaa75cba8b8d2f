package io.loramer.savedmodels.encoders;

import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.SavedModelSummary;
import io.loramer.savedmodels.graph.Dropout;
import io.loramer.savedmodels.graph.Variables;
import io.loramer.savedmodels.imports.EncoderSavedModel;
import io.loramer.savedmodels.lora.LoraTarget;
import io.loramer.savedmodels.weights.Checkpoint;
import io.loramer.savedmodels.weights.TensorType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.tensorflow.Graph;
import org.tensorflow.op.Ops;

/**
 * The contents of a checkpoint or encoder SavedModel, and their differences from its {@code
 * config.json}.
 *
 * @param architecture such as {@code wavlm}; empty without a supported config.json
 * @param tensors parameters or variables, by name
 * @param linearMaps the modules that LoRA can adapt
 * @param unused the checkpoint's tensors that its encoder does not use, by module
 * @param problems parameters that are missing, extra or of another shape, and unsupported settings
 * @param warnings about files that are missing, a sentence each
 */
public record EncoderContents(
    Optional<String> architecture,
    Map<String, TensorType> tensors,
    List<LoraTarget> linearMaps,
    List<UnusedTensors> unused,
    List<String> problems,
    List<String> warnings) {

  /** The encoder that a config.json describes. */
  private record Described(
      String architecture,
      List<Parameter> parameters,
      List<LoraTarget> linearMaps,
      List<String> warnings) {
    static Described read(Function<String, Path> files, Set<String> tensors) throws IOException {
      ConfigFile file = ConfigFile.read(files.apply(EncoderConfig.FILE));
      EncoderConfig config = EncoderConfig.ofCheckpoint(file, PaddingInNorm.IGNORED, tensors);
      List<String> warnings = EncoderFiles.warnings(file, config, files);
      try (Graph graph = new Graph()) {
        Parameters parameters = new Parameters(new Variables(graph, 0), Ops.create(graph));
        config.build(parameters, Dropout.none());
        return new Described(
            config.base(),
            parameters.required(),
            LoraTarget.linearMaps(graph.toGraphDef()),
            warnings);
      }
    }
  }

  /**
   * Inspects a checkpoint folder. Problems are returned, not thrown.
   *
   * @throws IOException if the weights cannot be read
   */
  public static EncoderContents ofCheckpoint(Path folder) throws IOException {
    List<String> problems = new ArrayList<>();
    if (Checkpoint.FILES.stream().noneMatch(file -> Files.exists(folder.resolve(file)))) {
      Optional<Described> described = describe(folder::resolve, Set.of(), problems);
      problems.add("no weights: expected one of " + String.join(", ", Checkpoint.FILES));
      return of(described, Map.of(), List.of(), problems);
    }
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      Map<String, TensorType> tensors = new LinkedHashMap<>();
      checkpoint.names().forEach(name -> tensors.put(name, checkpoint.type(name)));
      Optional<Described> described = describe(folder::resolve, tensors.keySet(), problems);
      Optional<Weights> weights =
          described.map(d -> new Weights(checkpoint, d.architecture, d.parameters));
      weights.ifPresent(w -> problems.addAll(w.problems()));
      return of(described, tensors, weights.map(Weights::unused).orElse(List.of()), problems);
    }
  }

  private static EncoderContents of(
      Optional<Described> described,
      Map<String, TensorType> tensors,
      List<UnusedTensors> unused,
      List<String> problems) {
    return new EncoderContents(
        described.map(Described::architecture),
        tensors,
        described.map(Described::linearMaps).orElse(List.of()),
        unused,
        problems,
        described.map(Described::warnings).orElse(List.of()));
  }

  /**
   * Inspects an encoder SavedModel. Its variables are compared with config.json if they have the
   * checkpoint's names.
   */
  public static EncoderContents ofSavedModel(SavedModelFolder model) throws IOException {
    List<String> problems = new ArrayList<>();
    Map<String, TensorType> variables = SavedModelSummary.of(model).variables();
    Optional<Described> described =
        Files.exists(model.asset(EncoderConfig.FILE))
            ? describe(model::asset, variables.keySet(), problems)
            : Optional.empty();
    if (variables.keySet().stream().noneMatch(name -> name.contains("/"))) { // as Keras names them
      described.ifPresent(d -> compare(d.parameters, variables, problems));
    }
    return new EncoderContents(
        described.map(Described::architecture),
        variables,
        linearMaps(model, problems),
        List.of(),
        problems,
        described.map(Described::warnings).orElse(List.of()));
  }

  private static List<LoraTarget> linearMaps(SavedModelFolder model, List<String> problems) {
    try {
      return EncoderSavedModel.of(model).linearMaps();
    } catch (IOException e) {
      problems.add(e.getMessage());
      return List.of();
    }
  }

  private static Optional<Described> describe(
      Function<String, Path> files, Set<String> tensors, List<String> problems) {
    try {
      return Optional.of(Described.read(files, tensors));
    } catch (IOException e) {
      problems.add(e.getMessage());
      return Optional.empty();
    }
  }

  private static void compare(
      List<Parameter> parameters, Map<String, TensorType> variables, List<String> problems) {
    Set<String> extra = new TreeSet<>(variables.keySet());
    for (Parameter parameter : parameters) {
      TensorType variable = variables.get(parameter.name());
      extra.remove(parameter.name());
      if (variable == null) {
        problems.add(parameter.name() + ": missing: expected " + parameter.variableShape());
      } else if (!variable.shape().equals(parameter.variableShape())) {
        problems.add(
            "%s: expected shape %s, found %s"
                .formatted(parameter.name(), parameter.variableShape(), variable.shape()));
      }
    }
    extra.forEach(name -> problems.add(name + ": extra: config.json describes no such parameter"));
  }
}

package io.loramer.tools.inspect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.loramer.recognition.EmotionModelInfo;
import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.SavedModelSummary;
import io.loramer.savedmodels.encoders.EncoderContents;
import io.loramer.savedmodels.encoders.UnusedTensors;
import io.loramer.savedmodels.files.Json;
import io.loramer.savedmodels.lora.LoraAdapter;
import io.loramer.savedmodels.lora.LoraConfig;
import io.loramer.savedmodels.lora.LoraTarget;
import io.loramer.savedmodels.lora.TargetModules;
import io.loramer.savedmodels.weights.Checkpoint;
import io.loramer.savedmodels.weights.Safetensors;
import io.loramer.savedmodels.weights.TensorType;
import io.loramer.training.config.RunConfig;
import io.loramer.training.run.RunFolder;
import io.loramer.training.run.RunMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The contents of a file or folder as a tree of names and values, printed as text or JSON. */
public record Inspection(ObjectNode tree) {
  private static final String ADAPTER = "adapter_config.json";
  private static final String SAVED_MODEL = "saved_model.pb";
  private static final String RUN = "config.yaml";
  private static final String CHECKPOINT = "config.json";
  private static final String SAFETENSORS = ".safetensors";

  private static final Pattern LAYER = Pattern.compile("\\.([0-9]+)\\.");

  /**
   * Describes a file or folder of a known kind.
   *
   * @throws IOException if it is of no known kind, or a file of it is damaged
   */
  static Inspection of(Path path) throws IOException {
    if (Files.isRegularFile(path) && path.toString().endsWith(SAFETENSORS)) {
      return ofSafetensors(path);
    } else if (Files.exists(path.resolve(ADAPTER))) {
      return ofAdapter(path);
    } else if (Files.exists(path.resolve(SAVED_MODEL))
        || (SavedModelFolder.isIn(path) && !hasWeights(path))) {
      SavedModelFolder model = SavedModelFolder.open(path);
      return Files.exists(model.asset(EmotionModelInfo.FILE))
          ? ofEmotionModel(model)
          : ofEncoder(model);
    } else if (Files.exists(path.resolve(RUN))) {
      return ofRun(path);
    } else if (Files.exists(path.resolve(CHECKPOINT)) || hasWeights(path)) {
      return ofCheckpoint(path);
    }
    throw new IOException(
        "%s: nothing that can be inspected: looked for a %s file, or a folder with %s (an adapter), %s"
                .formatted(path, SAFETENSORS, ADAPTER, SAVED_MODEL)
            + " (a SavedModel), %s (a run) or %s (a checkpoint); found %s"
                .formatted(RUN, CHECKPOINT, content(path)));
  }

  private static boolean hasWeights(Path folder) {
    return Checkpoint.FILES.stream().anyMatch(file -> Files.exists(folder.resolve(file)));
  }

  /** Describes a LoRA adapter in PEFT's format. */
  public static Inspection ofAdapter(Path folder) throws IOException {
    Inspection inspection = start("LoRA adapter (PEFT)", folder);
    inspection.tree.setAll(adapter(folder));
    return inspection;
  }

  private static Inspection ofSafetensors(Path file) throws IOException {
    Inspection inspection = start("safetensors file", file);
    Map<String, TensorType> tensors = new TreeMap<>();
    try (Safetensors stored = Safetensors.open(file)) {
      stored.names().forEach(name -> tensors.put(name, stored.type(name)));
    }
    inspection.putTensors(tensors);
    inspection.tree.set("tensors", types(tensors));
    return inspection;
  }

  private static Inspection ofCheckpoint(Path folder) throws IOException {
    Inspection inspection = start("checkpoint", folder);
    inspection.putEncoder(EncoderContents.ofCheckpoint(folder));
    return inspection;
  }

  private static Inspection ofEncoder(SavedModelFolder model) throws IOException {
    Inspection inspection = start("encoder SavedModel", model.path());
    inspection.putSignatures(model);
    inspection.putEncoder(EncoderContents.ofSavedModel(model));
    return inspection;
  }

  private static Inspection ofEmotionModel(SavedModelFolder model) throws IOException {
    Inspection inspection = start("emotion SavedModel", model.path());
    inspection.tree.set("model", Json.RECORDS.valueToTree(EmotionModelInfo.read(model.path())));
    inspection.putSignatures(model);
    inspection.putTensors(SavedModelSummary.of(model).variables());
    return inspection;
  }

  private static Inspection ofRun(Path folder) throws IOException {
    Inspection inspection = start("run", folder);
    RunFolder run = new RunFolder(folder);
    RunConfig config = run.readConfig();
    ObjectNode tree = inspection.tree;
    tree.put("ended", run.hasEnded());
    tree.put(
        "newest_checkpoint", run.newestCheckpoint().map(epoch -> "epoch " + epoch).orElse(null));
    if (run.hasEnded()) {
      RunMetrics metrics = run.readMetrics();
      tree.put("best_epoch", metrics.bestEpoch());
      tree.put("trainable_parameters", metrics.trainableParameters());
      tree.put("validation_ua", metrics.validation().unweightedAccuracy());
      metrics.test().ifPresent(test -> tree.put("test_ua", test.unweightedAccuracy()));
    }
    List<String> problems = new ArrayList<>();
    ObjectNode encoders = tree.putObject("encoders");
    config.audio().encoder().ifPresent(path -> encoders.put("audio", path.toString()));
    config.text().activeEncoder().ifPresent(path -> encoders.put("text", path.toString()));
    for (var encoder : encoders.properties()) {
      if (!SavedModelFolder.isIn(Path.of(encoder.getValue().textValue()))) {
        problems.add(encoder.getKey() + " encoder: no SavedModel there any more");
      }
    }
    if (Files.exists(run.model().resolve(ADAPTER))) {
      tree.set("adapter", adapter(run.model()));
    }
    tree.set("problems", Json.RECORDS.valueToTree(problems));
    return inspection;
  }

  private static ObjectNode adapter(Path folder) throws IOException {
    ObjectNode tree = Json.RECORDS.createObjectNode();
    try (LoraAdapter adapter = LoraAdapter.read(folder)) {
      LoraConfig config = adapter.config();
      TargetModules targets = config.targetModules();
      tree.put("base_model", adapter.baseModel().orElse(null));
      tree.put("rank", config.rank());
      tree.put("alpha", config.alpha());
      tree.put("use_rslora", config.useRslora());
      tree.put("dropout", config.dropout());
      tree.set("rank_pattern", Json.RECORDS.valueToTree(config.rankPattern()));
      tree.set("alpha_pattern", Json.RECORDS.valueToTree(config.alphaPattern()));
      tree.set(
          "target_modules",
          Json.RECORDS.valueToTree(
              targets.names().isEmpty() ? targets.expression() : targets.names()));
      tree.set(
          "layers",
          Json.RECORDS.valueToTree(
              adapter.modules().stream()
                  .flatMap(module -> LAYER.matcher(module).results())
                  .map(layer -> Integer.valueOf(layer.group(1)))
                  .distinct()
                  .sorted()
                  .toList()));
      tree.put(
          "parameters",
          adapter.matrices().values().stream().mapToLong(matrix -> matrix.size()).sum());
      ObjectNode modules = tree.putObject("modules");
      for (String module : adapter.modules()) {
        modules
            .putObject(module)
            .put("rank", config.rank(module))
            .put("scaling", config.scaling(module))
            .put("norm_of_b_a", adapter.norm(module));
      }
      tree.set(
          "problems",
          Json.RECORDS.valueToTree(
              adapter.isUntrained() ? List.of(LoraAdapter.UNTRAINED) : List.of()));
    }
    return tree;
  }

  private static Inspection start(String kind, Path path) {
    return new Inspection(
        Json.RECORDS.createObjectNode().put("kind", kind).put("path", path.toString()));
  }

  private void putEncoder(EncoderContents encoder) {
    tree.put("architecture", encoder.architecture().orElse(null));
    putTensors(encoder.tensors());
    TargetModules targets = LoraConfig.defaults().targetModules();
    Map<String, Integer> matched = new TreeMap<>();
    Map<String, Integer> others = new TreeMap<>();
    for (LoraTarget target : encoder.linearMaps()) {
      var counts = targets.matches(target.module()) ? matched : others;
      counts.merge(target.family(), 1, Integer::sum);
    }
    ObjectNode lora = tree.putObject("lora");
    lora.set("target_modules", Json.RECORDS.valueToTree(targets.names()));
    lora.set("matched", Json.RECORDS.valueToTree(matched));
    lora.set("other_linear_maps", Json.RECORDS.valueToTree(others));
    if (encoder.architecture().isPresent()) { // else nothing is known of its use
      ObjectNode unused = tree.putObject("not_used");
      for (UnusedTensors module : encoder.unused()) {
        unused
            .putObject(module.module())
            .put("tensors", module.tensors())
            .put("parameters", module.parameters());
      }
    }
    tree.set("problems", Json.RECORDS.valueToTree(encoder.problems()));
    tree.set("warnings", Json.RECORDS.valueToTree(encoder.warnings()));
  }

  private void putTensors(Map<String, TensorType> tensors) {
    Map<String, Long> elements = TensorType.elements(tensors.values());
    tree.put("parameters", elements.values().stream().mapToLong(Long::longValue).sum());
    tree.set("dtypes", Json.RECORDS.valueToTree(elements));
  }

  private void putSignatures(SavedModelFolder model) {
    ObjectNode signatures = tree.putObject("signatures");
    for (SavedModelSummary.Call call : SavedModelSummary.of(model).signatures()) {
      ObjectNode signature =
          signatures.putObject(String.join(",", call.tags()) + "/" + call.name());
      signature.set("inputs", types(call.inputs()));
      signature.set("outputs", types(call.outputs()));
    }
  }

  private static ObjectNode types(Map<String, TensorType> tensors) {
    ObjectNode types = Json.RECORDS.createObjectNode();
    tensors.forEach(
        (name, type) ->
            types
                .putObject(name)
                .put("dtype", type.dtype())
                .set("shape", Json.RECORDS.valueToTree(type.shape().asArray())));
    return types;
  }

  private static String content(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return Files.exists(path) ? "a file of another kind" : "nothing there";
    }
    try (Stream<Path> files = Files.list(path)) {
      List<String> names =
          files.map(file -> file.getFileName().toString()).sorted().limit(20).toList();
      return names.isEmpty() ? "an empty folder" : String.join(", ", names);
    }
  }

  /** Returns the tree as JSON. */
  String json() throws JsonProcessingException {
    return Json.RECORDS.writerWithDefaultPrettyPrinter().writeValueAsString(tree);
  }

  @Override
  public String toString() {
    return TreeText.of(tree);
  }
}

package io.loramer.savedmodels.lora;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.loramer.savedmodels.files.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.StreamSupport;

/**
 * PEFT's {@code adapter_config.json}. Unknown keys are ignored, and absent ones take PEFT's
 * defaults.
 *
 * @see <a
 *     href="https://github.com/huggingface/peft/blob/v0.21.0/src/peft/tuners/lora/config.py">PEFT's
 *     LoraConfig</a>
 */
final class AdapterConfigFile {
  static final String NAME = "adapter_config.json";

  /** PEFT's defaults of {@code r} and {@code lora_alpha}. */
  private static final int DEFAULT_RANK_AND_ALPHA = 8;

  /** Settings with which an adapter computes more than {@code W0 + scaling · B A}. */
  private static final Set<String> OTHER_KINDS =
      Set.of(
          "alora_invocation_tokens",
          "arrow_config",
          "fan_in_fan_out",
          "kasa_config",
          "layer_replication",
          "lora_bias",
          "megatron_config",
          "modules_to_save",
          "monteclora_config",
          "target_parameters",
          "trainable_token_indices",
          "velora_config");

  /** Initialisations that do not change W0; PiSSA, OLoRA, CorDA, LoftQ and LoRA-GA do. */
  private static final Set<String> HARMLESS_INITIALIZATIONS =
      Set.of("true", "false", "gaussian", "eva", "orthogonal", "mica");

  private final Path file;
  private final JsonNode root;

  private AdapterConfigFile(Path file, JsonNode root) {
    this.file = file;
    this.root = root;
  }

  /**
   * Reads the file in an adapter's folder.
   *
   * @throws IOException if it is missing or is not a JSON object
   */
  static AdapterConfigFile read(Path folder) throws IOException {
    Path file = folder.resolve(NAME);
    if (!Files.isRegularFile(file)) {
      throw new IOException(
          file
              + ": no such file; a PEFT adapter has one (an adapter that is not called \"default\""
              + " lies in a folder of its name within)");
    }
    try {
      JsonNode root = Json.TREE.readTree(Files.readAllBytes(file));
      if (!root.isObject()) {
        throw new IOException(file + ": expected a JSON object, found " + root.getNodeType());
      }
      return new AdapterConfigFile(file, root);
    } catch (JsonProcessingException e) {
      throw new IOException(file + ": not JSON: " + e.getOriginalMessage(), e);
    }
  }

  /**
   * Writes a configuration into an adapter's folder.
   *
   * @param modules that the adapter has matrices of, written for {@code all-linear}, since PEFT may
   *     find other linear maps
   */
  static void write(
      Path folder, LoraConfig config, List<String> modules, Optional<String> baseModel)
      throws IOException {
    ObjectNode json = Json.TREE.createObjectNode();
    json.put("peft_type", "LORA");
    json.put("base_model_name_or_path", baseModel.orElse(null));
    json.put("r", config.rank());
    json.set("lora_alpha", number(config.alpha()));
    json.set("lora_dropout", number(config.dropout()));
    TargetModules targets = config.targetModules();
    if (targets.names().isEmpty() && !targets.isAllLinear()) {
      json.put("target_modules", targets.expression());
    } else {
      json.set(
          "target_modules",
          Json.TREE.valueToTree(targets.isAllLinear() ? modules : targets.names()));
    }
    json.set("rank_pattern", Json.TREE.valueToTree(config.rankPattern()));
    ObjectNode alphas = json.putObject("alpha_pattern");
    config.alphaPattern().forEach((key, alpha) -> alphas.set(key, number(alpha)));
    json.put("use_rslora", config.useRslora());
    json.put("bias", "none").put("fan_in_fan_out", false).put("inference_mode", true);
    Json.TREE.writerWithDefaultPrettyPrinter().writeValue(folder.resolve(NAME).toFile(), json);
  }

  /** Returns an integer where possible: PEFT's alpha usually is one. */
  private static JsonNode number(float value) {
    return value == Math.rint(value)
        ? Json.TREE.getNodeFactory().numberNode((int) value)
        : Json.TREE.getNodeFactory().numberNode(value);
  }

  /** Returns the names of all settings that are not supported. */
  List<String> otherKinds() {
    List<String> found = new ArrayList<>();
    String type = root.path("peft_type").asText("missing");
    if (!type.equals("LORA")) {
      found.add("peft_type " + type);
    }
    for (var setting : root.properties()) {
      String key = setting.getKey();
      boolean variant = key.startsWith("use_") && !key.equals("use_rslora");
      if ((variant || OTHER_KINDS.contains(key)) && Json.isOn(setting.getValue())) {
        found.add(key);
      }
    }
    String bias = root.path("bias").asText("none");
    if (!bias.equals("none")) {
      found.add("bias " + bias);
    }
    String initialization = root.path("init_lora_weights").asText("true");
    if (root.hasNonNull("init_lora_weights")
        && !HARMLESS_INITIALIZATIONS.contains(initialization)) {
      found.add("init_lora_weights " + initialization + " (it may change the base weights too)");
    }
    return found;
  }

  /**
   * Returns the configuration for the modules that the adapter has matrices of, by their names in a
   * bare encoder. Names and patterns that match none of them are left out.
   *
   * @param modules names in a bare encoder, by the names in the model that was adapted
   */
  LoraConfig config(Map<String, String> modules) throws IOException {
    try {
      return new LoraConfig(
          (int) number("r", DEFAULT_RANK_AND_ALPHA),
          (float) number("lora_alpha", DEFAULT_RANK_AND_ALPHA),
          (float) number("lora_dropout", 0),
          targets(modules),
          pattern("rank_pattern", JsonNode::intValue, modules),
          pattern("alpha_pattern", JsonNode::floatValue, modules),
          root.path("use_rslora").asBoolean(false));
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  /** Returns the path or hub name of the adapted model, if the file has it. */
  Optional<String> baseModel() {
    return Optional.ofNullable(root.path("base_model_name_or_path").textValue())
        .filter(name -> !name.isEmpty());
  }

  private TargetModules targets(Map<String, String> modules) {
    JsonNode stated = root.path("target_modules");
    List<String> names =
        StreamSupport.stream(stated.spliterator(), false).map(JsonNode::asText).toList();
    String expression = stated.isTextual() ? stated.textValue() : "";
    TargetModules all = new TargetModules(List.copyOf(modules.values()), "");
    if (names.isEmpty() && expression.isEmpty()) {
      return all; // PEFT took its default for this model
    }
    TargetModules targets = new TargetModules(names, expression);
    List<String> ignored =
        modules.entrySet().stream()
            .filter(m -> !targets.matches(m.getKey()) && !targets.matches(m.getValue()))
            .map(Map.Entry::getKey)
            .toList();
    if (!ignored.isEmpty()) {
      throw new IllegalArgumentException(
          "target_modules names none of these, which have matrices: " + String.join(", ", ignored));
    }
    boolean chosen =
        targets.isAllLinear()
            || Json.isOn(root.path("exclude_modules"))
            || root.hasNonNull("layers_to_transform");
    if (chosen || !modules.values().stream().allMatch(targets::matches)) {
      return all;
    }
    List<String> unmatched = targets.unmatched(List.copyOf(modules.values()));
    return new TargetModules(
        names.stream().filter(name -> !unmatched.contains(name)).toList(), targets.expression());
  }

  private <T> Map<String, T> pattern(
      String key, Function<JsonNode, T> value, Map<String, String> modules) {
    Map<String, T> stated = new LinkedHashMap<>();
    for (var entry : root.path(key).properties()) {
      requireNumber(key + ": " + entry.getKey(), entry.getValue());
      stated.put(entry.getKey(), value.apply(entry.getValue()));
    }
    if (modules.keySet().equals(Set.copyOf(modules.values()))) { // the names are the same
      stated.keySet().removeIf(end -> !LoraConfig.matchesAny(end, modules.values()));
      return stated;
    }
    Map<String, T> byModule = new LinkedHashMap<>();
    modules.forEach(
        (adapted, bare) ->
            LoraConfig.find(stated, adapted).ifPresent(found -> byModule.put(bare, found)));
    return byModule;
  }

  private double number(String key, double absent) {
    JsonNode value = root.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return absent;
    }
    requireNumber(key, value);
    return value.doubleValue();
  }

  private static void requireNumber(String key, JsonNode value) {
    if (!value.isNumber()) {
      throw new IllegalArgumentException(key + ": expected a number, found " + value);
    }
  }
}

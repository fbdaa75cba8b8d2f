package io.loramer.savedmodels;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.types.TFloat32;

/**
 * Trained LoRA matrices in PEFT's own format: {@code adapter_config.json} and {@code
 * adapter_model.safetensors}.
 *
 * @see <a href="https://huggingface.co/docs/peft/developer_guides/checkpoint">PEFT's format</a>
 */
public final class LoraAdapter implements AutoCloseable {
  private static final String CONFIG = "adapter_config.json";
  private static final String WEIGHTS = "adapter_model.safetensors";
  private static final String KEY_PREFIX = "base_model.model.";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final LoraConfig config;
  private final Map<String, TFloat32> matrices;

  private LoraAdapter(LoraConfig config, Map<String, TFloat32> matrices) {
    this.config = config;
    this.matrices = matrices;
  }

  /**
   * Writes an adapter into an existing folder.
   *
   * @param matrices by the names of {@link LoraTarget#loraA} and {@link LoraTarget#loraB}
   */
  public static void write(Path folder, LoraConfig config, Map<String, TFloat32> matrices)
      throws IOException {
    ObjectNode json = JSON.createObjectNode();
    json.put("peft_type", "LORA");
    json.putNull("base_model_name_or_path");
    json.put("r", config.rank());
    json.put("lora_alpha", config.alpha());
    json.put("lora_dropout", config.dropout());
    TargetModules targets = config.targetModules();
    if (targets.names().isEmpty()) {
      json.put("target_modules", targets.expression());
    } else {
      json.set("target_modules", JSON.valueToTree(targets.names()));
    }
    json.put("bias", "none").put("fan_in_fan_out", false).put("inference_mode", true);
    JSON.writerWithDefaultPrettyPrinter().writeValue(folder.resolve(CONFIG).toFile(), json);
    Map<String, TFloat32> keyed = new LinkedHashMap<>();
    matrices.forEach((name, matrix) -> keyed.put(KEY_PREFIX + name, matrix));
    Safetensors.write(folder.resolve(WEIGHTS), keyed);
  }

  /**
   * Reads an adapter.
   *
   * @throws IOException if a file is missing or damaged, or the adapter is of a kind that this
   *     encoder's graph cannot take
   */
  public static LoraAdapter read(Path folder) throws IOException {
    LoraConfig config = readConfig(folder.resolve(CONFIG));
    Map<String, TFloat32> matrices = new LinkedHashMap<>();
    try (Safetensors file = Safetensors.open(folder.resolve(WEIGHTS))) {
      for (String key : file.names()) {
        if (!key.startsWith(KEY_PREFIX)) {
          throw new IOException(
              "%s: expected keys that start with %s, found %s"
                  .formatted(folder.resolve(WEIGHTS), KEY_PREFIX, key));
        }
        matrices.put(key.substring(KEY_PREFIX.length()), file.float32(key));
      }
      return new LoraAdapter(config, matrices);
    } catch (IOException | RuntimeException e) {
      matrices.values().forEach(TFloat32::close);
      throw e;
    }
  }

  /** Returns the configuration. */
  public LoraConfig config() {
    return config;
  }

  /** Returns A and B by the names that {@link LoraTarget} gives them. */
  public Map<String, TFloat32> matrices() {
    return matrices;
  }

  /**
   * Returns a target's kernel with the adapter merged in: {@code W0 + (alpha / rank) · B A}.
   *
   * @param kernel float32 as the target stores it; the result is a new tensor, the caller's
   */
  public TFloat32 merge(LoraTarget target, TFloat32 kernel) {
    TFloat32 a = matrices.get(target.loraA()); // [rank, in]
    TFloat32 b = matrices.get(target.loraB()); // [out, rank]
    TFloat32 merged = TFloat32.tensorOf(kernel);
    for (long out = 0; out < target.out(); out++) {
      for (long in = 0; in < target.in(); in++) {
        double delta = 0;
        for (int r = 0; r < config.rank(); r++) {
          delta += (double) b.getFloat(out, r) * a.getFloat(r, in);
        }
        long row = target.transposed() ? out : in;
        long column = target.transposed() ? in : out;
        float sum = (float) (kernel.getFloat(row, column) + config.scaling() * delta);
        merged.setFloat(sum, row, column);
      }
    }
    return merged;
  }

  @Override
  public void close() {
    matrices.values().forEach(TFloat32::close);
  }

  private static LoraConfig readConfig(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + ": no such file; a PEFT adapter has one");
    }
    try {
      JsonNode json = JSON.readTree(Files.readAllBytes(file));
      refuseOtherKinds(file, json);
      JsonNode targets = json.path("target_modules");
      List<String> names = new ArrayList<>();
      targets.elements().forEachRemaining(name -> names.add(name.asText()));
      return new LoraConfig(
          json.path("r").asInt(8), // PEFT's defaults, here and below
          (float) json.path("lora_alpha").asDouble(8),
          (float) json.path("lora_dropout").asDouble(0),
          new TargetModules(names, targets.isTextual() ? targets.textValue() : ""));
    } catch (JsonProcessingException e) {
      throw new IOException(file + ": not JSON: " + e.getOriginalMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private static void refuseOtherKinds(Path file, JsonNode json) throws IOException {
    String type = json.path("peft_type").asText("missing");
    if (!type.equals("LORA")) {
      throw new IOException(file + ": peft_type: expected LORA, found " + type);
    }
    for (String key : List.of("use_dora", "use_rslora", "rank_pattern", "alpha_pattern")) {
      JsonNode value = json.path(key);
      if (value.asBoolean(false) || value.size() > 0) {
        throw new IOException(file + ": " + key + " is not supported");
      }
    }
  }
}

package io.loramer.savedmodels.lora;

import io.loramer.savedmodels.weights.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.tensorflow.types.TFloat32;

/** Reads an adapter in PEFT's format; an error lists all reasons for which it is refused. */
final class AdapterReader {
  private static final Logger LOG = LogManager.getLogger(AdapterReader.class);

  /** A tensor's name: PEFT's prefix, the prefix of a model with a task head, module, matrix. */
  private static final Pattern KEY =
      Pattern.compile(
          "(base_model\\.model\\.)?"
              + "(?<adapted>((wavlm|hubert|wav2vec2|roberta|bert|model)\\.)?(?<module>.+))"
              + "(?<matrix>\\.lora_[AB]\\.weight)");

  /** The most names of other tensors in an error message. */
  private static final int NAMED_TENSORS = 10;

  private final Path folder;
  private final AdapterConfigFile config;
  private final List<String> problems = new ArrayList<>();

  /** The adapted modules' names in a bare encoder, by their names in the adapted model. */
  private final Map<String, String> modules = new LinkedHashMap<>();

  private final Map<String, TFloat32> matrices = new LinkedHashMap<>();

  private AdapterReader(Path folder) throws IOException {
    this.folder = folder;
    config = AdapterConfigFile.read(folder);
  }

  /**
   * Reads an adapter.
   *
   * @throws IOException if a file is missing or damaged, the adapter is of a kind that is not
   *     supported, or its matrices do not fit its configuration
   */
  static LoraAdapter read(Path folder) throws IOException {
    AdapterReader reader = new AdapterReader(folder);
    try (Safetensors tensors = Safetensors.open(reader.weights())) {
      return reader.read(tensors);
    } catch (IOException | RuntimeException e) {
      reader.matrices.values().forEach(TFloat32::close);
      throw e;
    }
  }

  private Path weights() throws IOException {
    Path file = folder.resolve(LoraAdapter.WEIGHTS);
    Path pickle = folder.resolve("adapter_model.bin");
    if (!Files.exists(file) && Files.exists(pickle)) {
      throw new IOException(
          "%s: expected %s beside it; a pickle is not read: load the adapter in Python, and save it"
                  .formatted(pickle, LoraAdapter.WEIGHTS)
              + " with save_pretrained(folder, safe_serialization=True)");
    }
    return file;
  }

  private LoraAdapter read(Safetensors tensors) throws IOException {
    config.otherKinds().forEach(kind -> problems.add("not supported: " + kind));
    findModules(tensors);
    throwProblems();
    LoraConfig lora = config.config(modules);
    for (String key : tensors.names()) {
      Matcher name = KEY.matcher(key);
      if (name.matches()) {
        matrices.put(name.group("module") + name.group("matrix"), tensors.float32(key));
      }
    }
    modules.values().forEach(module -> check(module, lora.rank(module)));
    throwProblems();
    LoraAdapter adapter = new LoraAdapter(lora, config.baseModel(), matrices);
    if (adapter.isUntrained()) {
      LOG.warn("{}: {}", folder, LoraAdapter.UNTRAINED);
    }
    return adapter;
  }

  private void findModules(Safetensors tensors) {
    List<String> others = new ArrayList<>();
    for (String key : tensors.names()) {
      Matcher name = KEY.matcher(key);
      if (!name.matches()) {
        others.add(key);
      } else if (!modules.containsKey(name.group("adapted"))) {
        if (modules.containsValue(name.group("module"))) {
          problems.add(key + ": the same module is there with another prefix");
        }
        modules.put(name.group("adapted"), name.group("module"));
      }
    }
    if (others.stream().anyMatch(key -> key.contains("lora_magnitude_vector"))) {
      problems.add("not supported: DoRA's lora_magnitude_vector");
    }
    if (!others.isEmpty()) {
      problems.add(
          "%d tensors are not lora_A.weight or lora_B.weight of a linear map: %s%s"
              .formatted(
                  others.size(),
                  String.join(", ", others.subList(0, Math.min(NAMED_TENSORS, others.size()))),
                  others.size() > NAMED_TENSORS ? ", …" : ""));
    } else if (modules.isEmpty()) {
      problems.add("no matrices in " + LoraAdapter.WEIGHTS);
    }
  }

  private void check(String module, int rank) {
    TFloat32 a = matrices.get(LoraTarget.loraA(module)); // [rank, in]
    TFloat32 b = matrices.get(LoraTarget.loraB(module)); // [out, rank]
    if (a == null || b == null) {
      problems.add(module + ": its " + (a == null ? "lora_A" : "lora_B") + " is missing");
    } else if (a.rank() != 2
        || b.rank() != 2
        || a.shape().get(0) != rank
        || b.shape().get(1) != rank) {
      problems.add(
          "%s: expected rank %d (r or rank_pattern), found lora_A %s and lora_B %s"
              .formatted(module, rank, a.shape(), b.shape()));
    } else if (!isFinite(a) || !isFinite(b)) {
      problems.add(module + ": has values that are not finite");
    }
  }

  private static boolean isFinite(TFloat32 matrix) {
    for (float value : LoraAdapter.floats(matrix)) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }

  private void throwProblems() throws IOException {
    if (!problems.isEmpty()) {
      throw new IOException(
          "%s: not an adapter that can be used (%d problems)%n  %s"
              .formatted(folder, problems.size(), String.join("\n  ", problems)));
    }
  }
}

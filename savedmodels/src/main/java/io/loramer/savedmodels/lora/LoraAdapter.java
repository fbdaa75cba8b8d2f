package io.loramer.savedmodels.lora;

import io.loramer.savedmodels.weights.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;

/**
 * Trained LoRA matrices in PEFT's own format: {@code adapter_config.json} and {@code
 * adapter_model.safetensors}.
 *
 * @see <a href="https://huggingface.co/docs/peft/developer_guides/checkpoint">PEFT's format</a>
 */
public final class LoraAdapter implements AutoCloseable {
  private static final Logger LOG = LogManager.getLogger(LoraAdapter.class);

  static final String WEIGHTS = "adapter_model.safetensors";

  /** The message about an adapter whose B matrices are all zero. */
  public static final String UNTRAINED =
      "every lora_B is zero, so this adapter changes nothing: it was never trained, or with PEFT on"
          + " Hugging Face's WavLM, whose attention takes the projections' bare weights and passes"
          + " LoRA by (no gradient reaches it there)";

  /** PEFT's prefix of the names that modules have in the adapted model. */
  private static final String KEY_PREFIX = "base_model.model.";

  private final LoraConfig config;
  private final Optional<String> baseModel;
  private final Map<String, TFloat32> matrices;

  LoraAdapter(LoraConfig config, Optional<String> baseModel, Map<String, TFloat32> matrices) {
    this.config = config;
    this.baseModel = baseModel;
    this.matrices = matrices;
  }

  /**
   * Writes an adapter into an existing folder, in PEFT's format for a bare encoder.
   *
   * @param matrices by the names of {@link LoraTarget#loraA} and {@link LoraTarget#loraB}
   */
  public static void write(Path folder, LoraConfig config, Map<String, TFloat32> matrices)
      throws IOException {
    write(folder, config, Optional.empty(), matrices);
  }

  /**
   * Writes this adapter into an existing folder, in PEFT's format for a bare encoder.
   *
   * @param baseModel the adapted model for Python: a folder, or its name on the hub
   */
  public void write(Path folder, Optional<String> baseModel) throws IOException {
    write(folder, config, baseModel, matrices);
  }

  /**
   * Writes the part of this adapter that an encoder uses into an existing folder, in PEFT's format
   * for a bare encoder.
   *
   * @param baseModel the adapted model for Python: a folder, or its name on the hub
   * @param targets see {@link #targetsAmong}
   */
  public void write(Path folder, Optional<String> baseModel, List<LoraTarget> targets)
      throws IOException {
    Map<String, TFloat32> used = new LinkedHashMap<>();
    for (LoraTarget target : targets) {
      used.put(target.loraA(), matrices.get(target.loraA()));
      used.put(target.loraB(), matrices.get(target.loraB()));
    }
    if (used.size() == matrices.size()) {
      write(folder, baseModel);
    } else {
      write(folder, config.of(modulesOf(used)), baseModel, used);
    }
  }

  private static void write(
      Path folder, LoraConfig config, Optional<String> baseModel, Map<String, TFloat32> matrices)
      throws IOException {
    AdapterConfigFile.write(folder, config, modulesOf(matrices), baseModel);
    Map<String, TFloat32> keyed = new LinkedHashMap<>();
    matrices.forEach((name, matrix) -> keyed.put(KEY_PREFIX + name, matrix));
    Safetensors.write(folder.resolve(WEIGHTS), keyed);
  }

  /**
   * Reads an adapter that PEFT, or {@link #write}, wrote. The log has a warning if all its B
   * matrices are zero.
   *
   * @throws IOException if a file is missing or damaged, the adapter is of a kind that is not
   *     supported, or its matrices do not fit its configuration; the message lists all such
   *     problems
   */
  public static LoraAdapter read(Path folder) throws IOException {
    return AdapterReader.read(folder);
  }

  /** Returns the configuration. */
  public LoraConfig config() {
    return config;
  }

  /** Returns the path or hub name of the adapted model that the adapter's file states, if any. */
  public Optional<String> baseModel() {
    return baseModel;
  }

  /**
   * Returns the matrices A and B, by the names of {@link LoraTarget#loraA()} and {@code loraB()}.
   */
  public Map<String, TFloat32> matrices() {
    return matrices;
  }

  /** Returns the dotted names of the adapted modules, in the order of the file. */
  public List<String> modules() {
    return modulesOf(matrices);
  }

  /** Returns whether B of every module is zero, so that the adapter changes nothing. */
  public boolean isUntrained() {
    return modules().stream().allMatch(module -> isZero(matrices.get(LoraTarget.loraB(module))));
  }

  /** Returns the Frobenius norm of a module's B A, before scaling. */
  public double norm(String module) {
    return normOfProduct(
        matrices.get(LoraTarget.loraA(module)), matrices.get(LoraTarget.loraB(module)));
  }

  /**
   * Returns the Frobenius norm of B A.
   *
   * @param a float32 [rank, in]
   * @param b float32 [out, rank]
   */
  public static double normOfProduct(TFloat32 a, TFloat32 b) {
    int rank = (int) a.shape().get(0);
    float[] rows = floats(a);
    float[] columns = floats(b);
    double squares = 0; // ‖B A‖² = Σ_ij (Bᵀ B)_ij (A Aᵀ)_ij, without the [out, in] product
    for (int i = 0; i < rank; i++) {
      for (int j = 0; j < rank; j++) {
        double ofB = 0;
        for (int out = 0; out < b.shape().get(0); out++) {
          ofB += (double) columns[out * rank + i] * columns[out * rank + j];
        }
        double ofA = 0;
        int in = (int) a.shape().get(1);
        for (int k = 0; k < in; k++) {
          ofA += (double) rows[i * in + k] * rows[j * in + k];
        }
        squares += ofB * ofA;
      }
    }
    return Math.sqrt(Math.max(0, squares));
  }

  /**
   * Finds the linear map of an encoder for each module of the adapter. Modules beside the encoder,
   * such as a pooler or a task head, are left out, and a warning names them.
   *
   * @param linearMaps of an encoder
   * @return a target per module of the encoder
   * @throws IllegalArgumentException if a module is not among them or has another shape, or {@code
   *     target_modules} names a linear map without matrices; the message lists all such problems
   */
  public List<LoraTarget> targetsAmong(List<LoraTarget> linearMaps) {
    Map<String, LoraTarget> byModule = new LinkedHashMap<>();
    linearMaps.forEach(target -> byModule.put(target.module(), target));
    List<String> beside = modulesBeside(byModule.keySet());
    List<String> problems = new ArrayList<>();
    List<LoraTarget> targets = new ArrayList<>();
    List<String> modules = new ArrayList<>(modules());
    modules.removeAll(beside);
    for (String module : modules) {
      LoraTarget target = byModule.remove(module);
      if (target == null) {
        problems.add(module + ": the encoder has no such linear map");
        continue;
      }
      targets.add(target);
      Shape a = matrices.get(target.loraA()).shape();
      Shape b = matrices.get(target.loraB()).shape();
      if (a.get(1) != target.in() || b.get(0) != target.out()) {
        problems.add(
            "%s: the encoder maps %d to %d values, the adapter %d to %d"
                .formatted(module, target.in(), target.out(), a.get(1), b.get(0)));
      }
    }
    byModule.keySet().stream()
        .filter(config.targetModules()::matches)
        .forEach(module -> problems.add(module + ": is a target, but the adapter has no matrices"));
    if (!problems.isEmpty()) {
      Set<String> known = new TreeSet<>();
      linearMaps.forEach(target -> known.add(target.family()));
      throw new IllegalArgumentException(
          "the adapter does not fit the encoder (%d problems)%n  %s%nthe encoder's linear maps: %s"
              .formatted(problems.size(), String.join("\n  ", problems), String.join(", ", known)));
    }
    if (!beside.isEmpty()) {
      LOG.warn(
          "left out, since they are not part of the encoder: the matrices of {}",
          String.join(", ", beside));
    }
    return targets;
  }

  /**
   * Returns the adapter's modules that lie beside an encoder's linear maps, not among them; none if
   * that were all, since the adapter then is for another encoder.
   */
  private List<String> modulesBeside(Set<String> encoder) {
    Set<String> parts = encoder.stream().map(LoraAdapter::part).collect(Collectors.toSet());
    List<String> beside =
        modules().stream().filter(module -> !parts.contains(part(module))).toList();
    return beside.size() == modules().size() ? List.of() : beside;
  }

  /** Returns the module of the model that a module is in, such as {@code encoder}. */
  private static String part(String module) {
    return module.replaceFirst("\\..*$", "");
  }

  /**
   * Returns a target's kernel with the adapter merged in: {@code W0 + scaling · B A}.
   *
   * @param kernel float32, [in, out] or [out, in] as the target stores it
   * @return a new tensor of the same shape, which the caller closes
   */
  public TFloat32 merge(LoraTarget target, TFloat32 kernel) {
    float[] a = floats(matrices.get(target.loraA())); // [rank, in]
    float[] b = floats(matrices.get(target.loraB())); // [out, rank]
    float[] merged = floats(kernel);
    int in = (int) target.in();
    int outs = (int) target.out();
    int rank = config.rank(target.module());
    float scaling = config.scaling(target.module());
    for (int out = 0; out < outs; out++) {
      for (int i = 0; i < in; i++) {
        double delta = 0;
        for (int r = 0; r < rank; r++) {
          delta += (double) b[out * rank + r] * a[r * in + i];
        }
        int place = target.transposed() ? out * in + i : i * outs + out;
        merged[place] = (float) (merged[place] + scaling * delta);
      }
    }
    return TFloat32.tensorOf(kernel.shape(), DataBuffers.of(merged));
  }

  @Override
  public void close() {
    matrices.values().forEach(TFloat32::close);
  }

  static float[] floats(TFloat32 tensor) {
    float[] values = new float[(int) tensor.size()];
    tensor.asRawTensor().data().asFloats().read(values);
    return values;
  }

  private static List<String> modulesOf(Map<String, TFloat32> matrices) {
    return matrices.keySet().stream()
        .map(name -> name.replaceFirst("\\.lora_[AB]\\.weight$", ""))
        .distinct()
        .toList();
  }

  private static boolean isZero(TFloat32 matrix) {
    for (float value : floats(matrix)) {
      if (value != 0) {
        return false;
      }
    }
    return true;
  }
}

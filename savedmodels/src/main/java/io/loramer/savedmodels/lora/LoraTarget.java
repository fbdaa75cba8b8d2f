package io.loramer.savedmodels.lora;

import io.loramer.savedmodels.rewrite.GraphDefEditor;
import java.util.List;
import java.util.regex.Pattern;
import org.tensorflow.proto.GraphDef;

/**
 * A linear map of an encoder that LoRA adapts.
 *
 * @param kernel name of its variable in the encoder's SavedModel
 * @param in size of x
 * @param out size of h
 * @param transposed whether the kernel is stored [out, in], as PyTorch does, or [in, out]
 */
public record LoraTarget(String kernel, long in, long out, boolean transposed) {
  /** The prefix of variable names in transformers' TF classes: the model and its main layer. */
  private static final Pattern KERAS_MODEL =
      Pattern.compile("^tf[a-z0-9_]*/((hubert|wav2vec2|roberta|bert)/)?");

  /** Returns all linear maps of an encoder's graph that LoRA can adapt, in its order. */
  public static List<LoraTarget> linearMaps(GraphDef encoder) {
    return LoraInjection.linearMaps(new GraphDefEditor(encoder));
  }

  /**
   * Returns the dotted name of the module that the kernel belongs to, the one it has in PyTorch's
   * bare encoder: {@code encoder.layer.0.attention.self.query}, also for the kernel {@code
   * tf_roberta_model/roberta/encoder/layer_._0/attention/self/query/kernel}, so that an adapter
   * fits both.
   *
   * @see <a
   *     href="https://github.com/huggingface/transformers/blob/v4.57.6/src/transformers/modeling_tf_pytorch_utils.py">convert_tf_weight_name_to_pt_weight_name</a>
   */
  public String module() {
    return KERAS_MODEL
        .matcher(kernel)
        .replaceFirst("")
        .replace("_._", ".")
        .replace('/', '.')
        .replaceFirst("\\.(weight|kernel)$", "");
  }

  /** Returns the module's name without its layer: {@code encoder.layers.*.attention.q_proj}. */
  public String family() {
    return module().replaceAll("\\b[0-9]+\\b", "*");
  }

  /** Returns the name of A's variable, which is PEFT's name within a model. */
  public String loraA() {
    return loraA(module());
  }

  /** Returns the name of B's variable, which is PEFT's name within a model. */
  public String loraB() {
    return loraB(module());
  }

  static String loraA(String module) {
    return module + ".lora_A.weight";
  }

  static String loraB(String module) {
    return module + ".lora_B.weight";
  }
}

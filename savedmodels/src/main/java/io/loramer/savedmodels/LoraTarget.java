package io.loramer.savedmodels;

import java.util.regex.Pattern;

/**
 * A linear map of an encoder that LoRA adapts.
 *
 * @param kernel name of its variable in the encoder's SavedModel
 * @param in size of x
 * @param out size of h
 * @param transposed whether the kernel is stored [out, in], as PyTorch does, or [in, out]
 */
public record LoraTarget(String kernel, long in, long out, boolean transposed) {
  /** The model and its main layer in the names of transformers' TF classes. */
  private static final Pattern KERAS_MODEL =
      Pattern.compile("^tf[a-z0-9_]*/((hubert|wav2vec2|roberta|bert)/)?");

  /**
   * Returns the dotted name of the module that the kernel belongs to, the one it has in PyTorch's
   * bare encoder: {@code encoder.layer.0.attention.self.query}, also for the kernel {@code
   * tf_roberta_model/roberta/encoder/layer_._0/attention/self/query/kernel}, so that adapters fit
   * either.
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

  /** Returns the name of A's variable, as PEFT calls it within a model. */
  public String loraA() {
    return module() + ".lora_A.weight";
  }

  /** Returns the name of B's variable, as PEFT calls it within a model. */
  public String loraB() {
    return module() + ".lora_B.weight";
  }
}

package io.loramer.savedmodels;

import java.util.List;
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
  /** Returns everything of an encoder's graph that LoRA could adapt, in the order of the graph. */
  public static List<LoraTarget> linearMaps(GraphDef encoder) {
    return LoraInjection.linearMaps(new GraphDefEditor(encoder));
  }

  /** Returns the dotted name of the module that the kernel belongs to. */
  public String module() {
    return kernel.replace('/', '.').replaceFirst("\\.(weight|kernel)$", "");
  }

  /** Returns the module's name without its layer: {@code encoder.layers.*.attention.q_proj}. */
  public String family() {
    return module().replaceAll("\\b[0-9]+\\b", "*");
  }

  /** Returns the name of A's variable, as PEFT calls it within a model. */
  public String loraA() {
    return loraA(module());
  }

  /** Returns the name of B's variable, as PEFT calls it within a model. */
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

package io.loramer.tools.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.loramer.savedmodels.files.Json;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The arithmetic of a training step: what is left of it when all that is the same in every epoch
 * was computed before.
 *
 * <p>With T frames, hidden size H, intermediate size F and L layers, a clip needs
 *
 * <pre>
 *   forward   T L (8 H² + 4 H F + 4 T H)               q, k, v, out; feed-forward; q kᵀ and its product with v
 *   backward  T L (8 H² + 4 H F + 8 T H) − T (6 H² + 2 T H)
 * </pre>
 *
 * floating-point operations, a multiplication and an addition being two. Backward, a frozen map has
 * one product, the gradient of its input, and attention has four; but below the first layer there
 * is nothing to train, so its q, k and v pass nothing on, and its k gets nothing. Not counted,
 * together about three hundredths: the head, the bypasses of LoRA, what is done element by element.
 * What a step does beyond this, such as the convolutions if nothing caches them, lowers its share
 * of the machine's rate.
 *
 * @param config of the speech encoder
 */
record StepFlops(JsonNode config) {

  /** Reads the sizes that transformers calls by these names. */
  static StepFlops of(Path configJson) throws IOException {
    return new StepFlops(Json.TREE.readTree(configJson.toFile()));
  }

  /** Returns the frames that the convolutions make of a clip. */
  int frames(int samples) {
    int frames = samples;
    for (int i = 0; i < config.get("conv_kernel").size(); i++) {
      int kernel = config.get("conv_kernel").get(i).intValue();
      frames = (frames - kernel) / config.get("conv_stride").get(i).intValue() + 1;
    }
    return frames;
  }

  /** Returns the floating-point operations of a step over clips of one length. */
  double perStep(int clips, int samples) {
    double t = frames(samples);
    double h = config.get("hidden_size").intValue();
    double f = config.get("intermediate_size").intValue();
    double layers = config.get("num_hidden_layers").intValue();
    double maps = 8 * h * h + 4 * h * f; // of a frame in a layer
    double forward = t * layers * (maps + 4 * t * h);
    double backward = t * layers * (maps + 8 * t * h) - t * (6 * h * h + 2 * t * h);
    return clips * (forward + backward);
  }
}

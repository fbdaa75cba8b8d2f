package io.loramer.tools.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.loramer.savedmodels.files.Json;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The arithmetic of a training step if the outputs of the frozen layers are cached.
 *
 * <p>With T frames, hidden size H, intermediate size F and L layers, a clip needs
 *
 * <pre>
 *   forward   T L (8 H² + 4 H F + 4 T H)               q, k, v, out; feed-forward; q kᵀ and its product with v
 *   backward  T L (8 H² + 4 H F + 8 T H) − T (6 H² + 2 T H)
 * </pre>
 *
 * floating-point operations, a multiplication and an addition being two. Backward, a frozen map has
 * one product, the gradient of its input, and attention has four; but nothing below the first layer
 * is trained, so its q, k and v have no gradient of their input, and its k has no gradient at all.
 * Not counted are, together about 3 %, the head, the LoRA matrices, and elementwise operations.
 * Other work of a step, such as convolutions that are not cached, lowers its share of the machine's
 * rate.
 *
 * @param config the config.json of the speech encoder
 */
record StepFlops(JsonNode config) {

  /** Reads the configuration of a checkpoint. */
  static StepFlops of(Path configJson) throws IOException {
    return new StepFlops(Json.TREE.readTree(configJson.toFile()));
  }

  /** Returns the number of frames that the convolutions compute for a clip. */
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
    double maps = 8 * h * h + 4 * h * f; // per frame and layer
    double forward = t * layers * (maps + 4 * t * h);
    double backward = t * layers * (maps + 8 * t * h) - t * (6 * h * h + 2 * t * h);
    return clips * (forward + backward);
  }
}

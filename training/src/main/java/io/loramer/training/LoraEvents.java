package io.loramer.training;

import io.loramer.recognition.tensors.TensorMemory;
import io.loramer.savedmodels.graph.Variables;
import io.loramer.savedmodels.lora.LoraAdapter;
import io.loramer.savedmodels.lora.LoraConfig;
import io.loramer.savedmodels.lora.LoraTarget;
import io.loramer.training.run.TrainedWeights;
import io.loramer.training.tensorboard.EventFile;
import java.io.IOException;
import java.util.Map;
import org.tensorflow.types.TFloat32;

/**
 * Writes events on the change of the speech encoder by LoRA.
 *
 * <p>They are, for each adapted kernel, the histograms of A and of B and the relative size of the
 * change, {@code ‖scaling · B A‖ / ‖W0‖} in Frobenius norms.
 */
final class LoraEvents {
  private final TrainingGraph graph;
  private final LoraConfig config;
  private final Map<LoraTarget, Float> kernelNorms;

  LoraEvents(TrainingGraph graph, LoraConfig config) {
    this.graph = graph;
    this.config = config;
    kernelNorms = graph.kernelNorms();
  }

  /** Records the current matrices. */
  void record(EventFile file, long step) throws IOException {
    try (Variables.Values trained = graph.trained()) {
      Map<String, TFloat32> values = trained.byName();
      for (var target : kernelNorms.entrySet()) {
        String module = target.getKey().module();
        TFloat32 a = values.get(TrainedWeights.AUDIO_PREFIX + target.getKey().loraA());
        TFloat32 b = values.get(TrainedWeights.AUDIO_PREFIX + target.getKey().loraB());
        double change = config.scaling(module) * LoraAdapter.normOfProduct(a, b);
        file.scalar("lora/relative_norm/" + module, step, change / target.getValue());
        file.histogram("lora/A/" + module, step, TensorMemory.floats(a));
        file.histogram("lora/B/" + module, step, TensorMemory.floats(b));
      }
    }
  }
}

package io.loramer.training.features;

import io.loramer.recognition.corpus.Utterance;
import java.util.List;
import java.util.Map;
import org.tensorflow.Tensor;
import org.tensorflow.types.TInt32;

/**
 * Utterances in the tensors that a step is fed with.
 *
 * @param inputs by the names of {@link io.loramer.model.ForwardPass#inputs}
 * @param labels int32 [B]
 */
public record Batch(List<Utterance> utterances, Map<String, Tensor> inputs, TInt32 labels)
    implements AutoCloseable {
  @Override
  public void close() {
    inputs.values().forEach(Tensor::close);
    labels.close();
  }
}

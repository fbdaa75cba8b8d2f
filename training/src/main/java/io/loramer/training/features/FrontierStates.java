package io.loramer.training.features;

import org.tensorflow.Tensor;
import org.tensorflow.types.TInt32;

/**
 * The hidden states of a batch at the frontier of one encoder.
 *
 * @param states float32 or, if the store has half precision, float16 [states, B, T, H]
 * @param lengths int32 [B], frames or tokens of each utterance
 */
public record FrontierStates(Tensor states, TInt32 lengths) implements AutoCloseable {
  @Override
  public void close() {
    states.close();
    lengths.close();
  }
}

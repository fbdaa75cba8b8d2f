package io.loramer.training.features;

import io.loramer.model.head.Modality;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.tensors.ModelInputs;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.types.TInt32;

/**
 * The tensors that a step of training or evaluation is fed with.
 *
 * @param utterances in the order of the rows
 * @param states of each modality that the model has, unless its frontier is its encoder's input
 * @param signals the waveforms, if the frontier of the speech encoder is its input
 * @param speakers int32 [B], rows of the head's table of speakers; empty if it has none
 * @param labels int32 [B]
 */
public record Batch(
    List<Utterance> utterances,
    Map<Modality, FrontierStates> states,
    Optional<ModelInputs> signals,
    Optional<TInt32> speakers,
    TInt32 labels)
    implements AutoCloseable {
  @Override
  public void close() {
    states.values().forEach(FrontierStates::close);
    signals.ifPresent(ModelInputs::close);
    speakers.ifPresent(TInt32::close);
    labels.close();
  }
}

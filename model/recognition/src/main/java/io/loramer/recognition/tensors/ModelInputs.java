package io.loramer.recognition.tensors;

import io.loramer.model.EmotionSignature;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.Tensor;

/**
 * The input tensors of a model, or of one of its encoders, for a batch.
 *
 * @param audio absent if the model takes no audio
 * @param text absent if the model takes no text
 */
public record ModelInputs(Optional<AudioBatch> audio, Optional<TextBatch> text)
    implements AutoCloseable {

  /** Returns the tensors by the input names of {@link EmotionSignature}; this record owns them. */
  public Map<String, Tensor> byName() {
    Map<String, Tensor> named = new LinkedHashMap<>();
    audio.ifPresent(
        batch -> {
          named.put(EmotionSignature.INPUT_VALUES, batch.values());
          named.put(EmotionSignature.AUDIO_LENGTHS, batch.lengths());
        });
    text.ifPresent(
        batch -> {
          named.put(EmotionSignature.INPUT_IDS, batch.ids());
          named.put(EmotionSignature.TEXT_LENGTHS, batch.lengths());
        });
    return named;
  }

  @Override
  public void close() {
    audio.ifPresent(AudioBatch::close);
    text.ifPresent(TextBatch::close);
  }
}

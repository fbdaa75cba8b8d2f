package io.loramer.training.features;

import io.loramer.model.head.Modality;
import io.loramer.recognition.batches.Batches;
import io.loramer.recognition.batches.ModelInputs;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.words.Tokenizer;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * A corpus that was read, checked and divided, with the length and the hash of what each encoder is
 * given of each utterance.
 *
 * @param batches decodes and tokenises utterances; closed with this
 * @param contents of each utterance, by its id
 * @param croppedClips clips over the limit of length
 */
public record PreparedCorpus(
    CorpusSplits splits, Batches batches, Map<String, UtteranceContent> contents, int croppedClips)
    implements AutoCloseable {

  /** Returns the hash of the samples or token ids that an encoder is given of an utterance. */
  public ContentHash hash(Modality modality, Utterance utterance) {
    UtteranceContent content = contents.get(utterance.id());
    return switch (modality) {
      case AUDIO -> content.speech();
      case TEXT -> content.words();
    };
  }

  /** Returns the number of samples or tokens of an utterance. */
  public int length(Modality modality, Utterance utterance) {
    UtteranceContent content = contents.get(utterance.id());
    return switch (modality) {
      case AUDIO -> content.samples();
      case TEXT -> content.tokens();
    };
  }

  /** Returns the samples of an utterance or, for a model without audio input, its tokens. */
  public int length(Utterance utterance) {
    return length(batches.usesAudio() ? Modality.AUDIO : Modality.TEXT, utterance);
  }

  /** Returns the input tensors of an encoder for these utterances; the caller closes them. */
  public ModelInputs signals(Modality modality, List<Utterance> utterances) throws IOException {
    return switch (modality) {
      case AUDIO -> batches.audio(utterances);
      case TEXT -> batches.text(utterances);
    };
  }

  @Override
  public void close() {
    batches.tokenizer().ifPresent(Tokenizer::close);
  }
}

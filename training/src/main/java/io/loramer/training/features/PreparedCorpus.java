package io.loramer.training.features;

import static java.util.stream.Collectors.toSet;

import io.loramer.model.head.Modality;
import io.loramer.recognition.TrainingClips;
import io.loramer.recognition.batches.Batches;
import io.loramer.recognition.batches.Buckets;
import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.tensors.AudioBatch;
import io.loramer.recognition.tensors.ModelInputs;
import io.loramer.recognition.words.Tokenizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A corpus that was read, checked and divided, with the length and the hash of each encoder's input
 * for each utterance.
 *
 * @param batches turns utterances into the encoders' inputs; its tokenizer is closed with this
 * @param clips the clips that are still in memory
 * @param contents of each utterance, by its id
 * @param croppedClips the number of clips that are longer than the limit
 */
public record PreparedCorpus(
    CorpusSplits splits,
    Batches batches,
    DecodedClips clips,
    Map<String, UtteranceContent> contents,
    int croppedClips)
    implements AutoCloseable {

  /** Returns the hash of the samples or token ids that an encoder is given of an utterance. */
  ContentHash hash(Modality modality, Utterance utterance) {
    UtteranceContent content = contents.get(utterance.id());
    return switch (modality) {
      case AUDIO -> content.speech();
      case TEXT -> content.words();
    };
  }

  /** Returns the number of samples or tokens of an utterance. */
  int length(Modality modality, Utterance utterance) {
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

  /** Returns the hashes of the clips of the training split. */
  public TrainingClips trainingClips() {
    return new TrainingClips(
        splits.of(Split.TRAIN).stream()
            .map(utterance -> hash(Modality.AUDIO, utterance).first())
            .collect(toSet()));
  }

  /** Returns a warning if clips of different splits have the same samples. */
  public Optional<String> equalClips() {
    return SplitWarnings.ofEqualClips(splits.utterances(), contents);
  }

  /** Returns the number of batches of the training split. */
  public int stepsPerEpoch(int batchSize) {
    return Buckets.inOrder(splits.of(Split.TRAIN), batchSize).size();
  }

  /** Returns the cropped samples of an utterance, at 16 kHz. */
  public float[] samples(Utterance utterance) throws IOException {
    return clips.cropped(utterance.clip());
  }

  /** Returns the input tensors of an encoder for these utterances; the caller closes them. */
  ModelInputs signals(Modality modality, List<Utterance> utterances) throws IOException {
    if (modality == Modality.TEXT) {
      return batches.text(utterances);
    }
    List<float[]> waveforms = new ArrayList<>();
    for (Utterance utterance : utterances) {
      waveforms.add(samples(utterance));
    }
    return new ModelInputs(Optional.of(AudioBatch.of(waveforms)), Optional.empty());
  }

  @Override
  public void close() {
    batches.tokenizer().ifPresent(Tokenizer::close);
  }
}

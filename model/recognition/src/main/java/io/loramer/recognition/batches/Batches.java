package io.loramer.recognition.batches;

import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.tensors.AudioBatch;
import io.loramer.recognition.tensors.ModelInputs;
import io.loramer.recognition.tensors.TextBatch;
import io.loramer.recognition.words.Tokenizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Builds a model's input tensors from clips and texts: decodes, crops, tokenises and pads.
 *
 * @param usesAudio whether the model takes waveforms
 * @param tokenizer present if the model takes text
 * @param padId the token id that pads texts
 * @param maxSamples longer clips are cropped to their first so many samples
 */
public record Batches(boolean usesAudio, Optional<Tokenizer> tokenizer, int padId, int maxSamples) {

  /**
   * Decodes and tokenises utterances, for the modalities that the model takes; the caller closes
   * the result.
   *
   * @throws IOException if a clip cannot be decoded
   */
  public ModelInputs inputs(List<Utterance> utterances) throws IOException {
    return inputs(
        usesAudio ? waveforms(utterances) : List.of(),
        tokenizer.isPresent() ? texts(utterances) : List.of());
  }

  /**
   * Decodes the clips of utterances; the caller closes the result, which has no text.
   *
   * @throws IOException if a clip cannot be decoded
   */
  public ModelInputs audio(List<Utterance> utterances) throws IOException {
    return new ModelInputs(Optional.of(AudioBatch.of(waveforms(utterances))), Optional.empty());
  }

  /** Tokenises the texts of utterances; the caller closes the result, which has no audio. */
  public ModelInputs text(List<Utterance> utterances) {
    List<int[]> tokens = tokens(texts(utterances));
    return new ModelInputs(Optional.empty(), Optional.of(TextBatch.of(tokens, padId)));
  }

  /**
   * Pads waveforms and texts to input tensors; the caller closes the result.
   *
   * @param waveforms 16 kHz; ignored if the model takes no audio
   * @param texts one for each waveform; ignored if the model takes no text
   */
  public ModelInputs inputs(List<float[]> waveforms, List<String> texts) {
    List<int[]> tokens = tokenizer.isPresent() ? tokens(texts) : List.of();
    Optional<AudioBatch> audio =
        usesAudio ? Optional.of(AudioBatch.of(waveforms)) : Optional.empty();
    try {
      return new ModelInputs(audio, tokenizer.map(present -> TextBatch.of(tokens, padId)));
    } catch (RuntimeException | Error e) {
      audio.ifPresent(AudioBatch::close);
      throw e;
    }
  }

  /**
   * Decodes a clip, cropped to {@code maxSamples}.
   *
   * @throws IOException if it cannot be decoded
   */
  public float[] decode(Utterance.Clip clip) throws IOException {
    return clip.beginning(maxSamples);
  }

  private List<float[]> waveforms(List<Utterance> utterances) throws IOException {
    List<float[]> waveforms = new ArrayList<>();
    for (Utterance utterance : utterances) {
      waveforms.add(decode(utterance.clip()));
    }
    return waveforms;
  }

  private static List<String> texts(List<Utterance> utterances) {
    return utterances.stream().map(utterance -> utterance.text().orElseThrow()).toList();
  }

  private List<int[]> tokens(List<String> texts) {
    return texts.stream().map(tokenizer.orElseThrow()::encode).toList();
  }
}

package io.loramer.recognition.batches;

import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.words.Tokenizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Makes of clips and words what encoders take: decodes and crops, tokenises, pads to batches.
 *
 * @param hears whether the model takes waveforms
 * @param tokenizer of a model that takes words
 * @param padId what token sequences are filled up with
 * @param maxSamples what longer clips are cropped to, from their beginning
 */
public record Batches(boolean hears, Optional<Tokenizer> tokenizer, int padId, int maxSamples) {

  /** Decodes and tokenises utterances; the caller closes the tensors. */
  public Map<String, Tensor> inputs(List<Utterance> utterances) throws IOException {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    if (hears) {
      inputs.putAll(speech(utterances));
    }
    if (tokenizer.isPresent()) {
      inputs.putAll(words(utterances));
    }
    return inputs;
  }

  /** Decodes the clips of utterances; the caller closes the tensors. */
  public Map<String, Tensor> speech(List<Utterance> utterances) throws IOException {
    List<float[]> waveforms = new ArrayList<>();
    for (Utterance utterance : utterances) {
      waveforms.add(decode(utterance.clip()));
    }
    return waveforms(waveforms);
  }

  /** Tokenises the words of utterances; the caller closes the tensors. */
  public Map<String, Tensor> words(List<Utterance> utterances) {
    return texts(utterances.stream().map(utterance -> utterance.text().orElseThrow()).toList());
  }

  /**
   * Pads clips and words to tensors by the names of the model's inputs; the caller closes them.
   *
   * @param waveforms of a model that hears; else not looked at
   * @param texts of a model that reads; else not looked at
   */
  public Map<String, Tensor> inputs(List<float[]> waveforms, List<String> texts) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    if (hears) {
      inputs.putAll(waveforms(waveforms));
    }
    if (tokenizer.isPresent()) {
      inputs.putAll(texts(texts));
    }
    return inputs;
  }

  /** Pads waveforms to tensors by the names of the inputs; the caller closes them. */
  public static Map<String, Tensor> waveforms(List<float[]> waveforms) {
    return Map.of(
        "input_values",
        padded(waveforms),
        "audio_lengths",
        lengths(waveforms.stream().mapToInt(waveform -> waveform.length)));
  }

  private Map<String, Tensor> texts(List<String> texts) {
    List<int[]> tokens = texts.stream().map(tokenizer.orElseThrow()::encode).toList();
    return Map.of(
        "input_ids",
        paddedIds(tokens),
        "text_lengths",
        lengths(tokens.stream().mapToInt(ids -> ids.length)));
  }

  /** Decodes a clip, cropped. */
  public float[] decode(Utterance.Clip clip) throws IOException {
    float[] samples = clip.read().samples();
    return samples.length <= maxSamples ? samples : Arrays.copyOf(samples, maxSamples);
  }

  private static TFloat32 padded(List<float[]> rows) {
    int longest = rows.stream().mapToInt(row -> row.length).max().orElseThrow();
    return TFloat32.tensorOf(
        Shape.of(rows.size(), longest),
        tensor -> {
          var data = tensor.asRawTensor().data().asFloats();
          for (int i = 0; i < rows.size(); i++) {
            float[] row = rows.get(i);
            data.offset((long) i * longest).write(row);
            data.offset((long) i * longest + row.length).write(new float[longest - row.length]);
          }
        });
  }

  private TInt32 paddedIds(List<int[]> rows) {
    int longest = rows.stream().mapToInt(row -> row.length).max().orElseThrow();
    return TInt32.tensorOf(
        Shape.of(rows.size(), longest),
        tensor -> {
          var data = tensor.asRawTensor().data().asInts();
          for (int i = 0; i < rows.size(); i++) {
            int[] row = Arrays.copyOf(rows.get(i), longest);
            Arrays.fill(row, rows.get(i).length, longest, padId);
            data.offset((long) i * longest).write(row);
          }
        });
  }

  private static TInt32 lengths(IntStream values) {
    return TInt32.vectorOf(values.toArray());
  }
}

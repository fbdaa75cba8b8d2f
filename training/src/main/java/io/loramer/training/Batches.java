package io.loramer.training;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Makes batches: decodes clips, crops and pads them, tokenises words, looks labels up.
 *
 * @param hears whether the model takes waveforms
 * @param tokenizer of a model that takes words
 * @param padId what token sequences are filled up with
 * @param maxSamples what longer clips are cropped to, from their beginning
 */
record Batches(
    List<String> labels, boolean hears, Optional<Tokenizer> tokenizer, int padId, int maxSamples) {

  /**
   * Divides the utterances of an epoch into batches of another order each epoch.
   *
   * @param seed the same one gives the same order
   */
  static List<List<Utterance>> shuffled(List<Utterance> utterances, int batchSize, long seed) {
    List<Utterance> order = new ArrayList<>(utterances);
    Collections.shuffle(order, new Random(seed));
    return inOrder(order, batchSize);
  }

  /** Divides utterances into batches; the last one may be smaller. */
  static List<List<Utterance>> inOrder(List<Utterance> utterances, int batchSize) {
    List<List<Utterance>> batches = new ArrayList<>();
    for (int from = 0; from < utterances.size(); from += batchSize) {
      batches.add(utterances.subList(from, Math.min(from + batchSize, utterances.size())));
    }
    return batches;
  }

  /**
   * Assembles a batch, which the caller closes.
   *
   * @throws IOException if a clip can no longer be read
   */
  Batch assemble(List<Utterance> utterances) throws IOException {
    int[] classes = utterances.stream().mapToInt(u -> labels.indexOf(u.label())).toArray();
    return new Batch(utterances, inputs(utterances), TInt32.vectorOf(classes));
  }

  /** Decodes and tokenises utterances; the caller closes the tensors. */
  Map<String, Tensor> inputs(List<Utterance> utterances) throws IOException {
    List<float[]> waveforms = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    for (Utterance utterance : utterances) {
      if (hears) {
        waveforms.add(decode(utterance.clip()));
      }
      if (tokenizer.isPresent()) {
        texts.add(utterance.text().orElseThrow());
      }
    }
    return inputs(waveforms, texts);
  }

  /**
   * Pads clips and words to tensors by the names of the model's inputs; the caller closes them.
   *
   * @param waveforms of a model that hears; else not looked at
   * @param texts of a model that reads; else not looked at
   */
  Map<String, Tensor> inputs(List<float[]> waveforms, List<String> texts) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    if (hears) {
      inputs.put("input_values", padded(waveforms));
      inputs.put("audio_lengths", lengths(waveforms.stream().mapToInt(w -> w.length)));
    }
    if (tokenizer.isPresent()) {
      List<int[]> tokens = texts.stream().map(tokenizer.get()::encode).toList();
      inputs.put("input_ids", paddedIds(tokens));
      inputs.put("text_lengths", lengths(tokens.stream().mapToInt(ids -> ids.length)));
    }
    return inputs;
  }

  private float[] decode(Utterance.Clip clip) throws IOException {
    float[] samples = decodeWhole(clip);
    return samples.length <= maxSamples ? samples : Arrays.copyOf(samples, maxSamples);
  }

  /** Decodes a clip, not cropped. */
  static float[] decodeWhole(Utterance.Clip clip) throws IOException {
    return AudioFile.read(
            clip.file(), clip.start().orElse(0), clip.end().orElse(Double.POSITIVE_INFINITY))
        .samples();
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

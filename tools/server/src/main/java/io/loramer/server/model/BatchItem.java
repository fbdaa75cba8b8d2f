package io.loramer.server.model;

import io.loramer.model.EmotionSignature;
import io.loramer.recognition.EmotionModelInfo;
import io.loramer.recognition.audio.Waveform;
import io.loramer.server.limits.BatchLimits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

/**
 * A call, or a part of one, whose inputs were checked against the model.
 *
 * @param signature the name of the signature
 * @param inputs by the signature's names, all with the same number of rows
 * @param length the length of its longest row, by which batches are formed: in samples, or in
 *     tokens for a model without audio
 */
record BatchItem(String signature, Map<String, HostTensor> inputs, int rows, int length) {
  /** The longest clip: the memory of attention grows with the square of the length. */
  private static final int LONGEST_SAMPLES = 30 * Waveform.SAMPLE_RATE;

  /**
   * Checks the inputs of a call.
   *
   * @param maxRows see {@link BatchLimits#maxRows}
   * @throws RefusedException with the first problem
   */
  static BatchItem checked(
      String name,
      SignatureDef signature,
      Map<String, HostTensor> inputs,
      EmotionModelInfo info,
      int maxRows) {
    requireNames(signature, inputs.keySet());
    int rows = -1;
    for (var input : inputs.entrySet()) {
      requireKind(input.getKey(), signature.getInputsOrThrow(input.getKey()), input.getValue());
      rows = rows < 0 ? input.getValue().rows() : rows;
      if (input.getValue().rows() != rows) {
        throw RefusedException.invalid(
            "%s: expected as many rows as the other inputs, %d, found %d",
            input.getKey(), rows, input.getValue().rows());
      }
    }
    if (rows < 1 || rows > maxRows) {
      throw RefusedException.invalid("expected 1 to %d rows, found %d", maxRows, rows);
    }
    int length = 0;
    if (info.usesText()) {
      length =
          requireTokens(
              inputs.get(EmotionSignature.INPUT_IDS),
              inputs.get(EmotionSignature.TEXT_LENGTHS),
              info);
    }
    if (inputs.containsKey(EmotionSignature.WAV_BYTES)) {
      length = requireFiles(inputs.get(EmotionSignature.WAV_BYTES), info);
    } else if (info.usesAudio()) {
      length =
          requireSamples(
              inputs.get(EmotionSignature.INPUT_VALUES),
              inputs.get(EmotionSignature.AUDIO_LENGTHS),
              info);
    }
    return new BatchItem(name, inputs, rows, length);
  }

  private static void requireNames(SignatureDef signature, Set<String> found) {
    Set<String> expected = new TreeSet<>(signature.getInputsMap().keySet());
    if (!expected.equals(found)) {
      Set<String> missing = new TreeSet<>(expected);
      missing.removeAll(found);
      throw RefusedException.invalid(
          "input size does not match signature: %d!=%d, expected {%s}, missing {%s}",
          found.size(), expected.size(), String.join(",", expected), String.join(",", missing));
    }
  }

  private static void requireKind(String name, TensorInfo expected, HostTensor found) {
    int rank = expected.getTensorShape().getDimCount();
    if (found.type() != expected.getDtype() || found.shape().size() != rank) {
      throw RefusedException.invalid(
          "%s: expected %s of %d dimensions, found %s of %d",
          name, expected.getDtype(), rank, found.type(), found.shape().size());
    }
  }

  private static int requireTokens(HostTensor ids, HostTensor lengths, EmotionModelInfo info) {
    int most = Math.min(ids.width(), info.maxTokens().orElseThrow());
    requireLengths(EmotionSignature.TEXT_LENGTHS, lengths, 1, most);
    if (ids.width() > most) {
      throw RefusedException.invalid(
          "%s: expected at most %d tokens, found %d",
          EmotionSignature.INPUT_IDS, most, ids.width());
    }
    if (Arrays.stream(ids.ints()).anyMatch(id -> id < 0)) {
      throw RefusedException.invalid("%s: expected ids of 0 or more", EmotionSignature.INPUT_IDS);
    }
    return most;
  }

  private static int requireSamples(HostTensor waves, HostTensor lengths, EmotionModelInfo info) {
    requireDuration(EmotionSignature.INPUT_VALUES, waves.width(), info);
    requireLengths(
        EmotionSignature.AUDIO_LENGTHS, lengths, info.minSamples().orElseThrow(), waves.width());
    ServedVersion.requireSamples(EmotionSignature.INPUT_VALUES, waves.floats());
    return waves.width();
  }

  private static int requireFiles(HostTensor files, EmotionModelInfo info) {
    int longest = 0;
    for (byte[] file : files.strings()) {
      int samples = PcmWav.samples(file);
      requireDuration(EmotionSignature.WAV_BYTES, samples, info);
      longest = Math.max(longest, samples);
    }
    return longest;
  }

  private static void requireDuration(String name, int samples, EmotionModelInfo info) {
    int fewest = info.minSamples().orElseThrow();
    int most = Math.max(LONGEST_SAMPLES, info.maxSamples());
    if (samples < fewest || samples > most) {
      throw RefusedException.invalid(
          "%s: expected %d to %d samples, found %d", name, fewest, most, samples);
    }
  }

  private static void requireLengths(String name, HostTensor lengths, int fewest, int most) {
    for (int length : lengths.ints()) {
      if (length < fewest || length > most) {
        throw RefusedException.invalid(
            "%s: expected %d to %d, found %d", name, fewest, most, length);
      }
    }
  }

  /** Divides the rows so that those of a part have at most so much length, padding counted. */
  List<BatchItem> upTo(long maxLength) {
    int most = (int) Math.max(1, Math.min(rows, maxLength / Math.max(1, length)));
    if (most == rows) {
      return List.of(this);
    }
    List<BatchItem> parts = new ArrayList<>();
    for (int from = 0; from < rows; from += most) {
      int first = from;
      int count = Math.min(most, rows - from);
      Map<String, HostTensor> part = new LinkedHashMap<>();
      inputs.forEach((name, tensor) -> part.put(name, tensor.rows(first, count)));
      parts.add(new BatchItem(signature, part, count, length));
    }
    return parts;
  }

  /** Returns whether this could be in a batch with another, with little padding. */
  boolean fits(BatchItem other) {
    int longer = Math.max(length, other.length);
    int shorter = Math.min(length, other.length);
    return signature.equals(other.signature) && 2L * longer <= 3L * shorter;
  }
}

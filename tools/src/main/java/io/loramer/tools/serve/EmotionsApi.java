package io.loramer.tools.serve;

import io.loramer.training.EmotionModelInfo;
import io.loramer.training.Waveform;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * The simple interface: a sound file and its words in, emotions out. Sound that is longer than a
 * window is cut into windows that overlap by half; all get all of the words, since nothing tells
 * which were said when.
 */
final class EmotionsApi {
  private static final List<String> MODALITIES = List.of("audio", "text");
  private static final int MAX_WINDOWS = 250;

  private final ServedModel model;
  private final Executor decoder;
  private final int maxRows;

  /**
   * Takes the model.
   *
   * @param decoder decodes sound; refuses when it has enough to do
   * @param maxRows windows of a call to the model
   */
  EmotionsApi(ServedModel model, Executor decoder, int maxRows) {
    this.model = model;
    this.decoder = decoder;
    this.maxRows = maxRows;
  }

  /** Answers a request. */
  CompletableFuture<Reply> recognize(EmotionRequest request) {
    return model.use(
        model.name(),
        OptionalLong.empty(),
        version -> {
          EmotionModelInfo info = version.model().info();
          if (info.reads() && request.text().isEmpty()) {
            throw RefusedException.invalid(
                "text: this model reads the words too, send what is said");
          }
          return CompletableFuture.supplyAsync(() -> Sound.decode(request.sound()), decoder)
              .thenCompose(waveform -> recognize(version, waveform, request));
        });
  }

  private CompletableFuture<Reply> recognize(
      ServedVersion version, Waveform waveform, EmotionRequest request) {
    List<Window> windows = windows(waveform, version.model().info(), request);
    return inTurn(version, windows, request, 0)
        .thenApply(outputs -> answer(version, waveform, windows, outputs, request));
  }

  /** A part of the sound. */
  private record Window(Waveform sound, int start) {
    double startSeconds() {
      return (double) start / Waveform.SAMPLE_RATE;
    }

    double endSeconds() {
      return startSeconds() + sound.durationSeconds();
    }
  }

  private static List<Window> windows(
      Waveform waveform, EmotionModelInfo info, EmotionRequest request) {
    float[] samples = waveform.samples();
    int fewest = info.minSamples().orElse(0);
    if (samples.length < fewest) {
      throw RefusedException.invalid(
          "audio: expected at least %d samples at 16 kHz, found %d", fewest, samples.length);
    }
    int length = windowLength(info, request);
    if (!info.hears() || samples.length <= length) {
      return List.of(new Window(waveform, 0));
    }
    List<Window> windows = new ArrayList<>();
    for (int start = 0; start < samples.length - length; start += Math.max(1, length / 2)) {
      windows.add(window(samples, start, length));
      if (windows.size() >= MAX_WINDOWS) {
        throw RefusedException.invalid(
            "window_seconds: gives more than %d windows, ask for longer ones", MAX_WINDOWS);
      }
    }
    windows.add(window(samples, samples.length - length, length)); // ends with the sound
    return windows;
  }

  private static Window window(float[] samples, int start, int length) {
    return new Window(new Waveform(Arrays.copyOfRange(samples, start, start + length)), start);
  }

  private static int windowLength(EmotionModelInfo info, EmotionRequest request) {
    if (request.windowSeconds().isEmpty()) {
      return info.maxSamples();
    }
    double length = request.windowSeconds().getAsDouble() * Waveform.SAMPLE_RATE;
    if (!(length >= info.minSamples().orElse(1) && length <= info.maxSamples())) {
      throw RefusedException.invalid(
          "window_seconds: expected %.3f to %.3f, found %s",
          (double) info.minSamples().orElse(1) / Waveform.SAMPLE_RATE,
          (double) info.maxSamples() / Waveform.SAMPLE_RATE,
          request.windowSeconds().getAsDouble());
    }
    return (int) length;
  }

  /** Asks the model for the windows from one on, a batch after the other. */
  private CompletableFuture<List<Map<String, HostTensor>>> inTurn(
      ServedVersion version, List<Window> windows, EmotionRequest request, int from) {
    List<Window> part = windows.subList(from, Math.min(from + maxRows, windows.size()));
    int next = from + part.size();
    CompletableFuture<Map<String, HostTensor>> first =
        version.predict("serving_default", inputs(version, part, request));
    return first.thenCompose(
        outputs -> {
          List<Map<String, HostTensor>> all = new ArrayList<>(List.of(outputs));
          if (next == windows.size()) {
            return CompletableFuture.completedFuture(all);
          }
          return inTurn(version, windows, request, next)
              .thenApply(
                  rest -> {
                    all.addAll(rest);
                    return all;
                  });
        });
  }

  private static Map<String, HostTensor> inputs(
      ServedVersion version, List<Window> windows, EmotionRequest request) {
    Map<String, HostTensor> inputs = new LinkedHashMap<>();
    int rows = windows.size();
    if (version.model().info().hears()) {
      int length = windows.get(0).sound.samples().length; // they are of one length
      float[] samples = new float[rows * length];
      int[] lengths = new int[rows];
      for (int i = 0; i < rows; i++) {
        System.arraycopy(windows.get(i).sound.samples(), 0, samples, i * length, length);
        lengths[i] = length;
      }
      inputs.put("input_values", HostTensor.of(samples, rows, length));
      inputs.put("audio_lengths", HostTensor.of(lengths, rows));
    }
    version
        .model()
        .tokenizer()
        .ifPresent(
            tokenizer -> {
              int[] ids = tokenizer.encode(request.text().orElseThrow());
              int[] all = new int[rows * ids.length];
              int[] lengths = new int[rows];
              for (int i = 0; i < rows; i++) {
                System.arraycopy(ids, 0, all, i * ids.length, ids.length);
                lengths[i] = ids.length;
              }
              inputs.put("input_ids", HostTensor.of(all, rows, ids.length));
              inputs.put("text_lengths", HostTensor.of(lengths, rows));
            });
    return inputs;
  }

  private Reply answer(
      ServedVersion version,
      Waveform waveform,
      List<Window> windows,
      List<Map<String, HostTensor>> outputs,
      EmotionRequest request) {
    EmotionModelInfo info = version.model().info();
    List<float[]> probabilities = rows(outputs, "probabilities");
    List<float[]> weights = rows(outputs, "fusion_weights");
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("model", model.name());
    answer.put("version", String.valueOf(version.number()));
    put(answer, info, mean(probabilities), weights.isEmpty() ? new float[0] : mean(weights));
    if (info.reads()) {
      answer.put("text", request.text().orElseThrow());
    }
    answer.put("seconds", waveform.durationSeconds());
    List<Object> parts = new ArrayList<>();
    for (int i = 0; i < windows.size(); i++) {
      Map<String, Object> part = new LinkedHashMap<>();
      part.put("start", windows.get(i).startSeconds());
      part.put("end", windows.get(i).endSeconds());
      put(part, info, probabilities.get(i), weights.isEmpty() ? new float[0] : weights.get(i));
      parts.add(part);
    }
    answer.put("windows", parts);
    return Reply.json(answer);
  }

  private static void put(
      Map<String, Object> json, EmotionModelInfo info, float[] probabilities, float[] weights) {
    int best = 0;
    Map<String, Float> named = new LinkedHashMap<>();
    for (int i = 0; i < probabilities.length; i++) {
      named.put(info.labels().get(i), probabilities[i]);
      best = probabilities[i] > probabilities[best] ? i : best;
    }
    json.put("label", info.labels().get(best));
    json.put("probabilities", named);
    if (weights.length > 0) {
      Map<String, Float> shares = new LinkedHashMap<>();
      for (int i = 0; i < weights.length; i++) {
        shares.put(MODALITIES.get(i), weights[i]);
      }
      json.put("fusion_weights", shares);
    }
  }

  /** Returns the rows of an output; none if the model has no such one. */
  private static List<float[]> rows(List<Map<String, HostTensor>> outputs, String name) {
    List<float[]> rows = new ArrayList<>();
    for (Map<String, HostTensor> part : outputs) {
      HostTensor tensor = part.get(name);
      for (int i = 0; tensor != null && i < tensor.rows(); i++) {
        rows.add(tensor.rows(i, 1).floats());
      }
    }
    return rows;
  }

  private static float[] mean(List<float[]> rows) {
    float[] mean = new float[rows.get(0).length];
    for (float[] row : rows) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] += row[i] / rows.size();
      }
    }
    return mean;
  }
}

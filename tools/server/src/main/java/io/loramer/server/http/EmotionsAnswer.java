package io.loramer.server.http;

import io.loramer.model.EmotionSignature;
import io.loramer.recognition.EmotionModelInfo;
import io.loramer.recognition.audio.AudioWindow;
import io.loramer.recognition.measures.Recognition;
import io.loramer.recognition.words.TextWord;
import io.loramer.server.model.HostTensor;
import io.loramer.server.model.ServedVersion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The answer for a clip: the mean of the probabilities over its windows, and those of each window.
 *
 * @param words the words that the model was given; empty for a model without text
 * @param silence why the audio has no sound; empty if it has
 * @param outputs the model's outputs with a row per window, batch by batch
 */
record EmotionsAnswer(
    String modelName,
    ServedVersion version,
    Optional<UsedWords> words,
    Optional<String> silence,
    List<AudioWindow> windows,
    List<Map<String, HostTensor>> outputs) {
  Map<String, Object> json() {
    EmotionModelInfo info = version.model().info();
    List<Recognition> recognitions = recognitions(info.labels());
    List<float[]> attention = rows(EmotionSignature.AUDIO_ATTENTION);
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("model", modelName);
    answer.put("version", String.valueOf(version.number()));
    put(answer, Recognition.mean(recognitions));
    words.ifPresent(used -> used.putInto(answer));
    silence.ifPresent(reason -> answer.put("warnings", List.of("audio: " + reason)));
    answer.put("seconds", windows.get(windows.size() - 1).endSeconds());
    rows(EmotionSignature.TEXT_ATTENTION).stream() // the same in all windows
        .findFirst()
        .ifPresent(row -> answer.put("words", words(row)));
    List<Object> parts = new ArrayList<>();
    for (int i = 0; i < windows.size(); i++) {
      Map<String, Object> part = new LinkedHashMap<>();
      part.put("start", windows.get(i).startSeconds());
      part.put("end", windows.get(i).endSeconds());
      put(part, recognitions.get(i));
      if (!attention.isEmpty()) {
        part.put("frames", frames(windows.get(i), attention.get(i), frameCount(i)));
      }
      parts.add(part);
    }
    answer.put("windows", parts);
    return answer;
  }

  private static void put(Map<String, Object> json, Recognition recognition) {
    json.put("label", recognition.label());
    json.put("probabilities", recognition.probabilities());
    recognition.fusionWeights().ifPresent(weights -> json.put("fusion_weights", weights));
  }

  /** Returns the outputs for each window. */
  private List<Recognition> recognitions(List<String> labels) {
    List<float[]> probabilities = rows(EmotionSignature.PROBABILITIES);
    List<float[]> weights = rows(EmotionSignature.FUSION_WEIGHTS);
    List<Recognition> recognitions = new ArrayList<>();
    for (int i = 0; i < probabilities.size(); i++) {
      Optional<float[]> ofWindow =
          weights.isEmpty() ? Optional.empty() : Optional.of(weights.get(i));
      recognitions.add(Recognition.of(labels, probabilities.get(i), ofWindow));
    }
    return recognitions;
  }

  private List<Object> words(float[] ofTokens) {
    String text = words.orElseThrow().text();
    List<Object> json = new ArrayList<>();
    for (TextWord word : version.model().tokenizer().orElseThrow().words(text)) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("word", text.substring(word.start(), word.end()));
      one.put("start", word.start());
      one.put("end", word.end());
      one.put("weight", word.sum(ofTokens));
      json.add(one);
    }
    return json;
  }

  /** Divides the window equally among its frames, which places each within one frame's length. */
  private static Map<String, Object> frames(AudioWindow window, float[] attention, int count) {
    Map<String, Object> frames = new LinkedHashMap<>();
    frames.put("seconds", window.durationSeconds() / count);
    frames.put("weights", Arrays.copyOf(attention, count));
    return frames;
  }

  private int frameCount(int window) {
    int row = window;
    for (Map<String, HostTensor> part : outputs) {
      int[] counts = part.get(EmotionSignature.AUDIO_FRAMES).ints();
      if (row < counts.length) {
        return counts[row];
      }
      row -= counts.length;
    }
    throw new IllegalStateException("no row for window " + window);
  }

  /** Returns the rows of an output; empty if the model has no such output. */
  private List<float[]> rows(String name) {
    List<float[]> rows = new ArrayList<>();
    for (Map<String, HostTensor> part : outputs) {
      HostTensor tensor = part.get(name);
      for (int i = 0; tensor != null && i < tensor.rows(); i++) {
        rows.add(tensor.rows(i, 1).floats());
      }
    }
    return rows;
  }
}

package io.loramer.server.http;

import io.loramer.model.EmotionSignature;
import io.loramer.recognition.EmotionModelInfo;
import io.loramer.recognition.audio.Waveform;
import io.loramer.recognition.corpus.TextSource;
import io.loramer.server.model.HostTensor;
import io.loramer.server.model.RefusedException;
import io.loramer.server.model.ServedModel;
import io.loramer.server.model.ServedVersion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * The interface {@code /v1/emotions}: an audio file and its words in, emotions out. Audio that is
 * longer than a window is cut into windows that overlap by half. Each window is combined with all
 * of the words, since their times are unknown.
 */
public final class EmotionsApi {
  private final ServedModel model;
  private final Optional<WordRecognizer> recognizer;
  private final Executor decoder;
  private final int maxRows;

  /**
   * Creates the interface of a model.
   *
   * @param recognizer recognises words that are not sent; if empty, audio without words is refused
   *     where the model uses text
   * @param decoder decodes audio; refuses when its queue is full
   * @param maxRows the most windows per call to the model
   */
  public EmotionsApi(
      ServedModel model, Optional<WordRecognizer> recognizer, Executor decoder, int maxRows) {
    this.model = model;
    this.recognizer = recognizer;
    this.decoder = decoder;
    this.maxRows = maxRows;
  }

  /** Describes the served model, for clients that build a form from it. */
  CompletableFuture<Reply> describe() {
    return model.use(
        model.name(),
        OptionalLong.empty(),
        version -> {
          EmotionModelInfo info = version.model().info();
          Map<String, Object> description = new LinkedHashMap<>();
          description.put("model", model.name());
          description.put("version", String.valueOf(version.number()));
          description.put("labels", info.labels());
          description.put("hears", info.hears());
          description.put("reads", info.reads());
          description.put("recognizes_words", recognizer.isPresent());
          description.put("explains", version.signatures().containsKey(EmotionSignature.EXPLAIN));
          description.put("window_seconds", (double) info.maxSamples() / Waveform.SAMPLE_RATE);
          description.put("max_seconds", Sound.MAX_SECONDS);
          return CompletableFuture.completedFuture(Reply.json(description));
        });
  }

  /** Recognises the emotion of a clip, with the newest version. */
  CompletableFuture<Reply> recognize(EmotionRequest request) {
    return model.use(
        model.name(),
        OptionalLong.empty(),
        version -> {
          requirePossible(version, request);
          return CompletableFuture.supplyAsync(() -> Sound.decode(request.sound()), decoder)
              .thenCompose(waveform -> recognize(version, waveform, request));
        });
  }

  /** Checks what can be checked before the audio is decoded. */
  private void requirePossible(ServedVersion version, EmotionRequest request) {
    boolean lacksWords =
        version.model().info().reads()
            && recognizer.isEmpty()
            && switch (request.textSource()) {
              case TRANSCRIPT -> request.text().isEmpty();
              case ASR -> true;
              case NONE -> false;
            };
    if (lacksWords) {
      throw RefusedException.invalid(
          request.textSource() == TextSource.ASR
              ? "text_source: this server has no speech recogniser; send the words in text"
              : "text: this model needs the words; send them in text");
    }
    if (request.explain() && !version.signatures().containsKey(EmotionSignature.EXPLAIN)) {
      throw RefusedException.invalid(
          "explain: this version of the model has no attention outputs; export it again");
    }
  }

  private CompletableFuture<Reply> recognize(
      ServedVersion version, Waveform waveform, EmotionRequest request) {
    EmotionModelInfo info = version.model().info();
    List<SoundWindow> windows = SoundWindow.of(waveform, info, request.windowSeconds());
    String signature = request.explain() ? EmotionSignature.EXPLAIN : "serving_default";
    return words(info, waveform, request)
        .thenCompose(
            words ->
                inTurn(version, signature, windows, words, 0)
                    .thenApply(
                        outputs ->
                            new EmotionsAnswer(model.name(), version, words, windows, outputs)))
        .thenApply(answer -> Reply.json(answer.json()));
  }

  /** Returns the words for a model that uses text; empty for another. */
  private CompletableFuture<Optional<UsedWords>> words(
      EmotionModelInfo info, Waveform waveform, EmotionRequest request) {
    if (!info.reads()) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    if (request.textSource() == TextSource.NONE) {
      return CompletableFuture.completedFuture(Optional.of(UsedWords.none()));
    }
    if (request.textSource() == TextSource.TRANSCRIPT && request.text().isPresent()) {
      return CompletableFuture.completedFuture(request.text().map(UsedWords::given));
    }
    return recognizer
        .orElseThrow()
        .recognize(waveform)
        .thenApply(words -> Optional.of(UsedWords.recognized(words)));
  }

  /** Runs the windows from an index on, one batch after the other. */
  private CompletableFuture<List<Map<String, HostTensor>>> inTurn(
      ServedVersion version,
      String signature,
      List<SoundWindow> windows,
      Optional<UsedWords> words,
      int from) {
    List<SoundWindow> part = windows.subList(from, Math.min(from + maxRows, windows.size()));
    int next = from + part.size();
    return version
        .predict(signature, inputs(version, part, words))
        .thenCompose(
            outputs -> {
              List<Map<String, HostTensor>> all = new ArrayList<>(List.of(outputs));
              if (next == windows.size()) {
                return CompletableFuture.completedFuture(all);
              }
              return inTurn(version, signature, windows, words, next)
                  .thenApply(
                      rest -> {
                        all.addAll(rest);
                        return all;
                      });
            });
  }

  private static Map<String, HostTensor> inputs(
      ServedVersion version, List<SoundWindow> windows, Optional<UsedWords> words) {
    Map<String, HostTensor> inputs = new LinkedHashMap<>();
    int rows = windows.size();
    if (version.model().info().hears()) {
      int length = windows.get(0).sound().samples().length; // all have this length
      float[] samples = new float[rows * length];
      int[] lengths = new int[rows];
      for (int i = 0; i < rows; i++) {
        System.arraycopy(windows.get(i).sound().samples(), 0, samples, i * length, length);
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
              int[] ids = tokenizer.encode(words.orElseThrow().text());
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
}

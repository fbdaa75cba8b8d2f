package io.loramer.server.http;

import io.loramer.model.EmotionSignature;
import io.loramer.recognition.EmotionModelInfo;
import io.loramer.recognition.audio.AudioScan;
import io.loramer.recognition.audio.AudioWindow;
import io.loramer.recognition.audio.Waveform;
import io.loramer.recognition.corpus.TextSource;
import io.loramer.recognition.tensors.Padding;
import io.loramer.savedmodels.MetaGraph;
import io.loramer.server.limits.BatchLimits;
import io.loramer.server.model.HostTensor;
import io.loramer.server.model.RefusedException;
import io.loramer.server.model.RequestMemory;
import io.loramer.server.model.ServedModel;
import io.loramer.server.model.ServedVersion;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * The interface {@code /v1/emotions}: an audio file and its words in, emotions out. Audio that is
 * longer than a window is cut into windows that overlap by half. Each window is combined with all
 * of the words, since their times are unknown.
 */
public final class EmotionsApi {
  private static final int MAX_WINDOWS = 250;

  private final ServedModel model;
  private final Optional<WordRecognizer> recognizer;
  private final Executor decoder;
  private final BatchLimits batches;

  /**
   * Creates the interface of a model.
   *
   * @param recognizer recognises words that are not sent; if empty, audio without words is refused
   *     where the model uses text
   * @param decoder decodes audio; refuses when its queue is full
   * @param batches bound the windows per call to the model
   */
  public EmotionsApi(
      ServedModel model,
      Optional<WordRecognizer> recognizer,
      Executor decoder,
      BatchLimits batches) {
    this.model = model;
    this.recognizer = recognizer;
    this.decoder = decoder;
    this.batches = batches;
  }

  /**
   * Describes the served model, for clients that build a form from it.
   *
   * @param maxBytes the largest body of a request
   */
  CompletableFuture<Reply> describe(int maxBytes) {
    return model.use(
        model.name(),
        OptionalLong.empty(),
        version -> {
          EmotionModelInfo info = version.model().info();
          Map<String, Object> description = new LinkedHashMap<>();
          description.put("model", model.name());
          description.put("version", String.valueOf(version.number()));
          description.put("labels", info.labels());
          description.put("hears", info.usesAudio());
          description.put("reads", info.usesText());
          description.put("recognizes_words", recognizer.isPresent());
          description.put("explains", version.signatures().containsKey(EmotionSignature.EXPLAIN));
          description.put("window_seconds", (double) info.maxSamples() / Waveform.SAMPLE_RATE);
          description.put("max_seconds", Sound.MAX_SECONDS);
          description.put("max_bytes", maxBytes);
          return CompletableFuture.completedFuture(Reply.json(description));
        });
  }

  /**
   * Recognises the emotion of a clip, with the newest version.
   *
   * @param held counts the memory of the audio
   */
  CompletableFuture<Reply> recognize(EmotionRequest request, RequestMemory.Share held) {
    return model.use(
        model.name(),
        OptionalLong.empty(),
        version -> {
          requirePossible(version, request);
          return CompletableFuture.supplyAsync(() -> Sound.decode(request.sound(), held), decoder)
              .thenCompose(sound -> recognize(version, sound, request, held));
        });
  }

  /** Checks what can be checked before the audio is decoded. */
  private void requirePossible(ServedVersion version, EmotionRequest request) {
    boolean lacksWords =
        version.model().info().usesText()
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
      ServedVersion version, AudioScan sound, EmotionRequest request, RequestMemory.Share held) {
    EmotionModelInfo info = version.model().info();
    Waveform waveform = sound.beginning(); // all of it
    ServedVersion.requireSamples("audio", waveform.samples());
    Optional<String> silence = info.usesAudio() ? sound.silence() : Optional.empty();
    List<AudioWindow> windows = windows(waveform, info, request.windowSeconds());
    held.take((long) Float.BYTES * rowsOf(windows) * windows.get(0).length()); // of one batch
    String signature = request.explain() ? EmotionSignature.EXPLAIN : MetaGraph.DEFAULT_SIGNATURE;
    return words(info, waveform, request)
        .thenCompose(
            words ->
                inTurn(version, signature, windows, words, 0)
                    .thenApply(
                        outputs ->
                            new EmotionsAnswer(
                                model.name(), version, words, silence, windows, outputs)))
        .thenApply(answer -> Reply.json(answer.json()));
  }

  /**
   * Cuts a recording into windows that overlap by half; a shorter one stays whole.
   *
   * @param seconds the length of the windows; empty for the longest clips of training
   * @throws RefusedException if the recording is too short for the model, or the windows are too
   *     short, too long or too many
   */
  private static List<AudioWindow> windows(
      Waveform waveform, EmotionModelInfo info, OptionalDouble seconds) {
    int samples = waveform.samples().length;
    int fewest = info.minSamples().orElse(0);
    if (samples < fewest) {
      throw RefusedException.invalid(
          "audio: expected at least %d samples at 16 kHz, found %d", fewest, samples);
    }
    int length = windowLength(info, seconds);
    if (!info.usesAudio()) {
      return List.of(AudioWindow.whole(waveform));
    }
    int hop = AudioWindow.halfOverlap(length);
    if (AudioWindow.count(samples, length, hop) > MAX_WINDOWS) {
      throw RefusedException.invalid(
          "window_seconds: gives more than %d windows, ask for longer ones", MAX_WINDOWS);
    }
    return AudioWindow.cut(waveform, length, hop);
  }

  private static int windowLength(EmotionModelInfo info, OptionalDouble seconds) {
    if (seconds.isEmpty()) {
      return info.maxSamples();
    }
    double length = seconds.getAsDouble() * Waveform.SAMPLE_RATE;
    if (!(length >= info.minSamples().orElse(1) && length <= info.maxSamples())) {
      throw RefusedException.invalid(
          "window_seconds: expected %.3f to %.3f, found %s",
          (double) info.minSamples().orElse(1) / Waveform.SAMPLE_RATE,
          (double) info.maxSamples() / Waveform.SAMPLE_RATE,
          seconds.getAsDouble());
    }
    return (int) length;
  }

  /** Returns the words for a model that uses text; empty for another. */
  private CompletableFuture<Optional<UsedWords>> words(
      EmotionModelInfo info, Waveform waveform, EmotionRequest request) {
    if (!info.usesText()) {
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

  /** Returns the most windows that run as one batch, so that their samples are copied once. */
  private int rowsOf(List<AudioWindow> windows) {
    long most = Math.max(1, batches.maxSamples() / Math.max(1, windows.get(0).length()));
    return (int) Math.min(windows.size(), Math.min(batches.maxRows(), most));
  }

  /** Runs the windows from an index on, one batch after the other. */
  private CompletableFuture<List<Map<String, HostTensor>>> inTurn(
      ServedVersion version,
      String signature,
      List<AudioWindow> windows,
      Optional<UsedWords> words,
      int from) {
    List<AudioWindow> part =
        windows.subList(from, Math.min(from + rowsOf(windows), windows.size()));
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
      ServedVersion version, List<AudioWindow> windows, Optional<UsedWords> words) {
    Map<String, HostTensor> inputs = new LinkedHashMap<>();
    int rows = windows.size();
    if (version.model().info().usesAudio()) {
      List<FloatBuffer> waveforms = windows.stream().map(AudioWindow::samples).toList();
      int longest = Padding.longest(waveforms);
      int[] lengths = waveforms.stream().mapToInt(FloatBuffer::remaining).toArray();
      float[] padded = Padding.withZeros(waveforms, longest);
      inputs.put(EmotionSignature.INPUT_VALUES, HostTensor.of(padded, rows, longest));
      inputs.put(EmotionSignature.AUDIO_LENGTHS, HostTensor.of(lengths, rows));
    }
    version
        .model()
        .tokenizer()
        .ifPresent(
            tokenizer -> {
              int[] ids = tokenizer.encode(words.orElseThrow().text());
              List<IntBuffer> same = Collections.nCopies(rows, IntBuffer.wrap(ids));
              int[] all = Padding.withIds(same, ids.length, 0);
              int[] lengths = same.stream().mapToInt(IntBuffer::remaining).toArray();
              inputs.put(EmotionSignature.INPUT_IDS, HostTensor.of(all, rows, ids.length));
              inputs.put(EmotionSignature.TEXT_LENGTHS, HostTensor.of(lengths, rows));
            });
    return inputs;
  }
}

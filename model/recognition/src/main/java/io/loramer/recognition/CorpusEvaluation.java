package io.loramer.recognition;

import io.loramer.recognition.audio.AudioWindow;
import io.loramer.recognition.audio.Recording;
import io.loramer.recognition.audio.Waveform;
import io.loramer.recognition.batches.Buckets;
import io.loramer.recognition.corpus.CorpusCheck;
import io.loramer.recognition.corpus.Manifest;
import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.corpus.TextSource;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.device.Device;
import io.loramer.recognition.measures.Prediction;
import io.loramer.recognition.measures.Recognition;
import io.loramer.recognition.words.TextChoice;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Predicts the utterances of a corpus, with the samples of one batch in memory. */
final class CorpusEvaluation {
  private final EmotionRecognizer recognizer;
  private final EmotionModel model;
  private final EmotionModelInfo info;

  CorpusEvaluation(EmotionRecognizer recognizer, EmotionModel model) {
    this.recognizer = recognizer;
    this.model = model;
    info = model.info();
  }

  /** As {@link EmotionRecognizer#evaluate(Manifest, Optional, TextChoice, Consumer)}. */
  List<Prediction> evaluate(
      Manifest corpus, Optional<Split> split, TextChoice words, Consumer<String> notes)
      throws IOException {
    List<Utterance> chosen =
        corpus.utterances().stream()
            .filter(utterance -> split.isEmpty() || utterance.split().equals(split))
            .toList();
    if (chosen.isEmpty()) {
      throw new IOException(
          corpus.file() + ": no utterance" + split.map(s -> " of split " + s.word()).orElse(""));
    }
    TextChoice texts = info.usesText() ? words : new TextChoice(TextSource.NONE, Optional.empty());
    int minSamples = Math.max(info.minSamples().orElse(1), texts.minimumSamples());
    Manifest part = new Manifest(corpus.file(), chosen);
    CorpusCheck.Lengths lengths =
        new CorpusCheck(Set.copyOf(info.labels()), minSamples, info.maxSamples(), texts.needed())
            .run(part, clip -> clip.scan(0), done -> {});
    if (info.usesAudio()) {
      note(lengths, notes);
    }
    Manifest complete = texts.complete(part, Utterance.Clip::open, Device.auto(), progress -> {});
    return predict(complete.utterances(), lengths.samples());
  }

  private void note(CorpusCheck.Lengths lengths, Consumer<String> notes) {
    if (lengths.cropped() > 0) {
      notes.accept(
          String.format(
              Locale.ROOT,
              "%d of %d clips are longer than the %.1f s that the model takes: each is scored by"
                  + " the mean over windows of %3$.1f s that overlap by half, as `serve` answers;"
                  + " `train` and `predict` use only the first %3$.1f s",
              lengths.cropped(),
              lengths.samples().size(),
              (double) info.maxSamples() / Waveform.SAMPLE_RATE));
    }
    lengths.silence().ifPresent(notes);
  }

  /** Predicts utterances, those of similar lengths together, and returns them in their order. */
  private List<Prediction> predict(List<Utterance> utterances, List<Integer> samples)
      throws IOException {
    Map<Utterance, Integer> lengths = new HashMap<>();
    Map<Utterance, Prediction> predictions = new HashMap<>();
    for (int i = 0; i < utterances.size(); i++) {
      Utterance utterance = utterances.get(i);
      if (info.usesAudio() && samples.get(i) > info.maxSamples()) {
        Recognition recognition = inWindows(utterance, samples.get(i));
        predictions.put(utterance, Prediction.of(utterance, recognition));
      } else {
        lengths.put(utterance, Math.min(samples.get(i), info.maxSamples()));
      }
    }
    List<Utterance> whole = utterances.stream().filter(lengths::containsKey).toList();
    for (List<Utterance> part :
        Buckets.byLengthUpTo(whole, lengths::get, EmotionRecognizer.maxBatchSamples())) {
      List<String> ids = part.stream().map(Utterance::id).toList();
      List<Recognition> recognized = model.run(model.batches().inputs(part), ids);
      for (int i = 0; i < part.size(); i++) {
        predictions.put(part.get(i), Prediction.of(part.get(i), recognized.get(i)));
      }
    }
    return utterances.stream().map(predictions::get).toList();
  }

  /**
   * Recognises a long clip as {@link EmotionRecognizer#recognizeLong} does, with one batch of it in
   * memory.
   */
  private Recognition inWindows(Utterance utterance, int samples) throws IOException {
    int length = info.maxSamples();
    List<Integer> starts = AudioWindow.starts(samples, length, AudioWindow.halfOverlap(length));
    List<Recognition> recognized = new ArrayList<>();
    try (Recording recording = utterance.clip().open()) {
      for (List<Integer> part :
          Buckets.inOrder(starts, Math.max(1, EmotionRecognizer.maxBatchSamples() / length))) {
        List<SpeechClip> windows = new ArrayList<>();
        for (int start : part) {
          Waveform window = new Waveform(recording.samples(start, start + length));
          windows.add(new SpeechClip(window, utterance.text()));
        }
        recognized.addAll(recognizer.recognizeAll(windows));
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(utterance.id() + ": " + e.getMessage(), e);
    }
    return Recognition.mean(recognized);
  }
}

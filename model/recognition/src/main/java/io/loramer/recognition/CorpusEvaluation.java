package io.loramer.recognition;

import static java.util.stream.Collectors.joining;

import io.loramer.recognition.audio.AudioScan;
import io.loramer.recognition.audio.AudioWindow;
import io.loramer.recognition.audio.Recording;
import io.loramer.recognition.audio.Waveform;
import io.loramer.recognition.batches.Buckets;
import io.loramer.recognition.corpus.CorpusCheck;
import io.loramer.recognition.corpus.Manifest;
import io.loramer.recognition.corpus.Progress;
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
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Predicts the utterances of a corpus.
 *
 * @param notes takes sentences on the clips
 * @param progress is called after each clip and each batch
 */
record CorpusEvaluation(
    EmotionRecognizer recognizer,
    EmotionModel model,
    Consumer<String> notes,
    Consumer<Progress> progress) {

  /** The most clips that a note names. */
  private static final int NAMED = 5;

  /** As {@link EmotionRecognizer#evaluate(Manifest, Optional, TextChoice, Consumer, Consumer)}. */
  List<Prediction> evaluate(Manifest corpus, Optional<Split> split, TextChoice words)
      throws IOException {
    EmotionModelInfo info = model.info();
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
    TrainingClips trainingClips = TrainingClips.read(model.folder().resolve("assets"));
    Set<Utterance.Clip> known = ConcurrentHashMap.newKeySet();
    CorpusCheck.Decoder decoder =
        clip -> {
          AudioScan scan = clip.scan(info.maxSamples());
          if (trainingClips.contains(scan.beginning(), info.maxSamples())) {
            known.add(clip);
          }
          return scan.withoutSamples(); // windows take the whole clip, not only its beginning
        };
    CorpusCheck.Lengths lengths =
        new CorpusCheck(Set.copyOf(info.labels()), minSamples, info.maxSamples(), texts.needed())
            .run(
                part,
                decoder,
                done -> progress.accept(new Progress("checking audio", done, chosen.size(), "")));
    if (info.usesAudio()) {
      note(lengths);
    }
    noteTrainedOn(chosen.stream().filter(u -> known.contains(u.clip())).toList(), chosen);
    Manifest complete = texts.complete(part, Utterance.Clip::open, Device.auto(), progress);
    return predict(complete.utterances(), lengths.samples());
  }

  private void noteTrainedOn(List<Utterance> trainedOn, List<Utterance> scored) {
    if (!trainedOn.isEmpty()) {
      notes.accept(
          "the model was trained on %d of these %d clips (%s%s): on others it is less accurate"
              .formatted(
                  trainedOn.size(),
                  scored.size(),
                  trainedOn.stream().limit(NAMED).map(Utterance::id).collect(joining(", ")),
                  trainedOn.size() > NAMED ? ", ..." : ""));
    }
  }

  private void note(CorpusCheck.Lengths lengths) {
    int maxSamples = model.info().maxSamples();
    if (lengths.cropped() > 0) {
      notes.accept(
          String.format(
              Locale.ROOT,
              "%d of %d clips are longer than the %.1f s that the model takes: each is scored by"
                  + " the mean over windows of %3$.1f s that overlap by half, as `serve` answers;"
                  + " `train` and `predict` use only the first %3$.1f s",
              lengths.cropped(),
              lengths.samples().size(),
              (double) maxSamples / Waveform.SAMPLE_RATE));
    }
    lengths.silence().ifPresent(notes);
  }

  /** Predicts utterances, those of similar lengths together, and returns them in their order. */
  private List<Prediction> predict(List<Utterance> utterances, List<Integer> samples)
      throws IOException {
    EmotionModelInfo info = model.info();
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
      progress.accept(
          new Progress("recognising emotions", predictions.size(), utterances.size(), ""));
    }
    return utterances.stream().map(predictions::get).toList();
  }

  /**
   * Recognises a long clip as {@link EmotionRecognizer#recognizeLong} does, with one batch of it in
   * memory.
   */
  private Recognition inWindows(Utterance utterance, int samples) throws IOException {
    int length = model.info().maxSamples();
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
        progress.accept(
            new Progress("recognising emotions", recognized.size(), starts.size(), "windows"));
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(utterance.id() + ": " + e.getMessage(), e);
    }
    return Recognition.mean(recognized);
  }
}

package io.loramer.training.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.recognition.EmotionRecognizer;
import io.loramer.recognition.LongRecognition;
import io.loramer.recognition.SpeechClip;
import io.loramer.recognition.audio.AudioFile;
import io.loramer.recognition.audio.Waveform;
import io.loramer.recognition.corpus.Manifest;
import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.measures.Prediction;
import io.loramer.recognition.measures.Recognition;
import io.loramer.recognition.testing.TinyCorpus;
import io.loramer.recognition.words.TextChoice;
import io.loramer.savedmodels.optimize.Precision;
import io.loramer.training.Trainer;
import io.loramer.training.config.RunConfig;
import io.loramer.training.export.EmotionExport.Lora;
import io.loramer.training.run.RunFolder;
import io.loramer.training.testing.TinySetup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmotionRecognizerTest {
  @TempDir private static Path folder;
  private static TinySetup tiny;
  private static EmotionRecognizer recognizer;

  @BeforeAll
  static void load() throws IOException {
    tiny = TinySetup.in(folder);
    recognizer = EmotionRecognizer.load(export("model", tiny.config()));
  }

  @AfterAll
  static void close() {
    recognizer.close();
  }

  private static Path export(String name, RunConfig config) throws IOException {
    Path run = folder.resolve(name + "-run");
    Trainer.start(config.untrained(), run, TinyCorpus::unwatched);
    Path model = folder.resolve(name);
    EmotionExport.write(new RunFolder(run), model, Lora.MERGED, Precision.FLOAT32);
    return model;
  }

  private static Waveform noise(int samples) {
    float[] noise = new float[samples];
    for (int t = 0; t < samples; t++) {
      noise[t] = (float) Math.sin(0.3 * t * (1 + t * 1e-3)) / 3;
    }
    return new Waveform(noise);
  }

  private static void assertClose(Recognition expected, Recognition found) {
    assertClose(expected.probabilities(), found.probabilities());
    assertClose(expected.fusionWeights().orElseThrow(), found.fusionWeights().orElseThrow());
  }

  private static void assertClose(Map<String, Float> expected, Map<String, Float> found) {
    assertEquals(expected.keySet(), found.keySet());
    expected.forEach((name, value) -> assertEquals(value, found.get(name), 1e-5, name));
  }

  @Test
  void manyClipsGiveInTheirOrderWhatEachGivesAlone() {
    List<SpeechClip> clips = new ArrayList<>();
    List<String> texts = List.of("Oh no!", "", "Well, I never did that", "so");
    List<Integer> lengths = List.of(300, 850, 200, 850);
    for (int i = 0; i < texts.size(); i++) {
      clips.add(new SpeechClip(noise(lengths.get(i)), Optional.of(texts.get(i))));
    }
    List<Recognition> found = recognizer.recognizeAll(clips);
    assertEquals(clips.size(), found.size());
    for (int i = 0; i < clips.size(); i++) {
      assertClose(recognizer.recognize(clips.get(i).waveform(), clips.get(i).text()), found.get(i));
    }
    assertEquals(List.of(), recognizer.recognizeAll(List.of()));
  }

  /** A copy of a clip of training is found under any name and in any split. */
  @Test
  void evaluationNamesTheClipsThatTheModelWasTrainedOn() throws IOException {
    Path copied = tiny.manifest().resolveSibling("copied.jsonl");
    Files.copy(folder.resolve("2.wav"), folder.resolve("copy.wav"));
    Files.writeString(copied, Files.readString(tiny.manifest()).replace("12.wav", "copy.wav"));
    String note = trainedOn(recognizer, copied, Optional.empty()).get(0);
    assertTrue(
        note.startsWith("the model was trained on 8 of these")
            && note.contains("(u0, u1, u2, u3, u4, ...)"),
        note);
    String copy = trainedOn(recognizer, copied, Optional.of(Split.TEST)).get(0);
    assertTrue(copy.contains("on 1 of these") && copy.contains("(u12)"), copy);
    assertEquals(List.of(), trainedOn(recognizer, tiny.manifest(), Optional.of(Split.TEST)));
  }

  @Test
  void modelOfAnEarlierVersionIsEvaluatedWithoutTheClipsOfItsTraining() throws IOException {
    Path earlier = export("earlier", tiny.textOnly());
    try (EmotionRecognizer now = EmotionRecognizer.load(earlier)) {
      assertEquals(1, trainedOn(now, tiny.manifest(), Optional.empty()).size());
      Files.delete(earlier.resolve("assets/training_clips.bin"));
      assertEquals(List.of(), trainedOn(now, tiny.manifest(), Optional.empty()));
      Files.write(earlier.resolve("assets/training_clips.bin"), new byte[7]);
      IOException e =
          assertThrows(IOException.class, () -> trainedOn(now, tiny.manifest(), Optional.empty()));
      assertTrue(e.getMessage().endsWith("expected 8 bytes for each clip, found 7 in all"));
    }
  }

  private static List<String> trainedOn(
      EmotionRecognizer model, Path manifest, Optional<Split> split) throws IOException {
    List<String> notes = new ArrayList<>();
    model.evaluate(
        Manifest.read(manifest), split, TextChoice.transcript(), notes::add, progress -> {});
    return notes.stream().filter(note -> note.contains("was trained on")).toList();
  }

  @Test
  void clipsThatCannotBeUsedAreNamedByTheirIndex() {
    List<SpeechClip> clips =
        List.of(
            new SpeechClip(noise(300), Optional.of("so")),
            new SpeechClip(noise(199), Optional.of("so")),
            new SpeechClip(noise(300), Optional.empty()));
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> recognizer.recognizeAll(clips));
    assertEquals(
        "clip 1: expected at least 200 samples at 16 kHz, one frame of the encoder; found 199;"
            + " clip 2: this model takes text too: give the words that are spoken",
        e.getMessage());
  }

  @Test
  void longRecordingIsTheMeanOfItsWindows() {
    Optional<String> text = Optional.of("Oh no!");
    Waveform recording = noise(1000);
    LongRecognition found = recognizer.recognizeLong(recording, text, 400 / 16e3, 250 / 16e3);
    List<Integer> starts = List.of(0, 250, 500, 600);
    assertEquals(starts.size(), found.windows().size());
    float[] means = new float[recognizer.info().labels().size()];
    for (int i = 0; i < starts.size(); i++) {
      LongRecognition.Window window = found.windows().get(i);
      assertEquals(starts.get(i) / 16e3, window.startSeconds(), 1e-9);
      assertEquals((starts.get(i) + 400) / 16e3, window.endSeconds(), 1e-9);
      float[] part = Arrays.copyOfRange(recording.samples(), starts.get(i), starts.get(i) + 400);
      Recognition alone = recognizer.recognize(new Waveform(part), text);
      assertClose(alone, window.recognition());
      for (int label = 0; label < means.length; label++) {
        means[label] += alone.probabilities().get(recognizer.info().labels().get(label)) / 4;
      }
    }
    for (int label = 0; label < means.length; label++) {
      String name = recognizer.info().labels().get(label);
      assertEquals(means[label], found.mean().probabilities().get(name), 1e-5, name);
    }
  }

  @Test
  void recordingAsLongAsAClipOfTrainingHasOneWindow() {
    Optional<String> text = Optional.of("so");
    Waveform clip = noise(recognizer.info().maxSamples());
    LongRecognition found = recognizer.recognizeLong(clip, text);
    assertEquals(1, found.windows().size());
    assertClose(recognizer.recognize(clip, text), found.mean());
    Waveform longer = noise(recognizer.info().maxSamples() + 1);
    assertEquals(2, recognizer.recognizeLong(longer, text).windows().size());
  }

  /** The clips have one, two and nine windows, the last of which do not fit into one batch. */
  @Test
  void evaluationTakesLongClipsInTheWindowsOfALongRecording() throws IOException {
    int window = recognizer.info().maxSamples();
    List<Waveform> clips = List.of(noise(window), noise(window + 9), noise(5 * window));
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < clips.size(); i++) {
      Path file = Files.write(folder.resolve("long" + i + ".wav"), clips.get(i).toWav());
      lines.append(
          "{\"id\": \"%d\", \"audio\": \"%s\", \"text\": \"so\", \"label\": \"anger\", \"speaker\": \"s\"}%n"
              .formatted(i, file));
    }
    Manifest corpus = Manifest.read(Files.writeString(folder.resolve("long.jsonl"), lines));
    List<String> notes = new ArrayList<>();
    List<Prediction> found =
        recognizer.evaluate(
            corpus, Optional.empty(), TextChoice.transcript(), notes::add, progress -> {});
    for (int i = 0; i < clips.size(); i++) {
      Waveform written = AudioFile.read(folder.resolve("long" + i + ".wav"));
      assertClose(
          recognizer.recognizeLong(written, Optional.of("so")).mean(), found.get(i).recognized());
    }
    assertEquals(1, notes.size(), notes.toString());
    assertTrue(
        notes.get(0).startsWith("2 of 3 clips are longer than the 0.5 s that the model takes: "),
        notes.get(0));
  }

  @Test
  void evaluationNamesClipsWithoutSound() throws IOException {
    Path file = folder.resolve("constant.wav");
    float[] constant = new float[900];
    Arrays.fill(constant, 0.25f);
    Files.write(file, new Waveform(constant).toWav());
    Path manifest =
        Files.writeString(
            folder.resolve("silent.jsonl"),
            "{\"id\": \"1\", \"audio\": \"%s\", \"text\": \"so\", \"label\": \"anger\", \"speaker\": \"s\"}%n"
                .formatted(file));
    List<String> notes = new ArrayList<>();
    recognizer.evaluate(
        Manifest.read(manifest),
        Optional.empty(),
        TextChoice.transcript(),
        notes::add,
        progress -> {});
    assertEquals(
        List.of(
            "1 of 1 clips have no sound: "
                + file
                + ": is silent, below -70 dBFS after the mean is taken off"),
        notes);
  }

  @Test
  void windowsOutsideTheLimitsAreRefused() {
    Optional<String> text = Optional.of("so");
    IllegalArgumentException window =
        assertThrows(
            IllegalArgumentException.class,
            () -> recognizer.recognizeLong(noise(900), text, 0.01, 0.01));
    assertEquals(
        "windowSeconds: expected 0.0125 to %.4f, found 0.01"
            .formatted(recognizer.info().maxSamples() / 16e3),
        window.getMessage());
    IllegalArgumentException hop =
        assertThrows(
            IllegalArgumentException.class,
            () -> recognizer.recognizeLong(noise(900), text, 0.02, 0.03));
    assertEquals(
        "hopSeconds: expected more than 0 and at most the window's 0.02, found 0.03",
        hop.getMessage());
  }

  @Test
  void audioFileGivesWhatItsSamplesGive() throws IOException {
    Waveform waveform = noise(400);
    Path file = Files.write(folder.resolve("clip.wav"), waveform.toWav());
    assertClose(
        recognizer.recognize(waveform, Optional.of("so")),
        recognizer.recognize(file, Optional.of("so")));
  }

  @Test
  void modelOfTextAloneNeedsNoSamples() throws IOException {
    try (EmotionRecognizer text = EmotionRecognizer.load(export("text", tiny.textOnly()))) {
      Waveform none = new Waveform(new float[0]);
      Recognition alone = text.recognize(none, Optional.of("Oh no!"));
      List<Recognition> many =
          text.recognizeAll(
              List.of(
                  new SpeechClip(none, Optional.of("Well, I never did that")),
                  new SpeechClip(none, Optional.of("Oh no!"))));
      assertClose(alone.probabilities(), many.get(1).probabilities());
      assertEquals(1, text.recognizeLong(none, Optional.of("Oh no!")).windows().size());
    }
  }
}

package io.loramer.training.export;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.loramer.model.head.SpeakerConfig;
import io.loramer.recognition.EmotionModel;
import io.loramer.recognition.EmotionModelInfo;
import io.loramer.recognition.EmotionRecognizer;
import io.loramer.recognition.audio.AudioFile;
import io.loramer.recognition.audio.Waveform;
import io.loramer.recognition.corpus.Manifest;
import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.measures.Prediction;
import io.loramer.recognition.measures.Recognition;
import io.loramer.recognition.testing.TestFiles;
import io.loramer.recognition.testing.TinyCorpus;
import io.loramer.recognition.words.TextChoice;
import io.loramer.recognition.words.Tokenizer;
import io.loramer.savedmodels.optimize.Precision;
import io.loramer.training.Trainer;
import io.loramer.training.export.EmotionExport.Lora;
import io.loramer.training.run.RunFolder;
import io.loramer.training.run.TrainedWeights;
import io.loramer.training.testing.RunFiles;
import io.loramer.training.testing.TinySetup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

@Tag("slow")
class EmotionExportTest {
  private static final float ATOL = 1e-5f;

  @TempDir private static Path shared;
  private static TinySetup tiny;
  private static RunFolder run;

  /** The run's export, LoRA merged. */
  private static Path exported;

  @TempDir private Path folder;

  @BeforeAll
  static void train() throws IOException {
    tiny = TinySetup.in(shared);
    run = new RunFolder(shared.resolve("run"));
    Trainer.start(tiny.config(), run.path(), TinyCorpus::unwatched);
    exported = shared.resolve("model");
    EmotionExport.write(run, exported, Lora.MERGED, Precision.FLOAT32);
  }

  /** Otherwise the tests below would not notice a wrong merge. */
  @Test
  void theAdapterIsTrained() throws IOException {
    try (TrainedWeights weights = TrainedWeights.read(run.model(), true)) {
      assertTrue(
          weights.adapter().orElseThrow().matrices().entrySet().stream()
              .filter(matrix -> matrix.getKey().endsWith("lora_B.weight"))
              .allMatch(matrix -> matrix.getValue().streamOfObjects().anyMatch(b -> b > 0.01f)));
    }
  }

  @ParameterizedTest
  @EnumSource
  void exportedModelGivesTheRunsPredictions(Lora lora) throws IOException {
    Path model = folder.resolve("model");
    EmotionExport.write(run, model, lora, Precision.FLOAT32);
    Manifest corpus = Manifest.read(tiny.manifest());
    try (EmotionRecognizer recognizer = EmotionRecognizer.load(model)) {
      assertEquals(5, assertAllAsIn(run, recognizer, corpus));
    }
  }

  /**
   * Compares the clips of the test split, cropped as the run crops them; the evaluation gives the
   * same for those that it takes whole, and is in windows for longer ones.
   *
   * @return the number of clips
   */
  private static int assertAllAsIn(RunFolder run, EmotionRecognizer recognizer, Manifest corpus)
      throws IOException {
    Map<String, Utterance> utterances = new TreeMap<>();
    corpus.utterances().forEach(utterance -> utterances.put(utterance.id(), utterance));
    List<Prediction> predictions =
        recognizer.evaluate(corpus, Optional.of(Split.TEST), TextChoice.transcript());
    int whole = 0;
    for (Prediction prediction : predictions) {
      Utterance utterance = utterances.get(prediction.id());
      Path clip = utterance.clip().file();
      assertAsIn(run, prediction.id(), recognizer.recognize(clip, utterance.text()));
      if (AudioFile.read(clip).samples().length <= recognizer.info().maxSamples()) {
        assertAsIn(run, prediction.id(), prediction.recognized());
        whole++;
      }
    }
    assertTrue(whole > 0 && whole < predictions.size(), "both kinds of clips");
    return predictions.size();
  }

  @Test
  void evaluationEndsWhereItsProgressThrows() throws IOException {
    Path model = folder.resolve("model");
    EmotionExport.write(run, model, Lora.MERGED, Precision.FLOAT32);
    Manifest corpus = Manifest.read(tiny.manifest());
    List<String> phases = new ArrayList<>();
    try (EmotionRecognizer recognizer = EmotionRecognizer.load(model)) {
      assertThrows(
          CancellationException.class,
          () ->
              recognizer.evaluate(
                  corpus,
                  Optional.empty(),
                  TextChoice.transcript(),
                  note -> {},
                  progress -> {
                    phases.add(progress.phase());
                    if (progress.phase().equals("recognising emotions")) {
                      throw new CancellationException();
                    }
                  }));
    }
    assertEquals("checking audio", phases.get(0));
    assertEquals(1, Collections.frequency(phases, "recognising emotions"));
  }

  @ParameterizedTest
  @EnumSource(names = {"BFLOAT16", "FLOAT16"})
  void exportInHalfPrecisionGivesNearlyTheSamePredictions(Precision precision) throws IOException {
    Path model = folder.resolve("model");
    EmotionExport.write(run, model, Lora.MERGED, precision);
    Manifest corpus = Manifest.read(tiny.manifest());
    try (EmotionRecognizer exact = EmotionRecognizer.load(exported);
        EmotionRecognizer rounded = EmotionRecognizer.load(model)) {
      List<Prediction> expected =
          exact.evaluate(corpus, Optional.of(Split.TEST), TextChoice.transcript());
      List<Prediction> found =
          rounded.evaluate(corpus, Optional.of(Split.TEST), TextChoice.transcript());
      assertNotEquals(expected, found);
      for (int i = 0; i < expected.size(); i++) {
        Map<String, Float> probabilities = found.get(i).recognized().probabilities();
        expected
            .get(i)
            .recognized()
            .probabilities()
            .forEach((label, p) -> assertEquals(p, probabilities.get(label), 0.02, label));
      }
    }
    Path values = Path.of("variables/variables.data-00000-of-00001");
    // Embeddings and head, which are not rounded, are the larger part of so small a model.
    assertTrue(Files.size(model.resolve(values)) < 0.9 * Files.size(exported.resolve(values)));
    String readme = Files.readString(model.resolve("README.md"));
    String type = precision.name().toLowerCase(Locale.ROOT);
    assertTrue(readme.contains("The encoders' products are computed in " + type), readme);
  }

  /**
   * The speakers of the test split are not in the training split, so the run has no rows for them.
   */
  @Test
  void exportOfAModelWithSpeakersTakesAllSpeakersForUnknown() throws IOException {
    RunFolder withSpeakers = new RunFolder(folder.resolve("run"));
    SpeakerConfig speaker = new SpeakerConfig(OptionalInt.of(5), List.of());
    Trainer.start(tiny.withSpeakers(speaker), withSpeakers.path(), TinyCorpus::unwatched);
    Path model = folder.resolve("model");
    EmotionExport.write(withSpeakers, model, Lora.MERGED, Precision.FLOAT32);
    try (EmotionRecognizer recognizer = EmotionRecognizer.load(model)) {
      assertTrue(recognizer.info().toldSpeakers());
      Manifest corpus = Manifest.read(tiny.manifest());
      assertAllAsIn(withSpeakers, recognizer, corpus);
    }
    String readme = Files.readString(model.resolve("README.md"));
    assertTrue(
        readme.contains("This SavedModel has no speaker input: all speakers are unknown"), readme);
  }

  @Test
  void clipAloneHasTheSameOutputsAsInABatch() throws IOException {
    try (EmotionRecognizer recognizer = EmotionRecognizer.load(exported)) {
      for (Utterance utterance : Manifest.read(tiny.manifest()).utterances()) {
        if (utterance.split().equals(Optional.of(Split.TEST))) { // longer ones are cropped
          Waveform waveform = AudioFile.read(utterance.clip().file());
          assertAsIn(run, utterance.id(), recognizer.recognize(waveform, utterance.text()));
        }
      }
    }
  }

  @Test
  void signatureHasTheDocumentedInputsAndOutputs() {
    try (SavedModelBundle model = SavedModelBundle.load(exported.toString(), "serve")) {
      SignatureDef signature = model.metaGraphDef().getSignatureDefOrThrow("serving_default");
      assertEquals("tensorflow/serving/predict", signature.getMethodName());
      assertEquals(
          Map.of(
              "input_values", "DT_FLOAT [-1, -1]",
              "audio_lengths", "DT_INT32 [-1]",
              "input_ids", "DT_INT32 [-1, -1]",
              "text_lengths", "DT_INT32 [-1]"),
          described(signature.getInputsMap()));
      assertEquals(
          Map.of(
              "probabilities", "DT_FLOAT [-1, 3]",
              "logits", "DT_FLOAT [-1, 3]",
              "labels", "DT_STRING [-1]",
              "fusion_weights", "DT_FLOAT [-1, 2]",
              "embedding", "DT_FLOAT [-1, 10]"),
          described(signature.getOutputsMap()));
    }
  }

  @Test
  void assetsAreWhatCallersNeed() throws IOException {
    assertEquals(
        Set.of(
            "saved_model.pb",
            "variables/variables.index",
            "variables/variables.data-00000-of-00001",
            "assets/emotion_model.json",
            "assets/provenance.json",
            "assets/training_clips.bin",
            "assets/tokenizer.json",
            "assets.extra/tf_serving_warmup_requests",
            "batching_params.pbtxt",
            "README.md"),
        RunFiles.files(exported));
    assertArrayEquals(
        Files.readAllBytes(run.path().resolve("provenance.json")),
        Files.readAllBytes(exported.resolve("assets/provenance.json")));
    try (EmotionRecognizer recognizer = EmotionRecognizer.load(exported)) {
      assertEquals(
          new EmotionModelInfo(
              List.of("anger", "neutral", "sadness"),
              Optional.of(200), // (9 − 1) · 20 + 40: the kernels and strides of TinySetup
              8000,
              Optional.of(28), // 30 positions, of which RoBERTa uses all but the first two
              Optional.of(1),
              false,
              run.readMetrics().test()),
          recognizer.info());
    }
  }

  /** What the README.md's Python lines do. */
  @Test
  void shippedTokenizerGivesTheModelsIdsByItself() throws IOException {
    Path asset = exported.resolve("assets/tokenizer.json");
    try (EmotionModel model = EmotionModel.load(exported)) {
      for (String text : List.of("Well", "I am so happy! ".repeat(28))) {
        int[] ids = Tokenizer.encodeByFile(asset, text);
        assertTrue(ids.length <= 28, "" + ids.length);
        assertArrayEquals(model.tokenizer().orElseThrow().encode(text), ids);
      }
    }
    String readme = Files.readString(exported.resolve("README.md"));
    assertTrue(readme.contains("import soundfile, tensorflow as tf, tokenizers\n\n"), readme);
    assertTrue(readme.contains("\nsamples = samples[:8000]  # longer clips are crop"), readme);
  }

  @Test
  void modelWithAudioOnlyTakesNoWords() throws IOException {
    Path hearing = folder.resolve("run");
    Trainer.start(tiny.audioOnly().untrained(), hearing, TinyCorpus::unwatched);
    EmotionExport.write(
        new RunFolder(hearing), folder.resolve("model"), Lora.MERGED, Precision.FLOAT32);
    try (EmotionRecognizer recognizer = EmotionRecognizer.load(folder.resolve("model"))) {
      assertFalse(recognizer.info().usesText());
      Recognition recognition =
          recognizer.recognize(new Waveform(new float[300]), Optional.empty());
      assertEquals(Optional.empty(), recognition.fusionWeights());
    }
  }

  @Test
  void modelWithTextOnlyTakesNoAudio() throws IOException {
    Path reading = folder.resolve("run");
    Trainer.start(tiny.textOnly().untrained(), reading, TinyCorpus::unwatched);
    EmotionExport.write(
        new RunFolder(reading), folder.resolve("model"), Lora.SEPARATE, Precision.FLOAT32);
    try (EmotionRecognizer recognizer = EmotionRecognizer.load(folder.resolve("model"))) {
      assertFalse(recognizer.info().usesAudio());
      recognizer.recognize(new Waveform(new float[0]), Optional.of("so"));
    }
  }

  @Test
  void wordsThatAreMissingAndClipsThatAreTooShortAreRefused() throws IOException {
    try (EmotionRecognizer recognizer = EmotionRecognizer.load(exported)) {
      Waveform enough = new Waveform(new float[200]);
      Waveform tooShort = new Waveform(new float[199]);
      IllegalArgumentException words =
          assertThrows(
              IllegalArgumentException.class, () -> recognizer.recognize(enough, Optional.empty()));
      assertEquals("this model takes text too: give the words that are spoken", words.getMessage());
      IllegalArgumentException samples =
          assertThrows(
              IllegalArgumentException.class,
              () -> recognizer.recognize(tooShort, Optional.of("so")));
      assertEquals(
          "expected at least 200 samples at 16 kHz, one frame of the encoder; found 199",
          samples.getMessage());
      recognizer.recognize(enough, Optional.of("so"));
    }
  }

  @Test
  void runThatHasNotEndedIsNotExported() throws IOException {
    Path unfinished = folder.resolve("run");
    TestFiles.copy(run.path(), unfinished);
    Files.delete(unfinished.resolve("metrics.json"));
    assertRefused(
        unfinished,
        unfinished
            + ": the run has not ended; `lora-mer train --resume "
            + unfinished
            + "` goes on with it");
  }

  @Test
  void folderThatIsNoRunIsNotExported() throws IOException {
    assertRefused(
        folder, folder + ": not a run: it has no config.yaml; `lora-mer train` makes one");
  }

  @Test
  void runWhoseEncoderIsMissingIsNotExported() throws IOException {
    Path orphan = folder.resolve("run");
    TestFiles.copy(run.path(), orphan);
    Path config = orphan.resolve("config.yaml");
    Files.writeString(config, Files.readString(config).replace("/wavlm\"", "/gone\""));
    Path gone = tiny.speechEncoder().resolveSibling("gone");
    assertRefused(
        orphan,
        gone + ": not a SavedModel: it has no saved_model.pb; `lora-mer convert` makes one");
  }

  @Test
  void targetThatExistsIsNotTouched() throws IOException {
    Files.createDirectory(folder.resolve("model"));
    assertRefused(
        run.path(), folder.resolve("model") + " exists already; remove it or name another folder");
  }

  @Test
  void runIsNotTakenForAModel() {
    IOException e = assertThrows(IOException.class, () -> EmotionRecognizer.load(run.path()));
    assertEquals(
        run.path()
            + ": expected an exported emotion model, found no"
            + " assets/emotion_model.json; `lora-mer export` writes one from a run",
        e.getMessage());
  }

  @Test
  void damagedModelIsNamed() throws IOException {
    Path model = folder.resolve("model");
    TestFiles.copy(exported, model);
    Files.write(model.resolve("variables/variables.index"), new byte[7]);
    IOException e = assertThrows(IOException.class, () -> EmotionRecognizer.load(model));
    assertTrue(e.getMessage().startsWith(model + ": TensorFlow cannot load it: "), e.getMessage());
  }

  @Test
  void modelWithoutItsVariablesIsNamed() throws IOException {
    Path model = folder.resolve("model");
    TestFiles.copy(exported, model);
    Path index = model.resolve("variables/variables.index");
    Files.delete(index);
    IOException e = assertThrows(IOException.class, () -> EmotionRecognizer.load(model));
    assertEquals(
        index.getParent()
            + ": expected variables.index and variables.data-00000-of-00001, found"
            + " [variables.data-00000-of-00001]",
        e.getMessage());
  }

  /** Asserts that the export fails and leaves no file behind. */
  private void assertRefused(Path from, String message) throws IOException {
    Set<String> before = RunFiles.files(folder);
    IOException e =
        assertThrows(
            IOException.class,
            () ->
                EmotionExport.write(
                    new RunFolder(from), folder.resolve("model"), Lora.MERGED, Precision.FLOAT32));
    assertEquals(message, e.getMessage());
    assertEquals(before, RunFiles.files(folder));
  }

  /** Compares with the prediction in the run's predictions.jsonl. */
  private static void assertAsIn(RunFolder run, String id, Recognition recognized)
      throws IOException {
    for (String line : Files.readAllLines(run.path().resolve("predictions.jsonl"))) {
      JsonNode prediction = new ObjectMapper().readTree(line);
      if (prediction.get("id").asText().equals(id)) {
        JsonNode expected = prediction.get("recognized");
        assertClose(expected.get("probabilities"), recognized.probabilities());
        assertClose(expected.get("fusion_weights"), recognized.fusionWeights().orElseThrow());
        assertEquals(expected.get("label").asText(), recognized.label());
        return;
      }
    }
    throw new AssertionError("the run has no prediction of " + id);
  }

  private static void assertClose(JsonNode expected, Map<String, Float> actual) {
    assertEquals(expected.size(), actual.size());
    actual.forEach(
        (name, value) -> assertEquals(expected.get(name).floatValue(), value, ATOL, name));
  }

  private static Map<String, String> described(Map<String, TensorInfo> tensors) {
    Map<String, String> described = new TreeMap<>();
    tensors.forEach(
        (name, info) -> {
          List<Long> sizes =
              info.getTensorShape().getDimList().stream()
                  .map(TensorShapeProto.Dim::getSize)
                  .toList();
          described.put(name, info.getDtype() + " " + sizes);
        });
    return described;
  }
}

package io.loramer.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.model.head.HeadConfig;
import io.loramer.model.head.Layers;
import io.loramer.model.head.SpeakerConfig;
import io.loramer.model.information.Marginals;
import io.loramer.model.information.MineEstimator;
import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.device.Device;
import io.loramer.recognition.measures.Prediction;
import io.loramer.recognition.measures.SplitMetrics;
import io.loramer.recognition.testing.TinyCorpus;
import io.loramer.savedmodels.lora.LoraConfig;
import io.loramer.savedmodels.lora.TargetModules;
import io.loramer.savedmodels.optimize.Precision;
import io.loramer.savedmodels.weights.Safetensors;
import io.loramer.training.config.CacheConfig.States;
import io.loramer.training.config.ComputeConfig;
import io.loramer.training.config.OptimizationConfig;
import io.loramer.training.config.RunConfig;
import io.loramer.training.config.RunConfig.Adaptation;
import io.loramer.training.config.RunConfig.AudioConfig;
import io.loramer.training.run.EpochMetrics;
import io.loramer.training.run.RunFolder;
import io.loramer.training.run.RunMetrics;
import io.loramer.training.run.TrainedWeights;
import io.loramer.training.testing.RunFiles;
import io.loramer.training.testing.TinySetup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

@Tag("slow")
class TrainerTest {
  private static final List<String> HEAD_ONLY = List.of("head.safetensors");
  private static final List<String> HEAD_AND_ADAPTER =
      List.of("adapter_config.json", "adapter_model.safetensors", "head.safetensors");

  @TempDir private static Path shared;
  private static TinySetup tiny;

  /** Three epochs of three steps. */
  private static Path run;

  private static RunMetrics metrics;

  @TempDir private Path folder;

  @BeforeAll
  static void train() throws IOException {
    tiny = TinySetup.in(shared);
    run = shared.resolve("run");
    metrics = Trainer.start(tiny.config(), run, TinyCorpus::unwatched);
  }

  @Test
  void twoRunsOfOneSeedAreEqualBitForBit() throws IOException {
    Path other = folder.resolve("run");
    Trainer.start(tiny.config(), other, TinyCorpus::unwatched);
    RunFiles.assertSameResults(run, other);
  }

  @Test
  void anotherSeedGivesAnotherRun() throws IOException {
    OptimizationConfig seeded = new OptimizationConfig(1, 3, 1e-2f, 10, OptionalDouble.of(2), 2);
    RunMetrics other = train(tiny.config().withTraining(seeded));
    assertNotEquals(metrics.epochs().get(0), other.epochs().get(0));
  }

  /** States that are computed in other batches differ in their last bits. */
  @Test
  void withoutStoredStatesTheRunEndsWithTheSameNumbers() throws IOException {
    RunMetrics without = train(tiny.stored(States.NONE));
    for (int i = 0; i < metrics.epochs().size(); i++) {
      EpochMetrics expected = metrics.epochs().get(i);
      EpochMetrics found = without.epochs().get(i);
      assertEquals(expected.loss(), found.loss(), 1e-5);
      assertEquals(expected.validationCrossEntropy(), found.validationCrossEntropy(), 1e-5);
    }
    assertEquals(metrics.bestEpoch(), without.bestEpoch());
  }

  @Test
  void statesStoredInHalfPrecisionGiveNearlyTheSameNumbers() throws IOException {
    RunMetrics half = train(tiny.stored(States.FLOAT16));
    double expected = metrics.epochs().get(0).loss();
    assertEquals(expected, half.epochs().get(0).loss(), 1e-2);
    assertNotEquals(expected, half.epochs().get(0).loss());
  }

  @ParameterizedTest
  @EnumSource(names = {"BFLOAT16", "FLOAT16"})
  void halfPrecisionGivesNearlyTheSameLosses(Precision precision) throws IOException {
    ComputeConfig compute =
        new ComputeConfig(new Device("cpu"), Optional.of(precision), Optional.empty());
    RunMetrics rounded = train(tiny.config().withCompute(compute));
    double expected = metrics.epochs().get(0).loss();
    assertEquals(expected, rounded.epochs().get(0).loss(), 2e-2);
    assertNotEquals(expected, rounded.epochs().get(0).loss());
  }

  /** A compiled graph draws other numbers for dropout, so its losses differ from the others. */
  @Test
  void twoCompiledRunsOfOneSeedAreEqualBitForBit() throws IOException {
    ComputeConfig compiled =
        new ComputeConfig(new Device("cpu"), Optional.of(Precision.FLOAT32), Optional.of(true));
    RunConfig config = tiny.config().withCompute(compiled);
    RunMetrics first = Trainer.start(config, folder.resolve("first"), TinyCorpus::unwatched);
    Trainer.start(config, folder.resolve("second"), TinyCorpus::unwatched);
    RunFiles.assertSameResults(folder.resolve("first"), folder.resolve("second"));
    assertEquals(metrics.epochs().get(0).loss(), first.epochs().get(0).loss(), 0.1);
    assertNotEquals(metrics.epochs().get(0).loss(), first.epochs().get(0).loss());
  }

  @Test
  void theRunsConfigurationHasPrecisionAndXla() throws IOException {
    ComputeConfig compute = new RunFolder(run).readConfig().compute();
    assertEquals(Optional.of(Precision.FLOAT32), compute.precision());
    assertEquals(Optional.of(false), compute.xla());
  }

  @Test
  void storedUtterancesAreNotEncodedAgain() throws IOException {
    List<String> phases = new ArrayList<>();
    RunConfig config = tiny.config().untrained();
    Trainer.start(config, folder.resolve("run"), progress -> phases.add(progress.phase()));
    assertTrue(phases.contains("test split"), phases.toString());
    assertFalse(phases.contains("encoding speech"), phases.toString());
  }

  @Test
  void headThatDoesNotFitAnEncoderIsRefusedBeforeAClipIsDecoded() {
    RunConfig all = tiny.config();
    HeadConfig head = all.head();
    HeadConfig deep =
        new HeadConfig(
            head.size(),
            head.attentionSize(),
            Layers.SUM_LAST_FOUR,
            head.pooling(),
            head.dropout(),
            head.mine(),
            head.speaker());
    RunConfig config = all.withHead(deep);
    List<String> phases = new ArrayList<>();
    var refused =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                Trainer.start(
                    config, folder.resolve("run"), progress -> phases.add(progress.phase())));
    assertEquals(
        "head.layers: sum_last_four needs an encoder of 4 layers, found 2; take last or weighted",
        refused.getMessage());
    assertEquals(List.of(), phases);
  }

  @Test
  void theFolderHoldsAllDocumentedFiles() throws IOException {
    Set<String> expected =
        new TreeSet<>(
            List.of(
                "config.yaml",
                "provenance.json",
                "training_clips.bin",
                "metrics.json",
                "predictions.jsonl",
                "projector_config.pbtxt",
                "embeddings.tsv",
                "embeddings_metadata.tsv",
                "events.out.tfevents.*",
                "model/adapter_config.json",
                "model/adapter_model.safetensors",
                "model/head.safetensors"));
    assertTrue(metrics.bestEpoch() < 3);
    for (int epoch : new int[] {metrics.bestEpoch(), 3}) { // the best and the newest
      for (String file :
          List.of("progress.json", "variables.index", "variables.data-00000-of-00001")) {
        expected.add("checkpoints/epoch-" + epoch + "/" + file);
      }
    }
    assertEquals(expected, RunFiles.files(run));
  }

  @Test
  void resultsAreReadAgainAsTheyWereWritten() throws IOException {
    assertEquals(metrics, new RunFolder(run).readMetrics());
    assertEquals(tiny.labelled("anger", "neutral", "sadness"), new RunFolder(run).readConfig());
  }

  @Test
  void eachPredictionHasItsSplit() throws IOException {
    String lines = Files.readString(run.resolve("predictions.jsonl"));
    assertTrue(lines.startsWith("{\"id\":\"u7\",\"split\":\"validation\""), lines);
    List<Prediction> predictions = new RunFolder(run).readPredictions();
    for (Split split : List.of(Split.VALIDATION, Split.TEST)) {
      SplitMetrics expected =
          split == Split.TEST ? metrics.test().orElseThrow() : metrics.validation();
      List<Prediction> found =
          predictions.stream().filter(p -> p.split().orElseThrow() == split).toList();
      assertEquals(expected, SplitMetrics.of(expected.labels(), found));
    }
  }

  @Test
  void theProjectorShowsTheLinesOfThePredictionsInTheirOrder() throws IOException {
    List<Prediction> predictions = new RunFolder(run).readPredictions();
    List<String> metadata = Files.readAllLines(run.resolve("embeddings_metadata.tsv"));
    assertEquals("id\tsplit\tspeaker\tlabel\tpredicted", metadata.get(0));
    List<String> expected = new ArrayList<>();
    for (Prediction of : predictions) {
      String split = of.split().orElseThrow().word();
      expected.add(
          String.join("\t", of.id(), split, of.speaker(), of.label(), of.recognized().label()));
    }
    assertEquals(expected, metadata.subList(1, metadata.size()));
    Set<String> embeddings = new TreeSet<>(Files.readAllLines(run.resolve("embeddings.tsv")));
    assertEquals(predictions.size(), embeddings.size()); // no two are the same
    for (String embedding : embeddings) {
      assertEquals(10, embedding.split("\t").length, embedding);
    }
  }

  @Test
  void clipsOverTheLimitAreCroppedAndCounted() {
    // Clip i has 3200 + 423 i samples, of which 0.5 s are 8000: 12 to 15 are longer.
    assertEquals(4, metrics.croppedClips());
  }

  @Test
  void trainingStopsWhenPatienceIsOver() throws IOException {
    // With this learning rate no weight changes, so that the first epoch stays the best.
    OptimizationConfig frozen = new OptimizationConfig(9, 3, 1e-30f, 2, OptionalDouble.empty(), 1);
    RunMetrics stopped = train(tiny.config().withTraining(frozen));
    assertEquals(1, stopped.bestEpoch());
    assertEquals(3, stopped.epochs().size());
  }

  @Test
  void noEpochsGiveTheUntrainedModel() throws IOException {
    RunMetrics untrained = train(tiny.config().untrained());
    assertEquals(0, untrained.bestEpoch());
    assertEquals(List.of(), untrained.epochs());
    try (TrainedWeights weights = TrainedWeights.read(folder.resolve("run/model"), true)) {
      for (var matrix : weights.adapter().orElseThrow().matrices().entrySet()) {
        boolean isB = matrix.getKey().endsWith("lora_B.weight");
        assertEquals(isB, isZero(matrix.getValue()), matrix.getKey());
      }
    }
  }

  @Test
  void modelWithAudioOnlyIsTrained() throws IOException {
    assertFalse(train(tiny.audioOnly()).epochs().get(0).mutualInformation().isPresent());
    assertModelHolds(HEAD_AND_ADAPTER);
  }

  @Test
  void modelWithTextOnlyIsTrained() throws IOException {
    assertFalse(train(tiny.textOnly()).epochs().get(0).mutualInformation().isPresent());
    assertModelHolds(HEAD_ONLY);
  }

  @Test
  void modelWithAFrozenSpeechEncoderIsTrained() throws IOException {
    AudioConfig audio = tiny.config().audio();
    train(
        tiny.config().withAudio(new AudioConfig(audio.encoder(), Adaptation.FROZEN, audio.lora())));
    assertModelHolds(HEAD_ONLY);
  }

  @ParameterizedTest
  @EnumSource
  void everyEstimatorTrains(MineEstimator estimator) throws IOException {
    RunMetrics found = train(tiny.estimating(Marginals.ALL_PAIRS, estimator));
    for (EpochMetrics epoch : found.epochs()) {
      assertTrue(Double.isFinite(epoch.mutualInformation().orElseThrow()));
    }
  }

  @Test
  void speakersOfTheTrainingSplitHaveARowEach() throws IOException {
    train(tiny.withSpeakers(new SpeakerConfig(OptionalInt.of(5), List.of())));
    assertModelHolds(HEAD_AND_ADAPTER);
    Path run = folder.resolve("run");
    assertEquals(
        List.of("train-0", "train-1"), new RunFolder(run).readConfig().head().speaker().known());
    try (TrainedWeights weights = TrainedWeights.read(run.resolve("model"), true)) {
      TFloat32 rows = weights.head().get("speaker.rows");
      assertEquals(Shape.of(3, 5), rows.shape());
      rows.scalars().forEach(learnt -> assertNotEquals(0, learnt.getFloat()));
    }
  }

  @Test
  void evaluationUsesTheRowsOfKnownSpeakers() throws IOException {
    RunConfig config = tiny.withSpeakers(new SpeakerConfig(OptionalInt.of(5), List.of()));
    String lines = Files.readString(tiny.manifest()).replace("\"validation-", "\"train-");
    Path corpus = Files.writeString(tiny.manifest().resolveSibling("known.jsonl"), lines);
    RunConfig knownVoices = config.withData(tiny.on(corpus).data());
    EpochMetrics unknown = train(config).epochs().get(0);
    EpochMetrics known =
        Trainer.start(knownVoices, folder.resolve("known"), TinyCorpus::unwatched).epochs().get(0);
    assertEquals(unknown.loss(), known.loss());
    assertNotEquals(unknown.validationCrossEntropy(), known.validationCrossEntropy());
  }

  @Test
  void shuffledMarginalsGiveAnotherEstimate() throws IOException {
    double shuffled =
        train(tiny.estimating(Marginals.SHUFFLE, MineEstimator.DV))
            .epochs()
            .get(0)
            .mutualInformation()
            .orElseThrow();
    assertNotEquals(metrics.epochs().get(0).mutualInformation().orElseThrow(), shuffled);
  }

  @Test
  void corpusWithoutATestSplitGivesNoMeasuresOfOne() throws IOException {
    String lines = Files.readString(tiny.manifest()).replace("\"test\"", "\"train\"");
    Path corpus = Files.writeString(tiny.manifest().resolveSibling("no-test.jsonl"), lines);
    RunMetrics found = train(tiny.on(corpus).untrained());
    assertEquals(Optional.empty(), found.test());
    assertEquals(found, new RunFolder(folder.resolve("run")).readMetrics());
  }

  @Test
  void lossThatIsNotFiniteEndsTheRunWithAdvice() {
    OptimizationConfig tooFast = new OptimizationConfig(3, 3, 1e30f, 10, OptionalDouble.empty(), 1);
    IOException e =
        assertThrows(IOException.class, () -> train(tiny.config().withTraining(tooFast)));
    assertTrue(e.getMessage().contains("lower training.learning_rate"), e.getMessage());
  }

  @Test
  void runThatCannotStartLeavesNothing() throws IOException {
    Path noAudio = tiny.manifest().resolveSibling("no-audio.jsonl");
    Files.writeString(noAudio, Files.readString(tiny.manifest()).replace("7.wav", "corpus.jsonl"));
    AudioConfig audio = tiny.config().audio();
    LoraConfig misplaced = new LoraConfig(2, 16, 0, new TargetModules(List.of("w_proj"), ""));
    Optional<Path> textEncoder = tiny.config().text().encoder();
    Map<String, RunConfig> wrong =
        Map.of(
            "line 2: label: expected one of anger, sadness, found neutral",
            tiny.labelled("anger", "sadness"),
            "line 8: " + tiny.manifest() + ": is not audio",
            tiny.on(noAudio),
            "LoRA target_modules: w_proj matches no linear map",
            tiny.config().withAudio(new AudioConfig(audio.encoder(), Adaptation.LORA, misplaced)),
            "expected a speech encoder, found a text encoder",
            tiny.config().withAudio(new AudioConfig(textEncoder, Adaptation.FROZEN, audio.lora())),
            "head.speaker.known: expected some of those trained on, [train-0, train-1], found [me]",
            tiny.withSpeakers(new SpeakerConfig(OptionalInt.of(5), List.of("me"))));
    for (var entry : wrong.entrySet()) {
      Exception e = assertThrows(Exception.class, () -> train(entry.getValue()));
      assertTrue(e.getMessage().contains(entry.getKey()), e.getMessage());
      assertEquals(Set.of(), RunFiles.files(folder), entry.getKey());
    }
  }

  @Test
  void folderThatExistsIsNotTouched() throws IOException {
    Files.createDirectory(folder.resolve("run"));
    IOException e = assertThrows(IOException.class, () -> train(tiny.config()));
    assertEquals(
        folder.resolve("run") + " exists already; remove it or name another folder",
        e.getMessage());
    assertEquals(Set.of(), RunFiles.files(folder));
  }

  @Test
  void folderOfARunThatHasNotEndedIsResumedInstead() throws IOException {
    Path run = Files.createDirectory(folder.resolve("run"));
    Files.createFile(run.resolve("config.yaml"));
    IOException e = assertThrows(IOException.class, () -> train(tiny.config()));
    assertEquals(
        "%1$s exists already: a run that has not ended: `lora-mer train --resume %1$s` goes on with it"
            .formatted(run),
        e.getMessage());
  }

  @Test
  void folderThatCannotBeMadeIsRefusedBeforeTheWork() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    Path run = file.resolve("runs/first");
    IOException e =
        assertThrows(
            IOException.class, () -> Trainer.start(tiny.config(), run, TinyCorpus::unwatched));
    assertEquals(run + ": cannot be made, since " + file + " is a file", e.getMessage());
  }

  private RunMetrics train(RunConfig config) throws IOException {
    return Trainer.start(config, folder.resolve("run"), TinyCorpus::unwatched);
  }

  /** Asserts that the last run's model has these files, which hold all trainable parameters. */
  private void assertModelHolds(List<String> expected) throws IOException {
    Path model = folder.resolve("run/model");
    assertEquals(new TreeSet<>(expected), RunFiles.files(model));
    long parameters = 0;
    for (String name : expected) {
      if (name.endsWith(".safetensors")) {
        try (Safetensors file = Safetensors.open(model.resolve(name))) {
          parameters += file.names().stream().mapToLong(n -> file.shape(n).size()).sum();
        }
      }
    }
    assertEquals(
        new RunFolder(folder.resolve("run")).readMetrics().trainableParameters(), parameters);
  }

  private static boolean isZero(TFloat32 tensor) {
    return tensor.streamOfObjects().allMatch(value -> value == 0);
  }
}

package io.loramer.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.model.head.HeadConfig;
import io.loramer.model.head.Layers;
import io.loramer.recognition.EmotionRecognizer;
import io.loramer.recognition.audio.Waveform;
import io.loramer.recognition.corpus.Manifest;
import io.loramer.recognition.corpus.Progress;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.measures.Prediction;
import io.loramer.recognition.testing.TinyCorpus;
import io.loramer.savedmodels.encoders.EncoderConversion;
import io.loramer.savedmodels.encoders.PaddingInNorm;
import io.loramer.savedmodels.lora.LoraConfig;
import io.loramer.savedmodels.lora.TargetModules;
import io.loramer.savedmodels.optimize.Precision;
import io.loramer.training.config.CacheConfig.States;
import io.loramer.training.config.ComputeConfig;
import io.loramer.training.config.DataConfig;
import io.loramer.training.config.OptimizationConfig;
import io.loramer.training.config.RunConfig;
import io.loramer.training.config.RunConfig.Adaptation;
import io.loramer.training.config.RunConfig.AudioConfig;
import io.loramer.training.config.RunConfig.TextConfig;
import io.loramer.training.config.SplitConfig;
import io.loramer.training.export.EmotionExport;
import io.loramer.training.run.EpochMetrics;
import io.loramer.training.run.RunFolder;
import io.loramer.training.run.RunMetrics;
import io.loramer.training.testing.RunFiles;
import io.loramer.training.testing.TinySetup;
import io.loramer.training.testing.TransformersModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs whose encoders are SavedModels that transformers' TF classes wrote. */
@Tag("slow")
final class TransformersModelTest {
  /** Without dropout, which the SavedModels lack. */
  private static final LoraConfig LORA =
      new LoraConfig(3, 4, 0, new TargetModules(List.of("q_proj", "v_proj"), ""));

  @TempDir private static Path shared;
  private static TinySetup tiny;
  private static Path wav2vec2;
  private static Path hubert;
  private static Path roberta;

  @TempDir private Path folder;

  @BeforeAll
  static void make() throws IOException {
    tiny = TinySetup.in(shared);
    wav2vec2 =
        TransformersModel.in(shared.resolve("tf-wav2vec2"), "wav2vec2", "audio/wav2vec2-base");
    hubert = TransformersModel.in(shared.resolve("tf-hubert"), "hubert", "audio/hubert-tiny");
    roberta = TransformersModel.in(shared.resolve("tf-roberta"), "roberta", "text/roberta");
  }

  private static RunConfig config(Path speech, Path text) {
    return tiny.stored(States.NONE)
        .withAudio(new AudioConfig(Optional.of(speech), Adaptation.LORA, LORA))
        .withText(TextConfig.transcripts(Optional.of(text)));
  }

  /** The weights are the same, so a run through the conversion is the golden one. */
  @Test
  void lossesOfLoraAreThoseThroughTheConvertedCheckpoint() throws IOException {
    Path checkpoint = Files.createDirectory(folder.resolve("checkpoint"));
    Path source = TransformersModel.checkpoint("audio/wav2vec2-base");
    for (String file : List.of("preprocessor_config.json", "model.safetensors")) {
      Files.copy(source.resolve(file), checkpoint.resolve(file));
    }
    String settings = Files.readString(source.resolve("config.json"));
    Files.writeString(
        checkpoint.resolve("config.json"),
        settings.replaceAll("\"((hidden|attention|activation)_dropout)\": 0.1", "\"$1\": 0.0"));
    Path converted = folder.resolve("converted");
    EncoderConversion.convert(checkpoint, converted, PaddingInNorm.COUNTED);
    Path text = folder.resolve("roberta");
    EncoderConversion.convert(
        TransformersModel.checkpoint("text/roberta"), text, PaddingInNorm.IGNORED);

    // Small, since Adam makes of a rounding error in a gradient a step of the learning rate.
    OptimizationConfig slow = new OptimizationConfig(3, 3, 1e-3f, 10, OptionalDouble.of(2), 1);
    List<EpochMetrics> golden = train(config(converted, text).withTraining(slow)).epochs();
    List<EpochMetrics> found = train(config(wav2vec2, roberta).withTraining(slow)).epochs();

    assertEquals(golden.size(), found.size());
    for (int i = 0; i < golden.size(); i++) {
      assertEquals(golden.get(i).loss(), found.get(i).loss(), 1e-6);
      assertEquals(
          golden.get(i).validationCrossEntropy(), found.get(i).validationCrossEntropy(), 1e-6);
    }
    assertTrue(found.get(found.size() - 1).loss() < found.get(0).loss() - 0.02);
  }

  @Test
  void interruptedRunOfLoraIsResumedToTheSameEnd() throws IOException {
    RunConfig config = config(wav2vec2, roberta);
    Path whole = folder.resolve("whole");
    Trainer.start(config, whole, TinyCorpus::unwatched);
    Path broken = folder.resolve("broken");
    Consumer<Progress> breaking =
        progress -> {
          if (progress.phase().equals("epoch 3/3")) {
            throw new IllegalStateException("broken off");
          }
        };
    assertThrows(IllegalStateException.class, () -> Trainer.start(config, broken, breaking));
    Trainer.resume(broken, TinyCorpus::unwatched);
    RunFiles.assertSameResults(whole, broken);
  }

  /** TFHubertModel takes exactly 16,000 samples: the clips of up to 0.5 s are padded to that. */
  @Test
  void exportOfAnEncoderWithOneLengthAnswersForAClipWhatTheRunDid() throws IOException {
    Path run = folder.resolve("run");
    Trainer.start(config(hubert, roberta), run, TinyCorpus::unwatched);
    Path model = folder.resolve("model");
    EmotionExport.write(new RunFolder(run), model, EmotionExport.Lora.MERGED, Precision.FLOAT32);
    Map<String, Utterance> utterances =
        Manifest.read(tiny.manifest()).utterances().stream()
            .collect(Collectors.toMap(Utterance::id, utterance -> utterance));
    try (EmotionRecognizer recognizer = EmotionRecognizer.load(model)) {
      for (Prediction expected : new RunFolder(run).readPredictions()) {
        Utterance utterance = utterances.get(expected.id());
        float[] samples = utterance.clip().read().samples();
        Waveform cropped = new Waveform(Arrays.copyOf(samples, Math.min(samples.length, 8000)));
        Map<String, Float> found = recognizer.recognize(cropped, utterance.text()).probabilities();
        expected
            .recognized()
            .probabilities()
            .forEach((label, p) -> assertEquals(p, found.get(label), 1e-5));
      }
    }
  }

  @Test
  void clipsLongerThanTheOnlyLengthOfAnEncoderAreRefusedBeforeTheRun() {
    DataConfig seconds =
        new DataConfig(
            Optional.of(tiny.manifest()), List.of(), 13, SplitConfig.none(), SplitConfig.none());
    RunConfig config = config(hubert, roberta).withData(seconds);
    String refused = assertThrows(IOException.class, () -> train(config)).getMessage();
    String expected =
        "data.max_duration_seconds: expected at most 1.0, found 13.0: %s/saved_model/1 takes exactly"
            + " 16000 samples at 16 kHz";
    assertTrue(refused.startsWith(expected.formatted(hubert)), refused);
    assertFalse(Files.exists(folder.resolve("run")));
  }

  @Test
  void headThatMixesLayersRefusesAnEncoderWithItsLastHiddenStateOnly() {
    HeadConfig head = tiny.config().head();
    RunConfig config =
        config(wav2vec2, roberta)
            .withHead(
                new HeadConfig(
                    head.size(),
                    head.attentionSize(),
                    Layers.WEIGHTED,
                    head.pooling(),
                    head.dropout(),
                    head.mine(),
                    head.speaker()));
    String refused = assertThrows(IllegalArgumentException.class, () -> train(config)).getMessage();
    assertTrue(refused.contains("gives only last_hidden_state"), refused);
  }

  @ParameterizedTest
  @CsvSource({"FLOAT16, false", "BFLOAT16, true"})
  void fasterComputationGivesNearlyTheSameLosses(Precision precision, boolean xla)
      throws IOException {
    RunConfig exact = config(wav2vec2, roberta);
    exact = exact.withTraining(exact.training().withEpochs(1));
    ComputeConfig faster =
        new ComputeConfig(exact.compute().device(), Optional.of(precision), Optional.of(xla));
    double expected = train(exact).epochs().get(0).loss();
    assertEquals(expected, train(exact.withCompute(faster)).epochs().get(0).loss(), 2e-2);
  }

  private RunMetrics train(RunConfig config) throws IOException {
    int runs = 0;
    while (Files.exists(folder.resolve("run" + runs))) {
      runs++;
    }
    return Trainer.start(config, folder.resolve("run" + runs), TinyCorpus::unwatched);
  }
}

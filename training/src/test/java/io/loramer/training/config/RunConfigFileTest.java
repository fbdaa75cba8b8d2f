package io.loramer.training.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.loramer.model.head.Layers;
import io.loramer.model.head.SpeakerConfig;
import io.loramer.model.information.Marginals;
import io.loramer.model.information.MineEstimator;
import io.loramer.recognition.device.Device;
import io.loramer.savedmodels.lora.LoraConfig;
import io.loramer.savedmodels.lora.TargetModules;
import io.loramer.savedmodels.optimize.Precision;
import io.loramer.training.config.RunConfig.Adaptation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunConfigFileTest {
  @TempDir private Path folder;

  @Test
  void defaultsAreReadAgainAsTheyWereWritten() throws IOException {
    Path file = folder.resolve("config.yaml");
    RunConfigFile.write(file, RunConfig.defaults());
    assertEquals(RunConfig.defaults(), RunConfigFile.read(Optional.of(file), Map.of()));
    assertEquals(RunConfig.defaults(), RunConfigFile.read(Optional.empty(), Map.of()));
  }

  @Test
  void pathsOfAPointAreRelativeToTheFileAndThoseOfTheCommandLineAreNot() throws IOException {
    Path file =
        Files.writeString(folder.resolve("run.yaml"), "audio: {encoder: a}\ntraining: {seed: 5}\n");
    RunConfig config =
        RunConfigFile.read(
            file,
            Map.of("audio.encoder", "\"encoders/b\"", "training.epochs", "7"),
            Map.of("text.encoder", "c"));
    assertEquals(Optional.of(folder.resolve("encoders/b")), config.audio().encoder());
    assertEquals(Optional.of(Path.of("c").toAbsolutePath()), config.text().encoder());
    assertEquals(7, config.training().epochs());
    assertEquals(5, config.training().seed());
  }

  @Test
  void everyKeyIsReadAgainAsItWasWritten() throws IOException {
    RunConfig config =
        read(
            """
            data:
              manifest: /corpus/a b.jsonl
              labels: ["no", "off", "03"]
              max_duration_seconds: 7.25
              validation: {speakers: ["03", "Ses01_F"], sessions: ["1"]}
              test: {speakers: [], sessions: [2, 3]}
            audio:
              encoder: /encoders/wavlm
              adaptation: frozen
              lora: {rank: 3, alpha: 7.5, dropout: 0.15, target_modules: ".*[qk]_proj"}
            text: {encoder: /encoders/roberta}
            head:
              size: 128
              attention_size: 96
              layers: weighted
              pooling: after_convolutions
              dropout: 0.2
              mine: {lambda: 0.125, hidden: 77, marginals: shuffle, estimator: smile}
              speaker: {size: 6, known: ["03", Ses01_F]}
            training:
              epochs: 3
              batch_size: 5
              learning_rate: 3e-4
              patience: 2
              max_gradient_norm: 1
              seed: -9223372036854775808
            cache: {states: none, folder: /cache}
            compute: {precision: bfloat16}
            """);
    Path file = folder.resolve("again.yaml");
    RunConfigFile.write(file, config);
    assertEquals(config, RunConfigFile.read(Optional.of(file), Map.of()));

    assertEquals(List.of("no", "off", "03"), config.data().labels());
    assertEquals(
        new SplitConfig(List.of("03", "Ses01_F"), List.of("1")), config.data().validation());
    assertEquals(new SplitConfig(List.of(), List.of("2", "3")), config.data().test());
    assertEquals(Adaptation.FROZEN, config.audio().adaptation());
    assertEquals(
        new TargetModules(List.of(), ".*[qk]_proj"), config.audio().lora().targetModules());
    assertEquals(OptionalInt.of(96), config.head().attentionSize());
    assertEquals(Layers.WEIGHTED, config.head().layers());
    assertEquals(Marginals.SHUFFLE, config.head().mine().marginals());
    assertEquals(MineEstimator.SMILE, config.head().mine().estimator());
    assertEquals(
        new SpeakerConfig(OptionalInt.of(6), List.of("03", "Ses01_F")), config.head().speaker());
    assertEquals(
        new OptimizationConfig(3, 5, 3e-4f, 2, OptionalDouble.of(1), Long.MIN_VALUE),
        config.training());
    assertEquals(
        new CacheConfig(CacheConfig.States.NONE, Optional.of(Path.of("/cache"))), config.cache());
    assertEquals(
        new ComputeConfig(new Device("auto"), Optional.of(Precision.BFLOAT16), Optional.empty()),
        config.compute());
  }

  @Test
  void targetModulesAreNamesOrAnExpression() throws IOException {
    String list = "audio: {lora: {target_modules: [q_proj, k_proj]}}";
    assertEquals(
        new TargetModules(List.of("q_proj", "k_proj"), ""),
        read(list).audio().lora().targetModules());
  }

  @Test
  void ranksAndAlphasOfModulesAreReadAgainAsTheyWereWritten() throws IOException {
    RunConfig config =
        read(
            """
            audio:
              lora:
                rank_pattern: {v_proj: 5}
                alpha_pattern: {'layers\\.0\\..*': 12.5}
                use_rslora: true
            """);
    LoraConfig lora = config.audio().lora();
    assertEquals(5, lora.rank("encoder.layers.0.attention.v_proj"));
    assertEquals(2, lora.rank("encoder.layers.0.attention.q_proj"));
    assertEquals((float) (12.5 / Math.sqrt(5)), lora.scaling("encoder.layers.0.attention.v_proj"));

    Path file = folder.resolve("again.yaml");
    RunConfigFile.write(file, config);
    assertEquals(config, RunConfigFile.read(Optional.of(file), Map.of()));
  }

  @Test
  void fileHoldsOnlyWhatDiffersAndOverridesComeLast() throws IOException {
    Path file = write("training: {epochs: 7, patience: 3}\nhead:\n# all as it is\n");
    Map<String, String> overrides = new LinkedHashMap<>();
    overrides.put("training.epochs", "2");
    overrides.put("audio.lora.target_modules", "[k_proj]");
    overrides.put("data.labels", "[anger, sadness]");

    RunConfig config = RunConfigFile.read(Optional.of(file), overrides);

    RunConfig defaults = RunConfig.defaults();
    assertEquals(2, config.training().epochs());
    assertEquals(3, config.training().patience());
    assertEquals(defaults.training().batchSize(), config.training().batchSize());
    assertEquals(defaults.head(), config.head());
    assertEquals(List.of("k_proj"), config.audio().lora().targetModules().names());
    assertEquals(List.of("anger", "sadness"), config.data().labels());
  }

  @Test
  void limitOfAFileCanBeLiftedByAnOverride() throws IOException {
    Path file = write("training: {max_gradient_norm: 1}");
    Map<String, String> override = Map.of("training.max_gradient_norm", "null");
    assertEquals(
        OptionalDouble.empty(),
        RunConfigFile.read(Optional.of(file), override).training().maxGradientNorm());
  }

  @Test
  void pathsOfAFileAreRelativeToIt() throws IOException {
    RunConfig config = read("data: {manifest: ../m.jsonl}\ntext: {encoder: e/t}\n");
    assertEquals(Optional.of(folder.resolveSibling("m.jsonl")), config.data().manifest());
    assertEquals(Optional.of(folder.resolve("e/t")), config.text().encoder());
  }

  /** The configuration is copied into the run's folder, where a relative path would be wrong. */
  @Test
  void pathsOfOverridesAreRelativeToTheWorkingDirectory() throws IOException {
    Path file = write("audio: {encoder: wavlm}");
    Map<String, String> overrides = Map.of("data.manifest", "corpora/../m.jsonl");
    RunConfig config = RunConfigFile.read(Optional.of(file), overrides);
    assertEquals(Optional.of(Path.of("m.jsonl").toAbsolutePath()), config.data().manifest());
    assertEquals(Optional.of(folder.resolve("wavlm")), config.audio().encoder());
  }

  @Test
  void allUnknownKeysAreNamedWithTheKnownOnes() throws IOException {
    Path file = write("training: {epoch: 3, Seed: 1}\nmodel: large\n");
    String training =
        "; known: training.batch_size, training.epochs, training.learning_rate,"
            + " training.max_gradient_norm, training.patience, training.seed\n";
    assertRefused(
        file,
        Map.of("head.lambda", "0"),
        (file + ": unknown key training.epoch" + training)
            + (file + ": unknown key training.Seed" + training)
            + (file
                + ": unknown key model; known: audio, cache, compute, data, head, text, training\n")
            + "override: unknown key head.lambda; known: head.attention_size, head.dropout,"
            + " head.layers, head.mine, head.pooling, head.size, head.speaker");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "training: {epochs: many}      | training.epochs: expected a whole number, found \"many\"",
        "training: {epochs: 2.5}       | training.epochs: expected a whole number, found 2.5",
        "training: {epochs: }          | training.epochs: expected a whole number, found null",
        "training: {seed: [1]}         | training.seed: expected a whole number, found [1]",
        "training: {learning_rate: yes}| training.learning_rate: expected a number, found true",
        "training: {max_gradient_norm: x}"
            + "| training.max_gradient_norm: expected a number, found \"x\"",
        "head: {attention_size: 1.5}   | head.attention_size: expected a whole number, found 1.5",
        "head: {layers: first}         | head.layers: expected one of last, sum_last_four,"
            + " weighted, found \"first\"",
        "audio: {adaptation: }         | audio.adaptation: expected one of lora, frozen,"
            + " found null",
        "data: {labels: anger}         | data.labels: expected a list, found \"anger\"",
        "data: {labels: [joy, null]}   | data.labels: expected text, found [\"joy\",null]",
        "data: {validation: [3]}       | data.validation: expected keys and values, found [3]",
        "data: 3                       | data: expected keys and values, found 3",
        "audio: {lora: {rank_pattern: {v: a}}}"
            + "| audio.lora.rank_pattern.v: expected a whole number, found \"a\"",
        "audio: {lora: {use_rslora: 2.5}} | audio.lora.use_rslora: expected true or false, found 2.5",
        "compute: {xla: maybe}         | compute.xla: expected true or false, found \"maybe\"",
        "text: {encoder: {a: b}}       | text.encoder: expected a path, found {\"a\":\"b\"}",
      })
  void wrongTypesNameTheKey(String yaml, String message) throws IOException {
    Path file = write(yaml);
    assertRefused(file, Map.of(), file + ": " + message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "training: {epochs: -1}     | training.epochs: expected a number from 0, found -1",
        "training: {batch_size: 0, patience: -2}"
            + "| training.batch_size: expected a number above 0, found 0.0;"
            + " patience: expected a number above 0, found -2.0",
        "data: {max_duration_seconds: 0}"
            + "| data.max_duration_seconds: expected above 0 and at most 3600, found 0.0",
        "data: {labels: [joy, joy]} | data.labels: expected each once, found [joy, joy]",
        "audio: {lora: {rank: 0}}   | audio.lora.rank: expected at least 1, found 0",
        "audio: {lora: {rank_pattern: {v_proj: 0}}}"
            + "| audio.lora.rank_pattern.v_proj: expected at least 1, found 0",
        "audio: {lora: {alpha_pattern: {'(': 2}}}"
            + "| audio.lora.alpha_pattern: expected regular expressions as keys, found (: Unclosed"
            + " group",
        "audio: {lora: {target_modules: []}}"
            + "| audio.lora.target_modules: expected target modules by name or by a regular"
            + " expression, found neither",
        "audio: {lora: {target_modules: '('}}"
            + "| audio.lora.target_modules: expected a regular expression for target modules,"
            + " found (: Unclosed group",
        "head: {size: 0}            | head.size: expected a positive number, found 0",
        "head: {attention_size: 0}  | head.attention_size: expected a positive number, found 0",
        "head: {speaker: {size: 0}} | head.speaker.size: expected a positive number, found 0",
        "head: {speaker: {known: [A]}}"
            + "| head.speaker.known: expected no speakers without a size, found [A]",
        "head: {mine: {lambda: -1}} | head.mine.lambda: expected a number of at least 0,"
            + " found -1.0",
      })
  void valuesThatARecordRefusesNameTheKey(String yaml, String message) throws IOException {
    Path file = write(yaml);
    assertRefused(file, Map.of(), file + ": " + message);
  }

  @Test
  void messageOnAWrongOverrideNamesTheOverrides() throws IOException {
    Path file = write("training: {epochs: 3}");
    assertRefused(
        file,
        Map.of("training.epochs", ""),
        file + ", with overrides: training.epochs: expected a whole number, found null");
    assertRefused(
        file,
        Map.of("training.epochs", "[1"),
        "override training.epochs: line 1: not YAML: while parsing a flow sequence");
  }

  @Test
  void filesThatAreNoYamlAreNamedWithTheLine() throws IOException {
    Path broken = write("training:\n  epochs: [3\n");
    assertRefused(broken, Map.of(), broken + ": line 2: not YAML: while parsing a flow sequence");
    Path twice = write("head: {size: 8}\nhead: {size: 9}\n");
    assertRefused(twice, Map.of(), twice + ": line 2: not YAML: Duplicate field 'head'");
    Path list = write("- training\n");
    assertRefused(list, Map.of(), list + ": expected keys and values, found [\"training\"]");
    Path none = folder.resolve("none.yaml");
    assertRefused(none, Map.of(), none + ": no such file");
  }

  @Test
  void emptyFileGivesTheDefaults() throws IOException {
    assertEquals(RunConfig.defaults(), read("# nothing differs\n"));
  }

  private Path write(String yaml) throws IOException {
    return Files.writeString(folder.resolve("run.yaml"), yaml);
  }

  private RunConfig read(String yaml) throws IOException {
    return RunConfigFile.read(Optional.of(write(yaml)), Map.of());
  }

  private static void assertRefused(Path file, Map<String, String> overrides, String message) {
    IOException e =
        assertThrows(IOException.class, () -> RunConfigFile.read(Optional.of(file), overrides));
    assertEquals(message, e.getMessage());
  }
}

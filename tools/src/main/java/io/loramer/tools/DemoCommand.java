package io.loramer.tools;

import io.loramer.recognition.EmotionRecognizer;
import io.loramer.recognition.ModelVersions;
import io.loramer.recognition.audio.AudioFile;
import io.loramer.recognition.corpus.Manifest;
import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.measures.Recognition;
import io.loramer.recognition.measures.SplitMetrics;
import io.loramer.savedmodels.encoders.EncoderConversion;
import io.loramer.savedmodels.encoders.PaddingInNorm;
import io.loramer.savedmodels.encoders.RandomCheckpoint;
import io.loramer.savedmodels.files.AtomicFolder;
import io.loramer.savedmodels.optimize.Precision;
import io.loramer.tools.console.InterruptedCommandException;
import io.loramer.tools.console.Interruption;
import io.loramer.tools.console.ProgressLine;
import io.loramer.training.Trainer;
import io.loramer.training.config.RunConfig;
import io.loramer.training.config.RunConfigFile;
import io.loramer.training.export.EmotionExport;
import io.loramer.training.run.RunFolder;
import io.loramer.training.run.RunMetrics;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs the whole pipeline on the corpus in the repository. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = {
      "Trains on real speech (a part of EmoDB, CC0) with small encoders of random weights, measures"
          + " on speakers that are not in the training data, exports, reloads and predicts a clip."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  lora-mer demo", "  lora-mer demo --seed 2 --out runs/demo-seed-2"})
final class DemoCommand implements Callable<Integer> {
  /** The system property with the repository's folder, which the launcher sets. */
  static final String HOME = "loramer.home";

  private static final List<String> CHECKPOINTS = List.of("wavlm", "roberta");

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      description =
          "The folder to write to (default: the first free of runs/demo, runs/demo-2, …).")
  private Optional<Path> out;

  @Option(
      names = "--seed",
      paramLabel = "NUMBER",
      defaultValue = "1",
      description =
          "The seed of the encoders' weights and of training (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Path corpus = Path.of(System.getProperty(HOME, "."), "tools", "demo", "emodb");
    Path manifest = corpus.resolve("manifest.jsonl");
    Path folder = out.orElseGet(DemoCommand::firstFree);
    AtomicFolder.requireAbsent(folder);
    if (!Files.exists(manifest)) {
      throw new IOException(
          manifest
              + ": no such file; the demo's clips are in LoRA-MER's repository: run its"
              + " ./lora-mer demo");
    }
    try {
      run(manifest, folder);
    } catch (InterruptedCommandException e) {
      throw e.advising("remove " + folder + " and start the demo again");
    }
    return ExitCode.OK;
  }

  private void run(Path manifest, Path folder) throws IOException {
    PrintWriter result = spec.commandLine().getOut();
    for (String name : CHECKPOINTS) {
      Interruption.check();
      convert(name, folder);
    }
    Path config = copy("demo.yaml", folder);
    Map<String, String> overrides =
        Map.of("data.manifest", manifest.toString(), "training.seed", Long.toString(seed));
    RunConfig trained = RunConfigFile.read(Optional.of(config), overrides);
    RunMetrics metrics;
    RunMetrics untrained;
    try (ProgressLine progress = new ProgressLine()) {
      metrics = Trainer.start(trained, folder.resolve("run"), progress);
      untrained = Trainer.start(trained.untrained(), folder.resolve("untrained"), progress);
    }
    Path model = folder.resolve("model");
    EmotionExport.write(
        new RunFolder(folder.resolve("run")),
        ModelVersions.next(model),
        EmotionExport.Lora.MERGED,
        Precision.FLOAT32);
    Interruption.check();
    printExamples(manifest, model, result);
    report(metrics, untrained, folder, result);
  }

  private static Path firstFree() {
    Path first = Path.of("runs", "demo");
    Path candidate = first;
    for (int i = 2; Files.exists(candidate); i++) {
      candidate = first.resolveSibling("demo-" + i);
    }
    return candidate;
  }

  /** Writes a checkpoint with random weights and converts it. */
  private void convert(String name, Path folder) throws IOException {
    Path checkpoint = folder.resolve("checkpoints").resolve(name);
    for (String file : List.of("config.json", "preprocessor_config.json", "tokenizer.json")) {
      String resource = name + "/" + file;
      if (getClass().getResource("/demo/" + resource) != null) {
        copy(resource, folder.resolve("checkpoints"));
      }
    }
    RandomCheckpoint.write(checkpoint, seed);
    EncoderConversion.convert(
        checkpoint, folder.resolve("encoders").resolve(name), PaddingInNorm.IGNORED);
  }

  private Path copy(String resource, Path folder) throws IOException {
    Path target = folder.resolve(resource);
    Files.createDirectories(target.getParent());
    try (InputStream in = getClass().getResourceAsStream("/demo/" + resource)) {
      Files.copy(in, target);
    }
    return target;
  }

  private static void printExamples(Path manifest, Path model, PrintWriter result)
      throws IOException {
    result.println(
        """
        The exported model on the first test clip of each emotion, whether it is right or wrong:
        clip             emotion      recognised   probability""");
    try (EmotionRecognizer recognizer = EmotionRecognizer.load(model)) {
      for (Utterance clip : examples(Manifest.read(manifest))) {
        Recognition recognition =
            recognizer.recognize(AudioFile.read(clip.clip().file()), clip.text());
        result.printf(
            Locale.ROOT,
            "%-15s  %-11s  %-11s  %.3f%n",
            clip.clip().file().getFileName(),
            clip.label(),
            recognition.label(),
            recognition.probabilities().get(recognition.label()));
      }
    }
    result.println(
        """
        The speakers say the same sentences in every emotion, so words cannot help here, and the
        weight that the fusion gives them is no finding.
        """);
  }

  /** Returns the first test clip of each emotion, in the manifest's order: no choice by result. */
  static List<Utterance> examples(Manifest manifest) {
    Map<String, Utterance> first = new LinkedHashMap<>();
    manifest.utterances().stream()
        .filter(utterance -> utterance.split().equals(Optional.of(Split.TEST)))
        .forEach(utterance -> first.putIfAbsent(utterance.label(), utterance));
    return List.copyOf(first.values());
  }

  private static void report(
      RunMetrics trained, RunMetrics untrained, Path folder, PrintWriter result) {
    SplitMetrics test = trained.test().orElseThrow();
    result.printf(
        Locale.ROOT,
        """
        On %d clips of speakers that are not in the training data, four emotions (chance: UA 0.250):
                     UA     WA  macro-F1
        trained   %.3f  %.3f     %.3f
        untrained %.3f  %.3f     %.3f

        encoders     %s
        run          %s
        SavedModel   %s
        TensorBoard  tensorboard --logdir %s
        """,
        test.utterances(),
        test.unweightedAccuracy(),
        test.weightedAccuracy(),
        test.macroF1(),
        untrained.test().orElseThrow().unweightedAccuracy(),
        untrained.test().orElseThrow().weightedAccuracy(),
        untrained.test().orElseThrow().macroF1(),
        folder.resolve("encoders"),
        folder.resolve("run"),
        folder.resolve("model"),
        folder.resolve("run"));
    result.flush();
  }
}

package io.loramer.tools.bench;

import io.loramer.savedmodels.encoders.EncoderConversion;
import io.loramer.savedmodels.encoders.PaddingInNorm;
import io.loramer.savedmodels.encoders.RandomCheckpoint;
import io.loramer.savedmodels.files.AtomicFolder;
import io.loramer.savedmodels.optimize.Precision;
import io.loramer.tools.console.Interruption;
import io.loramer.training.Trainer;
import io.loramer.training.config.RunConfig;
import io.loramer.training.config.RunConfigFile;
import io.loramer.training.export.EmotionExport;
import io.loramer.training.run.RunFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * The folder of a benchmark.
 *
 * <pre>
 *   checkpoints/speech  checkpoints/text   random weights, made once
 *   encoders/speech     encoders/text      converted from them
 *   corpus/step.jsonl   epoch.jsonl        clips of one length, of mixed lengths
 *   corpus/start-up.jsonl                  two short clips
 *   model                                  exported, LoRA merged
 *   run, cache                             written by each work
 * </pre>
 *
 * @param overrides the overridden keys of the configuration, as in {@code lora-mer train --set}
 */
record BenchFolder(Path path, BenchSize size, Map<String, String> overrides) {
  private static final long SEED = 1;
  private static final double START_UP_SECONDS = 1;

  /** Writes everything that the works need, except what is there already. */
  void prepare() throws IOException {
    makeEncoder("wavlm", "speech");
    Interruption.check();
    makeEncoder("roberta", "text");
    AtomicFolder.delete(corpus().folder());
    Random random = new Random(SEED);
    double[] startUp = new double[2];
    Arrays.fill(startUp, START_UP_SECONDS);
    corpus().write("start-up", startUp, random);
    corpus().write("step", size.equalLengths(), random);
    corpus().write("epoch", size.mixedLengths(), random);
    RunConfig untrained = config("start-up", 0);
    Trainer.start(untrained, fresh("run"), progress -> Interruption.check());
    RunFolder run = new RunFolder(path.resolve("run"));
    Precision precision = run.readResolvedConfig().computation().precision();
    EmotionExport.write(run, fresh("model"), EmotionExport.Lora.MERGED, precision);
  }

  private void makeEncoder(String family, String name) throws IOException {
    Path checkpoint = checkpoint(name);
    Path config = checkpoint.resolve("config.json");
    byte[] wanted = resource(size.encoders() + "/" + family + "/config.json");
    if (Files.exists(config) && !Arrays.equals(wanted, Files.readAllBytes(config))) {
      throw new IOException(
          path + ": was made for encoders of another size; remove it or name another folder");
    }
    if (!Files.exists(checkpoint)) {
      AtomicFolder.write(
          checkpoint,
          unfinished -> {
            Files.write(unfinished.resolve("config.json"), wanted);
            Files.write(
                unfinished.resolve("tokenizer.json"), resource("demo/roberta/tokenizer.json"));
            RandomCheckpoint.write(unfinished, SEED);
          });
    }
    // Converted each time, so that no encoder of an earlier version is measured.
    AtomicFolder.delete(encoder(name));
    EncoderConversion.convert(checkpoint, encoder(name), PaddingInNorm.IGNORED);
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = BenchFolder.class.getResourceAsStream("/" + name)) {
      return in.readAllBytes();
    }
  }

  Path checkpoint(String name) {
    return path.resolve("checkpoints").resolve(name);
  }

  /** Returns the folder where runs cache the outputs of frozen layers. */
  Path cache() {
    return path.resolve("cache");
  }

  private Path encoder(String name) {
    return path.resolve("encoders").resolve(name);
  }

  BenchCorpus corpus() {
    return new BenchCorpus(path.resolve("corpus"));
  }

  Path model() {
    return path.resolve("model");
  }

  /** Deletes a folder of an earlier work, and returns its path. */
  Path fresh(String name) throws IOException {
    AtomicFolder.delete(path.resolve(name));
    return path.resolve(name);
  }

  /** Returns the configuration of a run over a corpus: defaults, the keys set here, overrides. */
  RunConfig config(String corpus, int epochs) throws IOException {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("data.manifest", corpus().manifest(corpus).toString());
    values.put("data.labels", BenchCorpus.LABELS.toString());
    values.put("audio.encoder", encoder("speech").toString());
    values.put("text.encoder", encoder("text").toString());
    values.put("cache.folder", cache().toString());
    values.put("training.epochs", Integer.toString(epochs));
    values.put("training.batch_size", Integer.toString(size.batchSize()));
    values.putAll(overrides);
    return RunConfigFile.read(Optional.empty(), values);
  }
}

package io.loramer.tools;

import io.loramer.recognition.EmotionRecognizer;
import io.loramer.recognition.corpus.Manifest;
import io.loramer.recognition.corpus.ManifestReader;
import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.corpus.TextSource;
import io.loramer.recognition.measures.Prediction;
import io.loramer.recognition.measures.SplitMetrics;
import io.loramer.recognition.words.TextChoice;
import io.loramer.tools.console.ProgressLine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures an exported model on labelled utterances and prints the confusion matrix. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    description = "Measures an exported model on a manifest.",
    footerHeading = "%nExample:%n",
    footer = "  lora-mer evaluate --model models/emotions --manifest corpus.jsonl --split test")
final class EvaluateCommand implements Callable<Integer> {
  @Mixin private ModelOptions options;

  @Option(
      names = "--manifest",
      required = true,
      paramLabel = "FILE",
      description = "JSON Lines, one utterance per line.")
  private Path manifest;

  @Option(
      names = "--split",
      paramLabel = "NAME",
      description = "Uses only this split: train, validation or test.")
  private Optional<Split> split;

  @Option(
      names = "--text-source",
      paramLabel = "SOURCE",
      description =
          "The words for a model that uses text: transcript (those of the manifest, the default),"
              + " asr (recognised ones) or none (the empty text).")
  private TextSource textSource = TextSource.TRANSCRIPT;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    options.requireRecognizer();
    ManifestReader.Lines lines = new ManifestReader(manifest).read();
    Manifest corpus = lines.requireValid();
    lines.warnings().forEach(this::warn);
    TextChoice words = new TextChoice(textSource, options.recognizer());
    try (EmotionRecognizer loaded = EmotionRecognizer.load(options.model());
        ProgressLine progress = new ProgressLine()) {
      List<Prediction> predictions = loaded.evaluate(corpus, split, words, this::warn, progress);
      spec.commandLine()
          .getOut()
          .println(SplitMetrics.confusionMatrix(loaded.info().labels(), predictions));
    }
    return ExitCode.OK;
  }

  private void warn(String sentence) {
    spec.commandLine().getErr().println("lora-mer: " + sentence);
  }
}

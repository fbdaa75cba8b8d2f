package io.loramer.tools;

import io.loramer.recognition.audio.Recording;
import io.loramer.recognition.corpus.Manifest;
import io.loramer.recognition.corpus.ManifestReader;
import io.loramer.recognition.corpus.Transcription;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.words.SpeechRecognizer;
import io.loramer.recognition.words.WordErrorRate;
import io.loramer.tools.console.Interruption;
import io.loramer.tools.console.ProgressLine;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Recognises the words of a corpus or of single clips. */
@Command(
    name = "transcribe",
    mixinStandardHelpOptions = true,
    description =
        "Recognises words with a CTC encoder. With --manifest it writes a new manifest, and prints"
            + " the word error rate where there are transcripts; with clips it prints a line for"
            + " each with confidence and text.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  lora-mer transcribe --recognizer encoders/ctc --manifest corpus.jsonl --out asr.jsonl",
      "  lora-mer transcribe --recognizer encoders/ctc clip.wav"
    })
final class TranscribeCommand implements Callable<Integer> {
  @Option(
      names = "--recognizer",
      required = true,
      paramLabel = "FOLDER",
      description = "A SavedModel converted from a checkpoint ForCTC.")
  private Path recognizer;

  @Option(
      names = "--manifest",
      paramLabel = "FILE",
      description = "JSON Lines, one utterance per line; it is not changed.")
  private Optional<Path> manifest;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "The manifest to write, with the recognised words.")
  private Optional<Path> out;

  @Option(names = "--missing", description = "Recognises only utterances without words.")
  private boolean missing;

  @Parameters(paramLabel = "CLIP", description = "Audio or video files.")
  private List<Path> clips = List.of();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (manifest.isPresent() != clips.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "Name either --manifest with --out, or clips.");
    }
    if (manifest.isPresent() != out.isPresent() || (missing && manifest.isEmpty())) {
      throw new ParameterException(
          spec.commandLine(), "--manifest and --out go together, and --missing with them.");
    }
    PrintWriter result = spec.commandLine().getOut();
    if (manifest.isPresent()) {
      corpus(manifest.get(), out.orElseThrow(), result);
    } else {
      clips(result);
    }
    result.flush();
    return ExitCode.OK;
  }

  private void clips(PrintWriter result) throws IOException {
    List<Path> missingFiles = clips.stream().filter(clip -> !Files.isReadable(clip)).toList();
    if (!missingFiles.isEmpty()) {
      throw new IOException("no such file, or it cannot be read: " + missingFiles);
    }
    try (SpeechRecognizer loaded = SpeechRecognizer.load(recognizer);
        ProgressLine progress = new ProgressLine()) {
      for (Path clip : clips) {
        Interruption.check();
        Transcription words = recognize(loaded, clip, progress);
        result.printf(Locale.ROOT, "%s\t%.3f\t%s%n", clip, words.confidence(), words.text());
      }
    }
  }

  private static Transcription recognize(SpeechRecognizer loaded, Path clip, ProgressLine progress)
      throws IOException {
    try (Recording recording = Utterance.Clip.whole(clip).open()) {
      return loaded.recognize(recording, progress);
    } catch (IllegalArgumentException e) {
      throw new IOException(clip + ": " + e.getMessage(), e);
    }
  }

  private void corpus(Path from, Path to, PrintWriter result) throws IOException {
    if (Files.exists(to)) {
      throw new FileAlreadyExistsException(
          to.toString(), null, "exists already; remove it or name another file");
    }
    ManifestReader.Lines lines = new ManifestReader(from).read();
    Manifest corpus = lines.requireValid();
    lines
        .warnings()
        .forEach(warning -> spec.commandLine().getErr().println("lora-mer: " + warning));
    List<Utterance> recognized;
    try (SpeechRecognizer loaded = SpeechRecognizer.load(recognizer);
        ProgressLine progress = new ProgressLine()) {
      recognized = loaded.transcribe(corpus, one -> !missing || one.text().isEmpty(), progress);
    }
    Files.createDirectories(to.toAbsolutePath().getParent());
    Manifest.write(to, recognized);
    result.print(summary(corpus.utterances(), recognized));
  }

  /** Summarises the new transcriptions; words from an earlier recognition are not a reference. */
  private String summary(List<Utterance> before, List<Utterance> after) {
    int count = 0;
    int silent = 0;
    int compared = 0;
    double confidence = 0;
    WordErrorRate errors = new WordErrorRate(0, 0);
    for (int i = 0; i < after.size(); i++) {
      Utterance original = before.get(i);
      Utterance recognized = after.get(i);
      if (missing && original.text().isPresent()) {
        continue;
      }
      count++;
      silent += recognized.text().orElseThrow().isEmpty() ? 1 : 0;
      confidence += recognized.textConfidence().orElseThrow();
      if (original.text().isPresent() && original.textConfidence().isEmpty()) {
        compared++;
        errors =
            errors.plus(WordErrorRate.of(original.text().get(), recognized.text().orElseThrow()));
      }
    }
    String recognizedLine =
        String.format(
            Locale.ROOT,
            "%d of %d utterances recognised, %d without a word; mean confidence %.3f%n",
            count,
            after.size(),
            silent,
            confidence / Math.max(1, count));
    return errors.words() == 0
        ? recognizedLine
        : recognizedLine
            + String.format(
                Locale.ROOT,
                "WER %.3f: %d errors in %d words of %d utterances; case and punctuation do not"
                    + " count%n",
                errors.rate(),
                errors.errors(),
                errors.words(),
                compared);
  }
}

package io.loramer.tools.corpus;

import static java.util.stream.Collectors.toSet;

import io.loramer.recognition.corpus.CorpusException.Problem;
import io.loramer.recognition.corpus.CorpusReport;
import io.loramer.recognition.corpus.EqualSound;
import io.loramer.recognition.corpus.Manifest;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.tools.console.ProgressLine;
import io.loramer.training.corpora.Corpus;
import io.loramer.training.corpora.CorpusContents;
import io.loramer.training.corpora.CremaD;
import io.loramer.training.corpora.CsvCorpus;
import io.loramer.training.corpora.EmoBox;
import io.loramer.training.corpora.EmoDb;
import io.loramer.training.corpora.FolderPerLabel;
import io.loramer.training.corpora.Iemocap;
import io.loramer.training.corpora.LabelChoice;
import io.loramer.training.corpora.Meld;
import io.loramer.training.corpora.Nemo;
import io.loramer.training.corpora.Ravdess;
import io.loramer.training.corpora.Speakers;
import io.loramer.training.corpora.Tess;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Writes the manifest of a corpus in its distributed form. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    description =
        "Writes the manifest of a local corpus in its distributed form. The clips stay in place.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  lora-mer corpus import --format iemocap --from IEMOCAP_full_release --out iemocap.jsonl",
      "  lora-mer corpus import --format meld --from MELD.Raw --out meld.jsonl --skip-broken",
      "  lora-mer corpus import --format ravdess --from RAVDESS --out ravdess.jsonl"
          + " --labels anger,happiness,neutral,sadness",
      "  lora-mer corpus import --format folders --from clips --out clips.jsonl"
          + " --speaker-pattern '^[^/]+/([a-z]+)_' --rename joy=happiness",
      "  lora-mer corpus import --format csv --from calls.csv --out calls.jsonl"
          + " --column audio=file --column label=emotion"
    })
final class CorpusImportCommand implements Callable<Integer> {
  @Option(
      names = "--format",
      required = true,
      paramLabel = "FORMAT",
      description =
          "iemocap, meld, ravdess, emodb, cremad, tess, nemo, emobox (JSON Lines of one of its"
              + " corpora), folders (one per label) or csv.")
  private CorpusFormat format;

  @Option(
      names = "--from",
      required = true,
      paramLabel = "PATH",
      description = "The folder of the corpus; for csv, the file.")
  private Path from;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "The manifest to write.")
  private Path out;

  @Option(
      names = "--labels",
      split = ",",
      paramLabel = "LABEL",
      description =
          "Keeps only these labels, separated by commas (default: all; for iemocap anger, happiness"
              + " (with excitement, unless that is named too), neutral and sadness).")
  private List<String> labels = List.of();

  @Option(
      names = "--rename",
      paramLabel = "OLD=NEW",
      description = "Renames a label, such as calm=neutral. May be repeated.")
  private Map<String, String> renamed = new LinkedHashMap<>();

  @Option(
      names = "--audio",
      paramLabel = "FOLDER",
      description =
          "The folder that the paths of the clips are relative to, for emobox and csv (default:"
              + " EmoBox's own folder, the folder of the csv file).")
  private Optional<Path> audio;

  @Option(
      names = "--speaker-pattern",
      paramLabel = "REGEX",
      description =
          "The speaker, for emobox, folders, and csv without such a column: the text that the"
              + " groups match in the clip's path (default: one unknown speaker for all).")
  private Optional<Pattern> speakerPattern;

  @Option(
      names = "--column",
      paramLabel = "OURS=THEIRS",
      description =
          "The name of a column in the csv file; ours are ${COMPLETION-CANDIDATES}. May be"
              + " repeated.")
  private Map<CsvCorpus.Column, String> columns = new HashMap<>();

  @Option(
      names = "--skip-broken",
      description =
          "Decodes every clip, and leaves out and lists those that cannot be decoded, have no"
              + " frame of 25 ms, or are silent.")
  private boolean skipBroken;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    refuseForeignOptions();
    if (Files.exists(out)) {
      throw new FileAlreadyExistsException(
          out.toString(), null, "exists already; remove it or name another file");
    }
    Corpus corpus = corpus();
    CorpusContents contents = labels(corpus.usualLabels()).of(corpus.read());
    contents.notes().forEach(this::warn);
    List<Utterance> utterances =
        skipBroken ? sound(contents.utterances()) : compared(contents.utterances());
    Files.createDirectories(out.toAbsolutePath().getParent());
    Manifest.write(out, utterances);
    PrintWriter result = spec.commandLine().getOut();
    result.print(new CorpusTable(utterances, List.of()));
    result.flush();
    return ExitCode.OK;
  }

  private void refuseForeignOptions() {
    Set<CorpusFormat> withoutSpeakers =
        EnumSet.of(CorpusFormat.EMOBOX, CorpusFormat.FOLDERS, CorpusFormat.CSV);
    refuseUnless(speakerPattern.isEmpty() || withoutSpeakers.contains(format), "--speaker-pattern");
    refuseUnless(
        audio.isEmpty() || format == CorpusFormat.EMOBOX || format == CorpusFormat.CSV, "--audio");
    refuseUnless(columns.isEmpty() || format == CorpusFormat.CSV, "--column");
  }

  private void refuseUnless(boolean sound, String option) {
    if (!sound) {
      String word = format.name().toLowerCase(Locale.ROOT);
      throw new ParameterException(
          spec.commandLine(), "%s is not for --format %s.".formatted(option, word));
    }
  }

  private Corpus corpus() {
    Speakers speakers = new Speakers(speakerPattern);
    return switch (format) {
      case IEMOCAP -> new Iemocap(from);
      case MELD -> new Meld(from);
      case RAVDESS -> new Ravdess(from);
      case EMODB -> new EmoDb(from);
      case CREMAD -> new CremaD(from);
      case TESS -> new Tess(from);
      case NEMO -> new Nemo(from);
      case EMOBOX -> new EmoBox(from, audio, speakers);
      case FOLDERS -> new FolderPerLabel(from, speakers);
      case CSV -> new CsvCorpus(from, columns, audio, speakers);
    };
  }

  private LabelChoice labels(LabelChoice usual) {
    Map<String, String> names = new HashMap<>(usual.renamed());
    names.putAll(renamed);
    return new LabelChoice(labels.isEmpty() ? usual.kept() : labels, names);
  }

  /** Warns of what is probably the same; compares files by their bytes, without decoding. */
  private List<Utterance> compared(List<Utterance> utterances) throws IOException {
    new Manifest(out, utterances).warnings().forEach(this::warn);
    EqualSound.ofFiles(utterances).ifPresent(this::warn);
    return utterances;
  }

  private List<Utterance> sound(List<Utterance> utterances) throws IOException {
    CorpusReport report;
    try (ProgressLine progress = new ProgressLine()) {
      report = CorpusReport.of(Manifest.unwritten(out, utterances), progress);
    }
    report.warnings().forEach(this::warn);
    report.problems().forEach(problem -> warn("left out: " + problem.text()));
    Set<Integer> broken = report.problems().stream().map(Problem::line).collect(toSet());
    List<Utterance> sound = new ArrayList<>(report.manifest().utterances());
    sound.removeIf(utterance -> broken.contains(utterance.line()));
    if (sound.isEmpty()) {
      throw new IOException(from + ": no clip can be used; the reasons are above");
    }
    return sound;
  }

  private void warn(String text) {
    spec.commandLine().getErr().println("lora-mer: " + text);
  }
}

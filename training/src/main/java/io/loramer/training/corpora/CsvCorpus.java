package io.loramer.training.corpora;

import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.corpus.Utterance.Clip;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * A table with one utterance per line, separated by commas, semicolons or tabs.
 *
 * @param file UTF-8; the first line names the columns and shows which separator is used
 * @param columns the table's names of columns, where they differ from those of {@link Column}
 * @param audioFolder the folder of relative paths of clips; absent for the table's folder
 * @param speakers finds the speaker in the path of the clip, if the table has no column for it
 */
public record CsvCorpus(
    Path file, Map<Column, String> columns, Optional<Path> audioFolder, Speakers speakers)
    implements Corpus {

  /** The columns that are used; {@code audio} and {@code label} are required. */
  public enum Column {
    ID,
    AUDIO,
    TEXT,
    LABEL,
    SPEAKER,
    SESSION,
    /** Start of the utterance in its file, in seconds. */
    START,
    /** End of the utterance in its file, in seconds. */
    END,
    /** {@code train}, {@code validation} or {@code test}. */
    SPLIT
  }

  public CsvCorpus {
    Map<Column, String> names = new EnumMap<>(Column.class);
    for (Column column : Column.values()) {
      String usual = column.name().toLowerCase(Locale.ROOT);
      names.put(column, columns.getOrDefault(column, usual));
    }
    columns = Map.copyOf(names);
  }

  @Override
  public CorpusContents read() throws IOException {
    Table table = Table.anySeparator(file).requireColumns(neededColumns());
    boolean namesSpeakers = table.columns().contains(columns.get(Column.SPEAKER));
    Findings findings = new Findings(file);
    for (Table.Row row : table.rows()) {
      new Line(row, namesSpeakers, findings).utterance().ifPresent(findings::add);
    }
    if (!namesSpeakers) {
      speakers.warn(findings);
    }
    return findings.contents("a line for each utterance");
  }

  private Set<String> neededColumns() {
    return Set.of(columns.get(Column.AUDIO), columns.get(Column.LABEL));
  }

  /** One line of the table; its problems are added to the findings. */
  private final class Line {
    private final Table.Row row;
    private final boolean namesSpeakers;
    private final Findings findings;
    private boolean sound = true;

    Line(Table.Row row, boolean namesSpeakers, Findings findings) {
      this.row = row;
      this.namesSpeakers = namesSpeakers;
      this.findings = findings;
    }

    Optional<Utterance> utterance() {
      String audio = needed(Column.AUDIO);
      String label = needed(Column.LABEL);
      String speaker = namesSpeakers ? needed(Column.SPEAKER) : speaker(audio);
      OptionalDouble start = seconds(Column.START);
      OptionalDouble end = seconds(Column.END);
      if (end.isPresent() && end.getAsDouble() <= start.orElse(0)) {
        problem("end " + end.getAsDouble() + " s is not after start " + start.orElse(0) + " s");
      }
      Optional<Split> split = split();
      if (!sound) {
        return Optional.empty();
      }
      Path clips = audioFolder.orElse(ClipFiles.absolute(file).getParent());
      Path clip = ClipFiles.absolute(clips).resolve(audio).normalize();
      return Optional.of(
          new Utterance(
              0,
              cell(Column.ID).orElse(id(audio, start)),
              new Clip(clip, start, end),
              cell(Column.TEXT),
              label,
              speaker,
              cell(Column.SESSION),
              split));
    }

    /** Returns the id; it includes the start, as two utterances may be in one file. */
    private String id(String audio, OptionalDouble start) {
      String name = ClipFiles.withoutExtension(audio);
      return start.isPresent() ? name + "@" + start.getAsDouble() : name;
    }

    private Optional<String> cell(Column column) {
      return row.cell(columns.get(column));
    }

    private String needed(Column column) {
      Optional<String> cell = cell(column);
      if (cell.isEmpty()) {
        problem(columns.get(column) + " is missing");
      }
      return cell.orElse("");
    }

    private String speaker(String audio) {
      Optional<String> speaker = speakers.of(audio);
      if (speaker.isEmpty()) {
        problem(speakers.notFound(audio));
      }
      return speaker.orElse("");
    }

    private OptionalDouble seconds(Column column) {
      Optional<String> cell = cell(column);
      if (cell.isEmpty()) {
        return OptionalDouble.empty();
      }
      try {
        double seconds = Double.parseDouble(cell.get());
        if (seconds >= 0 && Double.isFinite(seconds)) {
          return OptionalDouble.of(seconds);
        }
      } catch (NumberFormatException e) {
        // Reported below, together with numbers that are no seconds.
      }
      problem(columns.get(column) + ": expected seconds from 0, found " + cell.get());
      return OptionalDouble.empty();
    }

    private Optional<Split> split() {
      Optional<String> word = cell(Column.SPLIT);
      Optional<Split> split = word.flatMap(Split::of);
      if (word.isPresent() && split.isEmpty()) {
        problem(
            "%s: expected one of %s, found %s"
                .formatted(columns.get(Column.SPLIT), Split.words(), word.get()));
      }
      return split;
    }

    private void problem(String text) {
      findings.problem(file, row.line(), text);
      sound = false;
    }
  }
}

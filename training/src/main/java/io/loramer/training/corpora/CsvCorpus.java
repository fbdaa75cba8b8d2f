package io.loramer.training.corpora;

import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.corpus.UnreadKeys;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.corpus.Utterance.Clip;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * A table with one utterance per line, separated by commas, semicolons or tabs.
 *
 * @param file UTF-8, or UTF-16 with a byte order mark; the first line names the columns and shows
 *     which separator is used
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
    /** The only channel that is used, from 0. */
    CHANNEL,
    /** {@code train}, {@code validation} or {@code test}. */
    SPLIT;

    private String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public CsvCorpus {
    Map<Column, String> names = new EnumMap<>(Column.class);
    for (Column column : Column.values()) {
      names.put(column, columns.getOrDefault(column, column.key()));
    }
    columns = Map.copyOf(names);
  }

  @Override
  public CorpusContents read() throws IOException {
    Findings findings = new Findings(file);
    Table table = Table.anySeparator(file, findings);
    requireColumns(table);
    boolean namesSpeakers = table.columns().contains(columns.get(Column.SPEAKER));
    UnreadKeys unread = new UnreadKeys("column");
    for (Table.Row row : table.rows()) {
      countUnread(row, unread);
      Optional<Utterance> utterance =
          new Line(row, namesSpeakers, table.separator() != ',', findings).utterance();
      if (utterance.isPresent()) {
        findings.add(utterance.get());
      }
    }
    unread.warnings().forEach(findings::note);
    unread.note().ifPresent(findings::note);
    if (!namesSpeakers) {
      speakers.warn(findings);
    }
    return findings.contents("a line for each utterance");
  }

  /** Checks that the table has the columns that are required, and all that were named. */
  private void requireColumns(Table table) throws IOException {
    Set<String> present = new TreeSet<>();
    List<String> likely = new ArrayList<>();
    Set<String> missing = new TreeSet<>();
    for (Column column : Column.values()) {
      String theirs = columns.get(column);
      boolean needed = column == Column.AUDIO || column == Column.LABEL;
      if (table.columns().contains(theirs)) {
        present.add(column.key());
      } else if (needed || !theirs.equals(column.key())) {
        missing.add(theirs);
      }
    }
    for (String name : table.columns()) {
      UnreadKeys.nearest(name, present)
          .filter(missing::contains)
          .ifPresent(key -> likely.add(key + "=" + name));
    }
    if (!missing.isEmpty()) {
      throw new IOException(
          "%s: expected the columns %s, found %s%s"
              .formatted(
                  file,
                  missing,
                  table.columns(),
                  likely.isEmpty() ? "" : "; probably " + String.join(", ", likely)));
    }
  }

  private void countUnread(Table.Row row, UnreadKeys unread) {
    Set<String> read = new HashSet<>();
    Set<String> others = new TreeSet<>(row.cells().keySet());
    others.removeIf(name -> row.cell(name).isEmpty());
    for (Column column : Column.values()) {
      String theirs = columns.get(column);
      others.remove(theirs);
      if (row.cells().containsKey(theirs)) {
        read.add(column.key());
      }
    }
    unread.add(row.line(), read, others);
  }

  /** One line of the table; its problems are added to the findings. */
  private final class Line {
    private final Table.Row row;
    private final boolean namesSpeakers;
    private final boolean decimalCommas;
    private final Findings findings;
    private boolean sound = true;

    Line(Table.Row row, boolean namesSpeakers, boolean decimalCommas, Findings findings) {
      this.row = row;
      this.namesSpeakers = namesSpeakers;
      this.decimalCommas = decimalCommas;
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
      OptionalInt channel = channel();
      Optional<Split> split = split();
      if (!sound) {
        return Optional.empty();
      }
      Path clips = audioFolder.orElse(ClipFiles.absolute(file).getParent());
      Path clip = ClipFiles.absolute(clips).resolve(audio).normalize();
      return Optional.of(
          new Utterance(
              0,
              cell(Column.ID).orElse(id(audio, start, channel)),
              new Clip(clip, start, end, channel),
              cell(Column.TEXT),
              label,
              speaker,
              cell(Column.SESSION),
              split));
    }

    /** Returns the id, with start and channel, as several utterances may be in one file. */
    private String id(String audio, OptionalDouble start, OptionalInt channel) {
      String name = ClipFiles.withoutExtension(audio);
      String stretch = start.isPresent() ? name + "@" + start.getAsDouble() : name;
      return channel.isPresent() ? stretch + "#" + channel.getAsInt() : stretch;
    }

    /** Returns the channel; pandas writes it as {@code 1.0} where other lines have none. */
    private OptionalInt channel() {
      Optional<String> cell = cell(Column.CHANNEL);
      Optional<String> number = cell.map(text -> text.replaceFirst("[.]0+$", ""));
      if (number.isPresent() && !number.get().matches("\\d{1,4}")) {
        problem(
            columns.get(Column.CHANNEL)
                + ": expected the number of one channel, from 0, found "
                + cell.get());
        return OptionalInt.empty();
      }
      return number.isPresent()
          ? OptionalInt.of(Integer.parseInt(number.get()))
          : OptionalInt.empty();
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
        String number = decimalCommas ? cell.get().replace(',', '.') : cell.get();
        double seconds = Double.parseDouble(number);
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

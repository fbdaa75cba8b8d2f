package io.loramer.training.corpora;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A table in a text file whose first line names the columns; line ends of any system.
 *
 * @param columns the names of the columns that have one
 * @param separator between two cells
 */
record Table(Path file, Set<String> columns, List<Row> rows, char separator) {
  private static final ObjectReader CELLS =
      CsvMapper.builder()
          .enable(CsvParser.Feature.SKIP_EMPTY_LINES)
          .enable(CsvParser.Feature.WRAP_AS_ARRAY)
          .build()
          .readerFor(String[].class);

  /** The number of lines listed in a message. */
  private static final int SHOWN = 10;

  /**
   * A row, which takes several lines if a cell holds line ends.
   *
   * @param line its first line, from 1
   */
  record Row(int line, Map<String, String> cells) {
    /** Returns a cell without surrounding blanks; empty if it is missing or blank. */
    Optional<String> cell(String column) {
      return Optional.ofNullable(cells.get(column)).map(String::strip).filter(s -> !s.isEmpty());
    }
  }

  /** Reads comma-separated values, which may be quoted by {@code "}. */
  static Table commas(Path file) throws IOException {
    return read(file, TextFile.read(file), ',', true);
  }

  /** Reads tab-separated values, which are never quoted. */
  static Table tabs(Path file) throws IOException {
    return read(file, TextFile.read(file), '\t', false);
  }

  /**
   * Reads values separated by tabs, semicolons or commas, which may be quoted by {@code "}.
   *
   * <p>The separator is that of a first line such as {@code sep=;}, which Excel reads and writes,
   * or the most frequent one outside quotes in the line of the columns. Some programs never quote
   * the cells of tab-separated files: a quote is part of the text where not all of the file's
   * quotes could have been written by a program that quotes.
   *
   * @param findings takes a note, if quotes are read as text although a cell begins with one
   */
  static Table anySeparator(Path file, Findings findings) throws IOException {
    String text = TextFile.read(file);
    Optional<Character> stated = TableFormat.statedSeparator(text);
    if (stated.isPresent()) {
      text = TableFormat.withoutFirstLine(text);
    }
    char separator = stated.orElse(TableFormat.frequentSeparator(text));
    boolean quoted = separator != '\t' || TableFormat.unquotedLine(text).isEmpty();
    if (!quoted && TableFormat.quoteBeginsCell(text)) {
      findings.note(
          "quotes are read as part of the text, since line %d has one that quotes no whole cell"
              .formatted(TableFormat.unquotedLine(text).getAsInt()));
    }
    return read(file, text, separator, quoted);
  }

  /**
   * Checks that the table has some columns.
   *
   * @throws IOException if it lacks one, with the names of those that it has
   */
  Table requireColumns(Set<String> needed) throws IOException {
    if (!columns.containsAll(needed)) {
      throw new IOException(
          file + ": expected the columns " + new TreeSet<>(needed) + ", found " + columns);
    }
    return this;
  }

  private static Table read(Path file, String text, char separator, boolean quoted)
      throws IOException {
    CsvSchema schema = CsvSchema.emptySchema().withColumnSeparator(separator);
    List<Row> rows = new ArrayList<>();
    List<Integer> tooLong = new ArrayList<>();
    try (MappingIterator<String[]> lines =
        CELLS.with(quoted ? schema : schema.withoutQuoteChar()).readValues(text)) {
      List<String> header =
          lines.hasNextValue()
              ? Stream.of(lines.nextValue()).map(String::strip).toList()
              : List.of();
      requireDistinct(file, header);
      while (lines.hasNextValue()) {
        int line = lines.getCurrentLocation().getLineNr();
        List<String> cells = List.of(lines.nextValue());
        if (cells.stream().skip(header.size()).anyMatch(cell -> !cell.isBlank())) {
          tooLong.add(line);
        } else if (cells.stream().anyMatch(cell -> !cell.isBlank())) {
          rows.add(new Row(line, named(header, cells)));
        }
      }
      requireFit(file, header.size(), tooLong);
      Set<String> columns = new LinkedHashSet<>(header);
      columns.remove("");
      return new Table(file, columns, rows, separator);
    } catch (JsonProcessingException e) {
      throw new IOException(
          "%s: line %d: %s".formatted(file, e.getLocation().getLineNr(), e.getOriginalMessage()),
          e);
    }
  }

  private static Map<String, String> named(List<String> header, List<String> cells) {
    Map<String, String> named = new HashMap<>();
    for (int i = 0; i < Math.min(header.size(), cells.size()); i++) {
      named.put(header.get(i), cells.get(i));
    }
    named.remove(""); // such as the row numbers of pandas
    return named;
  }

  private static void requireDistinct(Path file, List<String> header) throws IOException {
    Set<String> seen = new LinkedHashSet<>();
    Set<String> twice = new TreeSet<>();
    header.stream().filter(name -> !name.isEmpty() && !seen.add(name)).forEach(twice::add);
    if (!twice.isEmpty()) {
      throw new IOException(
          "%s: expected different names of columns, found several named %s"
              .formatted(file, String.join(", ", twice)));
    }
  }

  private static void requireFit(Path file, int columns, List<Integer> tooLong) throws IOException {
    if (!tooLong.isEmpty()) {
      List<String> numbers = tooLong.stream().limit(SHOWN).map(String::valueOf).toList();
      String more = tooLong.size() > SHOWN ? " and " + (tooLong.size() - SHOWN) + " more" : "";
      throw new IOException(
          ("%s: line %s%s: too many cells: expected %d, as there are columns; a cell that holds the"
                  + " separator must be quoted")
              .formatted(file, String.join(", ", numbers), more, columns));
    }
  }
}

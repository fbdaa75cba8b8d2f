package io.loramer.training.corpora;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** A table in a text file whose first line names the columns; UTF-8, line ends of any system. */
record Table(Path file, Set<String> columns, List<Row> rows) {
  private static final CsvMapper MAPPER =
      CsvMapper.builder().enable(CsvParser.Feature.SKIP_EMPTY_LINES).build();

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
    return read(file, CsvSchema.emptySchema().withHeader());
  }

  /** Reads tab-separated values, which are never quoted. */
  static Table tabs(Path file) throws IOException {
    return read(
        file, CsvSchema.emptySchema().withHeader().withColumnSeparator('\t').withoutQuoteChar());
  }

  /** Reads values separated by tabs, semicolons or commas: the first of these in the header. */
  static Table anySeparator(Path file) throws IOException {
    String header = text(file).lines().findFirst().orElse("");
    if (header.contains("\t")) {
      return tabs(file);
    }
    CsvSchema schema = CsvSchema.emptySchema().withHeader();
    return read(file, header.contains(";") ? schema.withColumnSeparator(';') : schema);
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

  private static Table read(Path file, CsvSchema schema) throws IOException {
    List<Row> rows = new ArrayList<>();
    Set<String> columns = new LinkedHashSet<>();
    try (MappingIterator<Map<String, String>> lines =
        MAPPER.readerForMapOf(String.class).with(schema).readValues(text(file))) {
      while (lines.hasNextValue()) {
        int line = lines.getCurrentLocation().getLineNr();
        rows.add(new Row(line, lines.nextValue()));
      }
      ((CsvSchema) lines.getParserSchema()).forEach(column -> columns.add(column.getName()));
    } catch (JsonProcessingException e) {
      throw new IOException(
          "%s: line %d: %s".formatted(file, e.getLocation().getLineNr(), e.getOriginalMessage()),
          e);
    }
    return new Table(file, columns, rows);
  }

  /** Reads a UTF-8 file, without its byte order mark. */
  static String text(Path file) throws IOException {
    try {
      String text = Files.readString(file, StandardCharsets.UTF_8);
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw new IOException(file + ": expected UTF-8 throughout, found other bytes", e);
    }
  }
}

package io.loramer.training.experiments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SweepGridTest {
  @TempDir private Path folder;

  @Test
  void gridIsEveryCombination() throws IOException {
    SweepGrid grid =
        read(
            """
            grid:
              head.mine.lambda: [2, 0.25]
              audio.encoder: [encoders/a, null]
              data.labels: [[joy, fear]]
            """);
    assertEquals(
        List.of(
            "lambda=2 encoder=encoders/a labels=[\"joy\",\"fear\"]",
            "lambda=2 encoder=null labels=[\"joy\",\"fear\"]",
            "lambda=0.25 encoder=encoders/a labels=[\"joy\",\"fear\"]",
            "lambda=0.25 encoder=null labels=[\"joy\",\"fear\"]"),
        grid.points().stream().map(SweepGrid.Point::name).toList());
    assertEquals(
        Map.of(
            "head.mine.lambda",
            "0.25",
            "audio.encoder",
            "\"encoders/a\"",
            "data.labels",
            "[\"joy\",\"fear\"]"),
        grid.points().get(2).overrides());
    assertEquals("lambda=0.25-encoder=encoders-a-labels=-joy-fear-", grid.points().get(2).folder());
  }

  @Test
  void rowsKeepTheirPublishedResults() throws IOException {
    SweepGrid grid =
        read(
            """
            rows:
              - {name: LoRA WavLM + Frozen RoBERTa, set: {a.b: 1}, paper: {UA: 80.18, WA: 79.39}}
              - name: as it is
            """);
    SweepGrid.Point first = grid.points().get(0);
    assertEquals(Map.of("UA", 80.18, "WA", 79.39), first.paper());
    assertEquals("lora-wavlm-frozen-roberta", first.folder());
    assertEquals(Map.of(), grid.points().get(1).overrides());
  }

  /** A published number of a row belongs to no single value of the grid. */
  @Test
  void rowsWithAGridAreEachRowWithEachValue() throws IOException {
    SweepGrid grid =
        read("rows: [{name: x, set: {a.b: 1}, paper: {UA: 5}}, {name: y}]\ngrid: {c.d: [3, 4]}\n");
    assertEquals(
        List.of("x d=3", "x d=4", "y d=3", "y d=4"),
        grid.points().stream().map(SweepGrid.Point::name).toList());
    assertEquals(Map.of("a.b", "1", "c.d", "4"), grid.points().get(1).overrides());
    assertEquals(Map.of(), grid.points().get(1).paper());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          rows: [{name: A b}, {name: a-b}]       | : two points are called a-b
          rows: [{name: ..}, {name: ""}]         | : a name begins with a letter from A to Z or a
          rows: [{set: {a.b: 1}}]                | : a row has no name
          rows: []                               | : expected rows or a grid, found no point
          grid: {a.b: []}                        | : expected rows or a grid, found no point
          '{}'                                   | : expected rows or a grid, found no point
          grid: {a.b: }                          | : grid: a.b: expected a list of values, found nothing
          rows: [{name: a}, ~]                   | : rows: row 2: expected name, set and paper, found
          grid: {a.b: 3}                         | : line 1: expected rows (a list of name, set
          rows: [{name: a, sets: {}}]            | : line 1: expected rows (a list of name, set
          rows: [{name: a}                       | : line 1: expected rows (a list of name, set
          """)
  void fileThatIsNoGridIsRefused(String yaml, String message) {
    IOException e = assertThrows(IOException.class, () -> read(yaml));
    assertTrue(e.getMessage().startsWith(folder.resolve("grid.yaml") + message), e.getMessage());
  }

  private SweepGrid read(String yaml) throws IOException {
    return SweepGrid.read(Files.writeString(folder.resolve("grid.yaml"), yaml));
  }
}

package io.loramer.training.experiments;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The configurations that a sweep compares.
 *
 * <p>In YAML they are rows, each a named set of keys, or a grid of all combinations of some values,
 * or both: then each row with each combination.
 *
 * <pre>{@code
 * rows:
 *   - name: frozen
 *     set: {audio.adaptation: frozen}
 *     paper: {UA: 77.59, WA: 76.58}     # optional: published results, in percent
 *   - name: lora
 *     set: {audio.adaptation: lora}
 * grid:
 *   head.mine.lambda: [2, 1, 0.5, 0.25, 0.1, 0]
 * }</pre>
 *
 * <p>Paths are relative to the file of the configuration.
 */
public record SweepGrid(List<Point> points) {
  private static final ObjectMapper YAML =
      YAMLMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  /**
   * One configuration.
   *
   * @param set values by dotted keys
   * @param paper published measures, in percent; empty if there are none
   */
  public record Point(String name, Map<String, JsonNode> set, Map<String, Double> paper) {
    public Point {
      if (name == null) {
        throw new IllegalArgumentException("a row has no name");
      }
      set = set == null ? Map.of() : set;
      paper = paper == null ? Map.of() : paper;
    }

    /** Returns the name of the point's folder. */
    String folder() {
      return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.=_]+", "-");
    }

    /** Returns the values in YAML by dotted keys. */
    public Map<String, String> overrides() {
      Map<String, String> overrides = new LinkedHashMap<>();
      set.forEach((key, value) -> overrides.put(key, value.toString()));
      return overrides;
    }

    /** Returns this point with one more key and without published results. */
    private Point with(String key, JsonNode value) {
      String last = key.substring(key.lastIndexOf('.') + 1);
      String valueName = last + "=" + (value.isValueNode() ? value.asText() : value.toString());
      Map<String, JsonNode> more = new LinkedHashMap<>(set);
      more.put(key, value);
      return new Point(name.isEmpty() ? valueName : name + " " + valueName, more, Map.of());
    }
  }

  private record File(List<Point> rows, Map<String, List<JsonNode>> grid) {}

  public SweepGrid {
    points = List.copyOf(points);
    Set<String> folders = new HashSet<>();
    List<String> problems = new ArrayList<>();
    for (Point point : points) {
      if (!folders.add(point.folder())) {
        problems.add("two points are called " + point.folder());
      }
      if (!point.folder().matches("[a-z0-9].*")) {
        problems.add("a name begins with a letter from A to Z or a digit, found " + point.name());
      }
    }
    if (points.isEmpty()) {
      problems.add("expected rows or a grid, found no point");
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  /**
   * Reads a grid.
   *
   * @throws IOException if there is no such file, or it is not such a grid
   */
  public static SweepGrid read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new NoSuchFileException(file.toString(), null, "no such file");
    }
    try {
      File read = YAML.readValue(file.toFile(), File.class);
      return new SweepGrid(points(read));
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    } catch (JsonProcessingException e) {
      if (e.getCause() instanceof IllegalArgumentException refusal) {
        throw new IOException(file + ": " + refusal.getMessage(), e);
      }
      throw new IOException(
          "%s: line %d: expected rows (a list of name, set and paper), a grid (lists of values by"
                  .formatted(file, e.getLocation() == null ? 1 : e.getLocation().getLineNr())
              + " keys) or both",
          e);
    }
  }

  private static List<Point> points(File file) {
    boolean rows = file.rows != null;
    if (rows && file.rows.contains(null)) {
      throw new IllegalArgumentException(
          "rows: row %d: expected name, set and paper, found nothing; fill it in or remove its dash"
              .formatted(file.rows.indexOf(null) + 1));
    }
    List<Point> points = rows ? file.rows : List.of(new Point("", Map.of(), Map.of()));
    if (file.grid != null) {
      for (var dimension : file.grid.entrySet()) {
        if (dimension.getValue() == null) {
          throw new IllegalArgumentException(
              "grid: %s: expected a list of values, found nothing; give some or remove the key"
                  .formatted(dimension.getKey()));
        }
        List<Point> finer = new ArrayList<>();
        for (Point point : points) {
          dimension.getValue().forEach(v -> finer.add(point.with(dimension.getKey(), v)));
        }
        points = finer;
      }
    } else if (!rows) {
      return List.of();
    }
    return points;
  }
}

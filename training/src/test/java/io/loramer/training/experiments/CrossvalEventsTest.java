package io.loramer.training.experiments;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.loramer.recognition.measures.SplitMetrics;
import io.loramer.savedmodels.files.TfRecords;
import io.loramer.tensorboard.Chart;
import io.loramer.tensorboard.Layout;
import io.loramer.tensorboard.MarginChartContent;
import io.loramer.training.run.EpochMetrics;
import io.loramer.training.run.RunMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.Summary;

class CrossvalEventsTest {
  @TempDir private Path folder;

  @Test
  void eachEpochHasItsMeanAndTheMarginOfADeviation() throws IOException {
    CrossvalEvents.write(folder, List.of(run(0.5, 0.7), run(0.6, 0.8), run(0.7, 0.9, 0.9)));

    Map<String, List<Double>> found = new TreeMap<>();
    Layout layout = Layout.getDefaultInstance();
    for (Event event : events()) {
      for (Summary.Value value : event.getSummary().getValueList()) {
        if (value.getTag().equals("custom_scalars__config__")) {
          layout = Layout.parseFrom(value.getTensor().getStringVal(0));
        } else {
          List<Double> values = found.computeIfAbsent(value.getTag(), t -> new ArrayList<>());
          values.add((double) value.getTensor().getFloatVal(0));
          assertEquals(values.size(), event.getStep());
        }
      }
    }
    // Sample deviation of 0.5, 0.6 and 0.7: 0.1. Not all runs have a third epoch.
    MarginChartContent.Series margin = layout.getCategory(0).getChart(3).getMargin().getSeries(0);
    assertNear(List.of(0.6, 0.8), found.get(margin.getValue()));
    assertNear(List.of(0.5, 0.7), found.get(margin.getLower()));
    assertNear(List.of(0.7, 0.9), found.get(margin.getUpper()));
    assertEquals(
        List.of("loss", "validation_cross_entropy", "validation_WA", "validation_UA"),
        layout.getCategory(0).getChartList().stream().map(Chart::getTitle).toList());
    assertEquals(4 * 3, found.size());
  }

  private static void assertNear(List<Double> expected, List<Double> found) {
    assertEquals(expected.size(), found.size());
    for (int i = 0; i < expected.size(); i++) {
      assertEquals(expected.get(i), found.get(i), 1e-6);
    }
  }

  /** Returns a run of one modality with these unweighted accuracies. */
  private static RunMetrics run(double... validationUa) {
    List<EpochMetrics> epochs = new ArrayList<>();
    for (int i = 0; i < validationUa.length; i++) {
      epochs.add(
          new EpochMetrics(
              i + 1, 1.25, 1.25, OptionalDouble.empty(), validationUa[i], 0.5, 0.25, 1.5));
    }
    SplitMetrics none = new SplitMetrics(0, 0, 0, 0, 0, Map.of(), List.of(), List.of());
    return new RunMetrics(1, none, Optional.empty(), 0, 7, epochs);
  }

  private List<Event> events() throws IOException {
    List<Event> events = new ArrayList<>();
    try (var files = Files.newDirectoryStream(folder)) {
      for (byte[] record : TfRecords.read(files.iterator().next())) {
        events.add(Event.parseFrom(record));
      }
    }
    return events;
  }
}

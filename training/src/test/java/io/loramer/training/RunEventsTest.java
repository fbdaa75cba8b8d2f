package io.loramer.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.recognition.measures.Prediction;
import io.loramer.recognition.testing.TinyCorpus;
import io.loramer.savedmodels.lora.LoraAdapter;
import io.loramer.savedmodels.weights.Safetensors;
import io.loramer.tensorboard.HParamInfo;
import io.loramer.tensorboard.HParamsPluginData;
import io.loramer.tensorboard.Layout;
import io.loramer.tensorboard.SessionStartInfo;
import io.loramer.tensorboard.Status;
import io.loramer.training.config.DataConfig;
import io.loramer.training.config.OptimizationConfig;
import io.loramer.training.config.RunConfig;
import io.loramer.training.config.SplitConfig;
import io.loramer.training.run.RunFolder;
import io.loramer.training.run.RunMetrics;
import io.loramer.training.tensorboard.EventFile;
import io.loramer.training.tensorboard.EventFileTest;
import io.loramer.training.testing.TinySetup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.RunMetadata;
import org.tensorflow.proto.Summary;
import org.tensorflow.types.TFloat32;

/** Reads the events of a run of three epochs of three steps. */
class RunEventsTest {
  private static final List<Long> EACH = List.of(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
  private static final List<Long> AFTER_EPOCHS = List.of(3L, 6L, 9L);
  private static final List<Long> AT_THE_END = List.of(9L);
  private static final List<String> LABELS = List.of("anger", "neutral", "sadness");

  @TempDir private static Path shared;
  private static TinySetup tiny;
  private static Path run;
  private static RunMetrics metrics;
  private static List<Event> events;

  /** The values of each tag, in the order of their steps. */
  private static final Map<String, List<Summary.Value>> VALUES = new TreeMap<>();

  @TempDir private Path folder;

  @BeforeAll
  static void train() throws IOException {
    tiny = TinySetup.in(shared);
    run = shared.resolve("run");
    metrics = Trainer.start(tiny.config(), run, OptionalLong.of(4), TinyCorpus::unwatched);
    events = events(run);
    for (Event event : events) {
      for (Summary.Value value : event.getSummary().getValueList()) {
        VALUES.computeIfAbsent(value.getTag(), tag -> new ArrayList<>()).add(value);
      }
    }
  }

  @Test
  void everyTagComesAtItsSteps() {
    Map<String, List<Long>> expected = new TreeMap<>();
    for (String tag : List.of("total", "cross_entropy", "mutual_information_nats")) {
      expected.put("loss/" + tag, EACH);
    }
    expected.put("learning_rate", EACH);
    for (String tag : List.of("UA", "WA", "macro_F1", "cross_entropy", "confusion")) {
      expected.put("validation/" + tag, AFTER_EPOCHS);
    }
    expected.put("validation/fusion_weight_of_audio", AFTER_EPOCHS);
    LABELS.forEach(label -> expected.put("validation/" + label, AFTER_EPOCHS));
    for (String projection : List.of("q_proj", "v_proj")) {
      for (int layer = 0; layer < 2; layer++) {
        String module = "encoder.layers." + layer + ".attention." + projection;
        for (String kind : List.of("A", "B", "relative_norm")) {
          expected.put("lora/" + kind + "/" + module, AFTER_EPOCHS);
        }
      }
    }
    for (String split : List.of("validation", "test")) {
      for (String measure : List.of("UA", "WA", "macro_F1")) {
        expected.put("result/" + split + "_" + measure, AT_THE_END);
      }
    }
    // The first of each label in the validation split, u7 to u10.
    List.of("u7", "u8", "u9").forEach(id -> expected.put("validation_clips/" + id, AT_THE_END));
    expected.put("validation_clips", AT_THE_END);
    expected.put("custom_scalars__config__", List.of(0L));
    for (String tag : List.of("experiment", "session_start_info", "session_end_info")) {
      expected.put("_hparams_/" + tag, List.of(0L));
    }
    Map<String, List<Long>> found = new TreeMap<>();
    for (Event event : events) {
      for (Summary.Value value : event.getSummary().getValueList()) {
        found.computeIfAbsent(value.getTag(), tag -> new ArrayList<>()).add(event.getStep());
      }
    }
    assertEquals(expected, found);
  }

  @Test
  void theTopScopesOfTheGraphAreThoseOfThePapersFigure() throws IOException {
    Set<String> top = new TreeSet<>();
    Set<String> scopes = new HashSet<>();
    Set<String> names = new HashSet<>();
    GraphDef graph = graph();
    for (NodeDef node : graph.getNodeList()) {
      top.add(node.getName().replaceFirst("/.*", ""));
      assertTrue(names.add(node.getName()), node.getName());
      for (int i = node.getName().indexOf('/'); i > 0; i = node.getName().indexOf('/', i + 1)) {
        scopes.add(node.getName().substring(0, i));
      }
    }
    assertEquals(
        Set.of(
            "audio", "text", "fusion", "classifier", "mine", "loss", "optimizer", "dropout_seed"),
        top);
    for (String name : names) {
      assertTrue(!name.matches("optimizer/gradients/[^/]*"), name);
    }
    for (String scope :
        List.of(
            "audio/encoder/layers.0/attention/q_proj/lora",
            "audio/input",
            "audio/pooling",
            "audio/projection/0",
            "text/input",
            "text/pooling",
            "optimizer/gradients/audio/encoder/layers.1/attention/v_proj/lora",
            "optimizer/gradients/fusion")) {
      assertTrue(scopes.contains(scope), scope);
    }
    for (NodeDef node : graph.getNodeList()) {
      for (String input : node.getInputList()) {
        String producer = input.replaceFirst("^\\^", "").replaceFirst(":[0-9]+$", "");
        assertTrue(names.contains(producer), input);
      }
    }
  }

  @Test
  void theGraphIsReadableWhileTheFileIsBeingWritten() throws IOException {
    assertEquals(graph(), new RunFolder(run).readGraph());
    byte[] whole;
    try (var files = Files.newDirectoryStream(run, "events.out.tfevents.*")) {
      whole = Files.readAllBytes(files.iterator().next());
    }
    Path cut = folder.resolve("events.out.tfevents.0000000001.000");
    Files.write(cut, Arrays.copyOf(whole, whole.length - 7));
    assertEquals(graph(), EventFile.readGraph(folder));
  }

  @Test
  void theTraceHasTheNodesOfTheGraph() throws IOException {
    Set<String> names = new HashSet<>();
    graph().getNodeList().forEach(node -> names.add(node.getName()));
    List<Event> traces = events.stream().filter(Event::hasTaggedRunMetadata).toList();
    assertEquals(1, traces.size());
    assertEquals(4, traces.get(0).getStep());
    RunMetadata trace =
        RunMetadata.parseFrom(traces.get(0).getTaggedRunMetadata().getRunMetadata());
    long known =
        trace.getStepStats().getDevStats(0).getNodeStatsList().stream()
            .filter(node -> names.contains(node.getNodeName()))
            .count();
    assertTrue(known > 500, known + " ops with a time");
    assertTrue(trace.getStepStats().getDevStats(0).getDevice().endsWith("CPU:0"));
  }

  @Test
  void aTracedRunEndsWithTheSameNumbers() throws IOException {
    assertEquals(
        metrics, Trainer.start(tiny.config(), folder.resolve("run"), TinyCorpus::unwatched));
    assertTrue(events(folder.resolve("run")).stream().noneMatch(Event::hasTaggedRunMetadata));
  }

  @Test
  void stepThatTheRunCannotHaveIsRefused() {
    Path refused = folder.resolve("run");
    IOException e =
        assertThrows(
            IOException.class,
            () -> Trainer.start(tiny.config(), refused, OptionalLong.of(9), TinyCorpus::unwatched));
    assertEquals(
        "step to trace: expected from 0 to below 9, the steps of the run, found 9", e.getMessage());
    assertTrue(Files.notExists(refused));
  }

  @Test
  void relativeNormIsThatOfTheAdapter() throws IOException {
    String module = "encoder.layers.0.attention.q_proj";
    Path checkpoint = shared.resolve("wavlm-checkpoint/model.safetensors");
    float[] norms = scalars("lora/relative_norm/" + module);
    try (Safetensors file = Safetensors.open(checkpoint);
        TFloat32 kernel = file.float32(module + ".weight");
        LoraAdapter adapter = LoraAdapter.read(run.resolve("model"))) {
      double squares = kernel.streamOfObjects().mapToDouble(w -> (double) w * w).sum();
      double expected = 8 * adapter.norm(module) / Math.sqrt(squares); // 8 = alpha / rank
      assertEquals(expected, norms[metrics.bestEpoch() - 1], 1e-6);
      assertTrue(expected > 0);
    }
  }

  @Test
  void theTableOfRunsHasMeasuresAndKeysButNoRepetitions() throws IOException {
    HParamsPluginData experiment = hyperparameters("experiment");
    List<String> keys =
        experiment.getExperiment().getHparamInfosList().stream().map(HParamInfo::getName).toList();
    assertTrue(keys.contains("audio.lora.rank") && keys.contains("head.mine.lambda"));
    assertTrue(
        keys.stream().noneMatch(key -> key.matches("training\\.seed|cache.*|data\\.(test|val).*")),
        keys.toString());
    assertEquals("result/test_UA", experiment.getExperiment().getMetricInfos(0).getName().getTag());

    SessionStartInfo start = hyperparameters("session_start_info").getSessionStartInfo();
    assertEquals(2, start.getHparamsOrThrow("audio.lora.rank").getNumberValue());
    assertEquals("lora", start.getHparamsOrThrow("audio.adaptation").getStringValue());
    assertTrue(keys.containsAll(start.getHparamsMap().keySet()));
    assertEquals(
        Status.STATUS_SUCCESS, hyperparameters("session_end_info").getSessionEndInfo().getStatus());
  }

  @Test
  void foldsAndSeedsAreOneGroupAndOtherHyperparametersAnother() {
    OptimizationConfig of = tiny.config().training();
    String group = group(tiny.config());
    RunConfig fold = tiny.config();
    DataConfig data =
        fold.data()
            .withSplits(
                new SplitConfig(List.of("a"), List.of()), new SplitConfig(List.of("b"), List.of()));
    assertEquals(group, group(fold.withData(data).withSeed(7)));
    OptimizationConfig slower =
        new OptimizationConfig(
            of.epochs(), of.batchSize(), 1e-5f, of.patience(), OptionalDouble.empty(), of.seed());
    assertNotEquals(group, group(tiny.config().withTraining(slower)));
  }

  @Test
  void clipsHaveTheirPredictions() throws IOException {
    Prediction first = new RunFolder(run).readPredictions().get(0);
    String row =
        VALUES
            .get("validation_clips")
            .get(0)
            .getTensor()
            .getStringVal(0)
            .toStringUtf8()
            .lines()
            .skip(2)
            .findFirst()
            .orElseThrow();
    assertTrue(
        row.startsWith("| u7 | " + first.label() + " | " + first.recognized().label() + " | 0."),
        row);
    assertTrue(row.endsWith(" | so so so neutral |"), row);
    assertEquals(
        first.label() + ", predicted: " + first.recognized().label(),
        VALUES.get("validation_clips/u7").get(0).getMetadata().getDisplayName());
  }

  /**
   * A folder takes the place of the projector's file, and the clips are gone after the last epoch.
   */
  @Test
  void whatOnlyShowsTheRunDoesNotEndIt() throws IOException {
    TinySetup own = TinySetup.in(Files.createDirectory(folder.resolve("own")));
    String longest = "x".repeat(3000);
    Files.writeString(
        own.manifest(),
        Files.readString(own.manifest())
            .replace("\"label\": \"sadness\"", "\"label\": \"" + longest + "\""));
    Path decorated = folder.resolve("run");
    RunMetrics found =
        Trainer.start(
            own.config(),
            decorated,
            progress -> {
              if (progress.phase().equals("epoch 1/3") && progress.done() == 0) {
                try {
                  Files.createDirectories(decorated.resolve("embeddings_metadata.tsv/x"));
                  Files.delete(own.manifest().resolveSibling("7.wav"));
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              }
            });
    assertEquals(metrics.epochs(), found.epochs());
    assertTrue(new RunFolder(decorated).hasEnded());
    Set<String> tags = new TreeSet<>();
    for (Event event : events(decorated)) {
      event.getSummary().getValueList().forEach(value -> tags.add(value.getTag()));
    }
    assertTrue(tags.contains("validation/confusion"), tags.toString());
    assertTrue(tags.contains("result/test_UA"), tags.toString());
    assertFalse(tags.contains("validation_clips"), tags.toString());
  }

  @Test
  void layoutShowsLossesAndMeasures() throws IOException {
    Layout layout =
        Layout.parseFrom(VALUES.get("custom_scalars__config__").get(0).getTensor().getStringVal(0));
    String tag = layout.getCategory(0).getChart(2).getMultiline().getTag(0);
    assertTrue("loss/total".matches(tag));
  }

  private static float[] scalars(String tag) {
    float[] values = new float[VALUES.get(tag).size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = VALUES.get(tag).get(i).getTensor().getFloatVal(0);
    }
    return values;
  }

  private static String group(RunConfig config) {
    return new Hyperparameters(config).start(0).getSessionStartInfo().getGroupName();
  }

  private static HParamsPluginData hyperparameters(String name) throws IOException {
    return HParamsPluginData.parseFrom(
        VALUES.get("_hparams_/" + name).get(0).getMetadata().getPluginData().getContent());
  }

  private static GraphDef graph() throws IOException {
    return GraphDef.parseFrom(events.get(2).getGraphDef());
  }

  private static List<Event> events(Path run) throws IOException {
    try (var files = Files.newDirectoryStream(run, "events.out.tfevents.*")) {
      return EventFileTest.read(files.iterator().next());
    }
  }
}

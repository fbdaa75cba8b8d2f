package io.loramer.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.loramer.recognition.device.Device;
import io.loramer.recognition.device.Gpu;
import io.loramer.training.config.RunConfig;
import io.loramer.training.config.RunConfigFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.RunOptions;

class DeviceTest {
  @ParameterizedTest
  @ValueSource(strings = {"GPU", "gpu:", "gpu:-1", "tpu", "", "cpu:0"})
  void otherNamesAreRefused(String name) {
    var problem = assertThrows(IllegalArgumentException.class, () -> new Device(name));
    assertEquals("expected auto, cpu, gpu or gpu:n, found " + name, problem.getMessage());
  }

  @Test
  void theConfigurationReadsAndWritesTheDevice() throws IOException {
    RunConfig config = RunConfigFile.read(Optional.empty(), Map.of("compute.device", "gpu:2"));

    assertEquals(new Device("gpu:2"), config.compute().device());
    assertEquals("\"gpu:2\"", RunConfigFile.keys(config).get("compute.device").toString());
    var problem =
        assertThrows(
            IOException.class,
            () -> RunConfigFile.read(Optional.empty(), Map.of("compute.device", "tpu")));
    assertTrue(problem.getMessage().contains("expected auto, cpu, gpu or gpu:n, found tpu"));
  }

  @Test
  void gpuMemoryGrowsAndTheCpuHidesTheGpu() {
    ConfigProto second = new Device("gpu:1").session();
    assertEquals("1", second.getGpuOptions().getVisibleDeviceList());
    assertTrue(second.getGpuOptions().getAllowGrowth());
    assertTrue(second.getAllowSoftPlacement());

    assertTrue(Device.auto().session().getGpuOptions().getAllowGrowth());
    assertEquals("", Device.auto().session().getGpuOptions().getVisibleDeviceList());

    ConfigProto cpu = new Device("cpu").session();
    assertEquals(0, cpu.getDeviceCountOrThrow("GPU"));
  }

  @Test
  void onTheCpuEveryNodeIsPlacedThere() {
    try (Graph graph = new Graph();
        Session session = new Session(graph, new Device("cpu").session())) {
      Ops tf = Ops.create(graph);
      var sum = tf.math.add(tf.constant(1f), tf.math.exp(tf.constant(2f)));
      RunOptions traced =
          RunOptions.newBuilder()
              .setTraceLevel(RunOptions.TraceLevel.SOFTWARE_TRACE)
              .setOutputPartitionGraphs(true)
              .build();
      try (Result result = session.runner().setOptions(traced).fetch(sum).runAndFetchMetadata()) {
        var nodes =
            result.getMetadata().orElseThrow().getPartitionGraphsList().stream()
                .flatMap(part -> part.getNodeList().stream())
                .toList();
        assertFalse(nodes.isEmpty());
        nodes.forEach(node -> assertTrue(node.getDevice().endsWith("CPU:0"), node.getName()));
      }
    }
  }

  @Test
  void missingGpuIsReportedFirstWithTheReason(@TempDir Path temp) throws IOException {
    assumeFalse(Gpu.isVisible(), "there is a GPU");
    Path run = temp.resolve("run");
    RunConfig config = RunConfigFile.read(Optional.empty(), Map.of("compute.device", "gpu"));

    var problem = assertThrows(IOException.class, () -> Trainer.start(config, run, progress -> {}));

    assertTrue(problem.getMessage().startsWith("compute.device: TensorFlow finds no gpu; "));
    assertTrue(
        Stream.of("mvn package -Pgpu", "libcuda.so.1", "nvidia-smi")
            .anyMatch(problem.getMessage()::contains),
        problem.getMessage());
    assertFalse(run.toFile().exists());
  }
}

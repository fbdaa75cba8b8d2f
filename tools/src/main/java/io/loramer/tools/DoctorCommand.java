package io.loramer.tools;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.tensorflow.DeviceSpec;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.TensorFlow;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import org.tensorflow.op.Ops;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Tells what this machine offers. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = "Prints TensorFlow, devices, missing CUDA libraries and cores.",
    footerHeading = "%nExample:%n",
    footer = "  lora-mer doctor")
final class DoctorCommand implements Callable<Integer> {
  /** What TensorFlow 2.18's GPU natives load, and what brings each. */
  private static final List<String> CUDA_LIBRARIES =
      List.of(
          "libcuda.so.1", // the driver
          "libcudart.so.12",
          "libcublas.so.12",
          "libcublasLt.so.12",
          "libcufft.so.11",
          "libcusolver.so.11",
          "libcusparse.so.12",
          "libcudnn.so.9");

  /** Where Linux distributions and NVIDIA's installers put libraries. */
  private static final List<String> LIBRARY_FOLDERS =
      List.of(
          "/usr/lib/x86_64-linux-gnu",
          "/usr/lib64",
          "/usr/lib",
          "/usr/local/cuda/lib64",
          "/usr/local/lib");

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Runtime runtime = Runtime.getRuntime();
    boolean gpuNatives = Stream.of(classPath()).anyMatch(jar -> jar.contains("linux-x86_64-gpu"));
    out.println("lora-mer     " + Main.Version.number());
    out.println("java         " + Runtime.version() + ", " + System.getProperty("java.home"));
    out.println("tensorflow   " + TensorFlow.version() + (gpuNatives ? " (GPU)" : " (CPU)"));
    out.println("cores        " + runtime.availableProcessors());
    out.println("java heap    " + (runtime.maxMemory() >> 20) + " MiB at most");
    out.println("GPU          " + (hasGpu() ? "/device:GPU:0" : "none visible"));
    if (!gpuNatives) {
      out.println("             build with `mvn package -Pgpu` for TensorFlow with CUDA");
    }
    List<String> missing = missingCudaLibraries();
    out.println(
        "CUDA         "
            + (missing.isEmpty() ? "complete" : "missing " + String.join(", ", missing)));
    return ExitCode.OK;
  }

  /** TensorFlow Java does not list devices; an op that must run on one tells. */
  private static boolean hasGpu() {
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf =
          Ops.create(graph)
              .withDevice(
                  DeviceSpec.newBuilder()
                      .deviceType(DeviceSpec.DeviceType.GPU)
                      .deviceIndex(0)
                      .build());
      try (Result result = session.runner().fetch(tf.constant(1f)).run()) {
        return result.size() == 1;
      }
    } catch (TFInvalidArgumentException e) {
      return false; // "Cannot assign a device"
    }
  }

  private static String[] classPath() {
    return System.getProperty("java.class.path").split(System.getProperty("path.separator"), -1);
  }

  private static List<String> missingCudaLibraries() {
    List<String> folders = new ArrayList<>(LIBRARY_FOLDERS);
    String path = System.getenv("LD_LIBRARY_PATH");
    if (path != null) {
      folders.addAll(List.of(path.split(":", -1)));
    }
    return CUDA_LIBRARIES.stream()
        .filter(
            library -> folders.stream().noneMatch(folder -> Files.exists(Path.of(folder, library))))
        .toList();
  }
}

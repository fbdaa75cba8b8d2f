package io.loramer.tools;

import io.loramer.recognition.device.Gpu;
import io.loramer.tools.console.LoraMerVersion;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.tensorflow.TensorFlow;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints the versions, devices and libraries of this machine. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = "Prints TensorFlow, devices, missing CUDA libraries and cores.",
    footerHeading = "%nExample:%n",
    footer = "  lora-mer doctor")
final class DoctorCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Runtime runtime = Runtime.getRuntime();
    boolean gpuNatives = Gpu.hasNatives();
    out.println("lora-mer     " + LoraMerVersion.number());
    out.println("java         " + Runtime.version() + ", " + System.getProperty("java.home"));
    out.println("tensorflow   " + TensorFlow.version() + (gpuNatives ? " (GPU)" : " (CPU)"));
    out.println("cores        " + runtime.availableProcessors());
    out.println("java heap    " + (runtime.maxMemory() >> 20) + " MiB at most");
    out.println("GPU          " + (Gpu.isVisible() ? "/device:GPU:0" : "none visible"));
    if (!gpuNatives) {
      out.println("             build with `mvn package -Pgpu` for TensorFlow with CUDA");
    }
    List<String> missing = Gpu.missingLibraries();
    out.println(
        "CUDA         "
            + (missing.isEmpty() ? "complete" : "missing " + String.join(", ", missing)));
    return ExitCode.OK;
  }
}

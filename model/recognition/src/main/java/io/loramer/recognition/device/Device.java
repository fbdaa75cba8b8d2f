package io.loramer.recognition.device;

import io.loramer.savedmodels.graph.TensorFlowLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GPUOptions;

/**
 * Where a run computes: {@code auto}, on the first GPU if TensorFlow sees one, else the CPU; {@code
 * cpu}; {@code gpu}, the first; or {@code gpu:n}, counted from 0.
 */
public record Device(String name) {
  private static final Pattern NAMES = Pattern.compile("auto|cpu|gpu(:[0-9]{1,3})?");

  private static final String GPU = "gpu";

  public Device {
    if (!NAMES.matcher(name).matches()) {
      throw new IllegalArgumentException("expected auto, cpu, gpu or gpu:n, found " + name);
    }
  }

  public static Device auto() {
    return new Device("auto");
  }

  /**
   * Checks that the device is there.
   *
   * @throws IOException if a GPU is asked for that TensorFlow does not see, with what is missing
   */
  public void requireVisible() throws IOException {
    if (!name.startsWith(GPU) || Gpu.isVisible(session())) {
      return;
    }
    List<String> causes = new ArrayList<>();
    if (!Gpu.hasNatives()) {
      causes.add("this is built without CUDA: build with `mvn package -Pgpu`");
    }
    List<String> missing = Gpu.missingLibraries();
    if (!missing.isEmpty()) {
      causes.add("libraries are missing (libcuda.so.1 is the driver's): " + missing);
    }
    if (causes.isEmpty()) {
      causes.add("see what nvidia-smi and CUDA_VISIBLE_DEVICES say");
    }
    throw new IOException(
        "compute.device: TensorFlow sees no %s; %s; or take compute.device=cpu"
            .formatted(name, String.join("; ", causes)));
  }

  /**
   * Returns the options of the run's sessions. On a GPU, memory is taken as it is needed, and ops
   * that have no kernel for it run on the CPU. Which GPU is seen, the first session of a process
   * decides.
   */
  public ConfigProto session() {
    TensorFlowLog.passNotes();
    ConfigProto.Builder config = ConfigProto.newBuilder().setAllowSoftPlacement(true);
    if (name.equals("cpu")) {
      return config.putDeviceCount("GPU", 0).build();
    }
    GPUOptions.Builder gpu = config.getGpuOptionsBuilder().setAllowGrowth(true);
    if (name.startsWith(GPU)) {
      gpu.setVisibleDeviceList(Integer.toString(index()));
    }
    return config.build();
  }

  /** Returns whether sessions with these options compute on a GPU. */
  public boolean isGpu() {
    return name.startsWith(GPU) || (name.equals("auto") && Gpu.hasNatives() && Gpu.isVisible());
  }

  private int index() {
    int colon = name.indexOf(':');
    return colon < 0 ? 0 : Integer.parseInt(name.substring(colon + 1));
  }

  @Override
  public String toString() {
    return name;
  }
}

package io.loramer.recognition.device;

import io.loramer.savedmodels.graph.TensorFlowLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GPUOptions;

/**
 * The device that TensorFlow computes on.
 *
 * @param name {@code auto}, the first GPU if TensorFlow finds one, else the CPU; {@code cpu};
 *     {@code gpu}, the first GPU; or {@code gpu:n}, counted from 0
 */
public record Device(String name) {
  private static final Pattern NAMES = Pattern.compile("auto|cpu|gpu(:[0-9]{1,3})?");

  private static final String GPU = "gpu";

  public Device {
    if (!NAMES.matcher(name).matches()) {
      throw new IllegalArgumentException("expected auto, cpu, gpu or gpu:n, found " + name);
    }
  }

  /** Returns the first GPU if TensorFlow finds one, else the CPU. */
  public static Device auto() {
    return new Device("auto");
  }

  /**
   * Requires that TensorFlow can use the device.
   *
   * @throws IOException if a GPU is required that TensorFlow does not find, with the likely causes
   */
  public void requireVisible() throws IOException {
    if (!name.startsWith(GPU) || Gpu.isVisible(session())) {
      return;
    }
    List<String> causes = new ArrayList<>();
    if (!Gpu.hasNatives()) {
      causes.add("this build is without CUDA: build with `mvn package -Pgpu`");
    }
    List<String> missing = Gpu.missingLibraries();
    if (!missing.isEmpty()) {
      causes.add("libraries are missing (libcuda.so.1 is the driver's): " + missing);
    }
    if (causes.isEmpty()) {
      causes.add("check nvidia-smi and CUDA_VISIBLE_DEVICES");
    }
    throw new IOException(
        "compute.device: TensorFlow finds no %s; %s; or set compute.device=cpu"
            .formatted(name, String.join("; ", causes)));
  }

  /**
   * Returns the options of sessions on this device. On a GPU, memory is allocated as needed, and
   * ops without a GPU kernel run on the CPU. The first session of a process determines the visible
   * GPU.
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

package io.loramer.recognition.device;

import com.google.protobuf.InvalidProtocolBufferException;
import io.loramer.savedmodels.graph.TensorFlowLog;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.DeviceSpec;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import org.tensorflow.internal.c_api.TF_Buffer;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.internal.c_api.global.tensorflow;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.KernelList;

/** Finds out whether TensorFlow can use a GPU, and which libraries it lacks. */
public final class Gpu {
  /** The libraries that TensorFlow 2.18's GPU natives load. */
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

  /** The library folders of Linux distributions and of NVIDIA's installers. */
  private static final List<String> LIBRARY_FOLDERS =
      List.of(
          "/usr/lib/x86_64-linux-gnu",
          "/usr/lib64",
          "/usr/lib",
          "/usr/local/cuda/lib64",
          "/usr/local/lib");

  private Gpu() {}

  /** Returns whether TensorFlow can compute on a GPU. */
  public static boolean isVisible() {
    return isVisible(Device.auto().session());
  }

  /**
   * Returns whether sessions with these options can compute on their first visible GPU. TensorFlow
   * Java does not list devices, so an op is run that must be placed on a GPU. The options must be
   * those of all later sessions, since a process's first session determines the visible GPUs and
   * the allocation of their memory.
   */
  static boolean isVisible(ConfigProto options) {
    ConfigProto strict = options.toBuilder().setAllowSoftPlacement(false).build();
    try (Graph graph = new Graph();
        Session session = new Session(graph, strict)) {
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

  /**
   * Returns whether the loaded TensorFlow was built with CUDA, from wherever it was loaded: whether
   * it has kernels for GPUs.
   */
  public static boolean hasNatives() {
    TensorFlowLog.passNotes();
    try (TF_Status status = TF_Status.newStatus();
        TF_Buffer kernels = tensorflow.TF_GetRegisteredKernelsForOp(MatMul.OP_NAME, status)) {
      return KernelList.parseFrom(kernels.dataAsByteBuffer()).getKernelList().stream()
          .anyMatch(kernel -> kernel.getDeviceType().equals("GPU"));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e); // TensorFlow wrote it
    }
  }

  /** Returns the libraries of CUDA that are in no folder of the system's loader. */
  public static List<String> missingLibraries() {
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

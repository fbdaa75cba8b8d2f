package io.loramer.savedmodels.graph;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines that TensorFlow 2.18 wrote to stderr. */
class TensorFlowLogTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR",
        "I0000 00:00:1795857224.541408    3546 mlir_graph_optimization_pass.cc:401] MLIR V1"
            + " optimization pass is not enabled",
        "I0000 00:00:1795856643.632650   32499 service.cc:148] XLA service 0x7fe1da1651d0"
            + " initialized for platform Host (this does not guarantee that XLA will be used)."
            + " Devices:",
        "I0000 00:00:1795856643.632856   32499 service.cc:156]   StreamExecutor device (0): Host,"
            + " Default Version",
        "I0000 00:00:1795856644.285493   32499 device_compiler.h:188] Compiled cluster using XLA!"
            + "  This line is logged at most once for the lifetime of the process.",
        "E0000 00:00:1795856786.796941     511 cuda_dnn.cc:8310] Unable to register cuDNN factory:"
            + " Attempting to register factory for plugin cuDNN when one has already been registered"
      })
  void notesOfEveryProcessAreLeftOut(String line) {
    assertTrue(TensorFlowLog.isNote(line));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-11-28 09:06:35.988223: E external/local_xla/xla/stream_executor/cuda/cuda_driver.cc"
            + ":152] failed call to cuInit: INTERNAL: CUDA error: UNKNOWN ERROR (303)",
        "E0000 00:00:1795856643.632650   32499 service.cc:148] XLA service failed",
        "2026-11-28 09:06:36.1: W tensorflow/core/common_runtime/gpu/gpu_device.cc:2343] Cannot"
            + " dlopen some GPU libraries."
      })
  void errorsAndWarningsAreKept(String line) {
    assertFalse(TensorFlowLog.isNote(line));
  }
}

package io.loramer.savedmodels.graph;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ConfigProto;

/**
 * Keeps notes off stderr that TensorFlow prints in every process.
 *
 * <p>TensorFlow's optimiser of graphs and XLA write their notes through Abseil, whose level no
 * environment variable sets, and whose functions TensorFlow's library does not export. They write
 * once in a process, so a first session, and a first compilation, run here with stderr redirected
 * to a file. What else stands in that file is logged.
 */
public final class TensorFlowLog {
  private static final Logger LOG = LogManager.getLogger(TensorFlowLog.class);

  private static final Pattern NOTE =
      Pattern.compile(
          "WARNING: All log messages before absl::InitializeLog\\(\\) is called are written to"
              + " STDERR"
              + "|I[0-9]{4} .* (mlir_graph_optimization_pass\\.cc|service\\.cc|device_compiler\\.h):.*"
              + "|.*Unable to register cu(FFT|DNN|BLAS) factory: .* already been registered");

  private static final int STDERR = 2;

  /** {@code O_WRONLY} of {@code open(2)}, on Linux and macOS. */
  private static final int WRITE_ONLY = 1;

  private static boolean done;

  private TensorFlowLog() {}

  /** Runs a first session without its notes; later calls, and calls on Windows, do nothing. */
  public static synchronized void passNotes() {
    if (done || Platform.isWindows()) {
      return;
    }
    done = true;
    passNotes(TensorFlowLog::runSession);
  }

  /** Runs the first action of a kind, such as a compilation, without its notes. */
  public static synchronized void passNotes(Runnable action) {
    if (Platform.isWindows()) {
      action.run();
      return;
    }
    Path printed;
    try {
      printed = Files.createTempFile("lora-mer", ".log");
    } catch (IOException e) {
      action.run(); // no temporary file can be written: the notes are printed
      return;
    }
    try {
      redirected(printed, action);
    } finally {
      log(printed);
    }
  }

  /** Logs what TensorFlow printed except its notes, and deletes the file. */
  private static void log(Path printed) {
    try {
      new String(Files.readAllBytes(printed), UTF_8) // bytes of another charset do not fail
          .lines()
          .filter(line -> !isNote(line))
          .forEach(line -> LOG.info("TensorFlow: {}", line));
      Files.delete(printed);
    } catch (IOException e) {
      LOG.warn("TensorFlow's messages cannot be read: {}", e.toString());
    }
  }

  static boolean isNote(String line) {
    return NOTE.matcher(line).matches();
  }

  private static void redirected(Path file, Runnable action) {
    int stderr = libc("dup").invokeInt(new Object[] {STDERR});
    int descriptor = libc("open").invokeInt(new Object[] {file.toString(), WRITE_ONLY});
    libc("dup2").invokeInt(new Object[] {descriptor, STDERR});
    libc("close").invokeInt(new Object[] {descriptor});
    try {
      action.run();
    } finally {
      libc("dup2").invokeInt(new Object[] {stderr, STDERR});
      libc("close").invokeInt(new Object[] {stderr});
    }
  }

  private static Function libc(String name) {
    return NativeLibrary.getProcess().getFunction(name);
  }

  private static void runSession() {
    // A session that may use a GPU would take its memory.
    ConfigProto cpu = ConfigProto.newBuilder().putDeviceCount("GPU", 0).build();
    try (Graph graph = new Graph();
        Session session = new Session(graph, cpu)) {
      session.runner().fetch(Ops.create(graph).constant(0)).run().close();
    }
  }
}

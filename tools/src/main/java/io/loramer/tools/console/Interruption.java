package io.loramer.tools.console;

import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.OptionalInt;

/**
 * Signals that end the process (Ctrl-C, {@code kill}, a closed terminal), for commands that run
 * TensorFlow.
 *
 * <p>Java's own handler would run the exit handlers of the C library while TensorFlow's threads
 * still use what these free, which crashes the process. Instead, the first signal is noted; the
 * command stops at its next {@link #check}, closes its sessions and returns {@code 128 + signal}. A
 * second signal ends the process at once, without exit handlers.
 */
public final class Interruption {
  /** The numbers of these signals are the same on Linux and macOS. */
  private enum Signal {
    HUP(1),
    INT(2),
    TERM(15);

    private final int number;

    Signal(int number) {
      this.number = number;
    }

    int exitCode() {
      return 128 + number;
    }
  }

  private static Signal received;
  private static Runnable onSignal = () -> {};
  private static boolean handling;

  private Interruption() {}

  /** Handles signals from now on, as the class says. */
  public static synchronized void handleSignals(PrintWriter err) {
    if (!handling) {
      handling = true;
      List.of(Signal.values()).forEach(signal -> handle(signal, err));
    }
  }

  /**
   * Sets what ends a command that waits, such as for a process of its own.
   *
   * @param action runs on the thread of each signal; at once if there was a signal already
   */
  public static synchronized void onSignal(Runnable action) {
    onSignal = action;
    if (received != null) {
      action.run();
    }
  }

  /**
   * Ends the command if a signal was received.
   *
   * @throws InterruptedCommandException if so
   */
  public static synchronized void check() {
    if (received != null) {
      throw new InterruptedCommandException("stopped by SIG" + received, received.exitCode());
    }
  }

  /** Returns what a command ends with that finished although a signal was received. */
  public static synchronized OptionalInt exitCode() {
    return received == null ? OptionalInt.empty() : OptionalInt.of(received.exitCode());
  }

  private static void receive(Signal signal, PrintWriter err) {
    synchronized (Interruption.class) {
      boolean second = received != null;
      received = second ? received : signal;
      onSignal.run();
      if (second) {
        exitAtOnce(signal.exitCode());
      }
    }
    err.println(
        "lora-mer: SIG"
            + signal
            + ": ends after the running step; a second signal ends it at once");
  }

  /** Ends the process without exit handlers: TensorFlow's threads may be running. */
  private static void exitAtOnce(int code) {
    if (Platform.isWindows()) {
      Runtime.getRuntime().halt(code);
    }
    NativeLibrary.getProcess().getFunction("_exit").invokeVoid(new Object[] {code});
  }

  /**
   * Installs a handler. By reflection, since the compiler warns of every use of {@code
   * sun.misc.Signal}, the only interface to signals that the JDK has.
   */
  private static void handle(Signal signal, PrintWriter err) {
    try {
      Class<?> signalType = Class.forName("sun.misc.Signal");
      Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
      Object handler =
          Proxy.newProxyInstance(
              Interruption.class.getClassLoader(),
              new Class<?>[] {handlerType},
              (proxy, method, args) -> {
                switch (method.getName()) {
                  case "handle" -> receive(signal, err);
                  case "hashCode" -> {
                    return System.identityHashCode(proxy);
                  }
                  case "equals" -> {
                    return proxy == args[0];
                  }
                  default -> {}
                }
                return null;
              });
      Object name = signalType.getConstructor(String.class).newInstance(signal.name());
      signalType.getMethod("handle", signalType, handlerType).invoke(null, name, handler);
    } catch (InvocationTargetException e) {
      if (!(e.getCause() instanceof IllegalArgumentException)) {
        throw new IllegalStateException(e);
      }
      // The platform lacks the signal, or the JVM was started with -Xrs: Java's behaviour stays.
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}

package io.loramer.training.testing;

import io.loramer.savedmodels.files.AtomicFolder;
import io.loramer.savedmodels.optimize.Precision;
import io.loramer.training.Trainer;
import io.loramer.training.config.RunConfig;
import io.loramer.training.config.RunConfigFile;
import io.loramer.training.export.EmotionExport;
import io.loramer.training.run.RunFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** An exported model of random weights with two labels, made once for all tests that serve one. */
public final class TinyModel {
  /** The longest clips of training, which is the length of a window. */
  public static final int MAX_SAMPLES = 208_000;

  private static Path folder;

  private TinyModel() {}

  /** Copies the model's version into the folder of another model. */
  public static Path copyTo(Path model, long version) throws IOException {
    Path source = exported().resolve("1");
    Path target = model.resolve(String.valueOf(version));
    AtomicFolder.write(
        target,
        unfinished -> {
          try (Stream<Path> files = Files.walk(source)) {
            for (Path file : files.skip(1).toList()) {
              Files.copy(file, unfinished.resolve(source.relativize(file).toString()));
            }
          }
        });
    return target;
  }

  private static synchronized Path exported() throws IOException {
    if (folder == null) {
      Path made = Files.createTempDirectory("tiny-model");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(made)));
      TinyRun tiny = TinyRun.in(made);
      RunFolder run = new RunFolder(made.resolve("run"));
      RunConfig config =
          RunConfigFile.read(Optional.of(tiny.config()), Map.of("training.epochs", "0"));
      Trainer.start(config, run.path(), progress -> {});
      Path version = made.resolve("tiny").resolve("1");
      EmotionExport.write(run, version, EmotionExport.Lora.MERGED, Precision.FLOAT32);
      folder = made.resolve("tiny");
    }
    return folder;
  }

  private static void delete(Path made) {
    try {
      AtomicFolder.delete(made);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A WAV file of a sine: 16-bit PCM at 16 kHz. */
  public static byte[] wav(int samples, double step) {
    byte[] wav = new byte[44 + 2 * samples];
    byte[] asFloats = TinyRun.wav(new float[samples]); // the header, but for what differs
    System.arraycopy(asFloats, 0, wav, 0, 44);
    ByteBuffer bytes = ByteBuffer.wrap(wav).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(4, 36 + 2 * samples).putShort(20, (short) 1).putInt(28, 32_000);
    bytes.putShort(32, (short) 2).putShort(34, (short) 16).putInt(40, 2 * samples);
    for (int t = 0; t < samples; t++) {
      bytes.putShort(44 + 2 * t, (short) (12_000 * Math.sin(step * t)));
    }
    return wav;
  }
}

package io.loramer.recognition.audio;

import io.loramer.recognition.testing.SoundFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long a WAV file of 4.5 s takes to become a waveform. From the top of the repository:
 *
 * <pre>
 * mvn -q -B -pl training -am test-compile dependency:build-classpath -Dmdep.outputFile=target/classpath
 * cd training
 * java -cp target/test-classes:target/classes:$(cat target/classpath) org.openjdk.jmh.Main AudioFileBenchmark -prof gc
 * </pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class AudioFileBenchmark {
  private static final double SECONDS = 4.5;

  /** Sample rate in Hz; rates other than 16 kHz are resampled. */
  @Param({"16000", "44100"})
  public int rate;

  private Path file;

  /** Writes a file with noise. */
  @Setup
  public void setUp() throws IOException {
    short[] samples = new short[(int) (SECONDS * rate)];
    Random random = new Random(7);
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (short) (3000 * random.nextGaussian());
    }
    file = Files.createTempFile("noise", ".wav");
    Files.write(file, SoundFiles.wav(rate, samples));
  }

  /** Removes the file. */
  @TearDown
  public void tearDown() throws IOException {
    Files.delete(file);
  }

  /** Opens, decodes and resamples the file, which the operating system has in memory. */
  @Benchmark
  public Waveform read() throws IOException {
    return AudioFile.read(file);
  }
}

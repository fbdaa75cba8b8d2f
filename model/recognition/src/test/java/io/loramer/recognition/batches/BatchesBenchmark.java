package io.loramer.recognition.batches;

import io.loramer.recognition.audio.Waveform;
import io.loramer.recognition.tensors.ModelInputs;
import io.loramer.recognition.testing.TestFiles;
import io.loramer.recognition.words.Tokenizer;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
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
import org.openjdk.jmh.infra.Blackhole;

/**
 * How long 16 decoded clips and their words take to become tensors. From the top of the repository:
 *
 * <pre>
 * mvn -q -B -pl training -am test-compile dependency:build-classpath -Dmdep.outputFile=target/classpath
 * cd training
 * java -cp target/test-classes:target/classes:$(cat target/classpath) org.openjdk.jmh.Main BatchesBenchmark -prof gc
 * </pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class BatchesBenchmark {
  private static final int SIZE = 16;
  private static final String WORDS = "I am so happy for you and I know that it is all right now";

  /** The length of the longest clip; the shortest has half of it. */
  @Param({"4.5", "13"})
  public double seconds;

  private Tokenizer tokenizer;
  private Batches batches;
  private List<float[]> waveforms;
  private List<String> texts;

  /** Loads the tokenizer and draws the clips. */
  @Setup
  public void setUp() throws IOException {
    tokenizer =
        Tokenizer.load(
            TestFiles.ofRepository(
                "model/recognition/src/test/resources/fixtures/tokenizer/tokenizer.json"),
            512);
    int longest = (int) (seconds * Waveform.SAMPLE_RATE);
    batches = new Batches(true, Optional.of(tokenizer), 1, longest);
    Random random = new Random(7);
    waveforms =
        Stream.generate(() -> new float[longest - random.nextInt(longest / 2)])
            .limit(SIZE)
            .toList();
    texts = Stream.generate(() -> WORDS).limit(SIZE).toList();
  }

  /** Closes the tokenizer. */
  @TearDown
  public void tearDown() {
    tokenizer.close();
  }

  /** Pads, tokenises, copies to native memory. */
  @Benchmark
  public void assemble(Blackhole blackhole) {
    try (ModelInputs inputs = batches.inputs(waveforms, texts)) {
      blackhole.consume(inputs);
    }
  }
}

package io.loramer.tools.bench;

import io.loramer.recognition.EmotionRecognizer;
import io.loramer.recognition.audio.AudioFile;
import io.loramer.recognition.audio.Waveform;
import io.loramer.recognition.corpus.Manifest;
import io.loramer.recognition.corpus.Progress;
import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.words.TextChoice;
import io.loramer.savedmodels.encoders.EncoderConversion;
import io.loramer.savedmodels.encoders.PaddingInNorm;
import io.loramer.savedmodels.files.AtomicFolder;
import io.loramer.tools.bench.BenchResult.Throughput;
import io.loramer.tools.console.Interruption;
import io.loramer.training.Trainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;

/** Measures the works of users in this process, on a prepared folder. */
record Benchmark(BenchFolder folder) {
  /** The epochs of a run: the first one fills caches, the others use them. */
  private static final int EPOCHS = 3;

  private static final int WARM_UP = 3;
  private static final int LONG_REPETITIONS = 3;

  /** Ends a work between two of its steps if the process received a signal. */
  private static final Consumer<Progress> CHECK = progress -> Interruption.check();

  /** The works that can be measured. */
  enum Work {
    /** Converts a checkpoint to a SavedModel. */
    CONVERSION,
    /** From the start of the process to the end of a first step, of two clips of a second. */
    START_UP,
    /** Training steps on clips of one length, after the first epoch. */
    STEP,
    /** Training epochs of mixed lengths; the first one, which fills the cache, is listed apart. */
    EPOCH,
    /** One clip, from waveform and words to probabilities; and a corpus, from its files. */
    INFERENCE,
    /** The matrix product that the rates of arithmetic are compared to. */
    GEMM;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  List<BenchResult> measure(Work work) throws IOException {
    return switch (work) {
      case CONVERSION -> conversion();
      case START_UP -> startUp();
      case STEP -> step();
      case EPOCH -> epoch();
      case INFERENCE -> inference();
      case GEMM -> gemm();
    };
  }

  private List<BenchResult> conversion() throws IOException {
    double[] seconds = new double[LONG_REPETITIONS];
    for (int i = 0; i < seconds.length; i++) {
      Interruption.check();
      Path converted = folder.fresh("converted");
      long start = System.nanoTime();
      EncoderConversion.convert(folder.checkpoint("speech"), converted, PaddingInNorm.IGNORED);
      seconds[i] = since(start);
    }
    AtomicFolder.delete(folder.path().resolve("converted"));
    return List.of(BenchResult.of("conversion", Timing.of(seconds)));
  }

  private List<BenchResult> startUp() throws IOException {
    EpochClock clock = train("start-up", 1);
    double seconds = LinuxProcess.ageSeconds() - since(clock.firstStepNanos());
    return List.of(BenchResult.of("start-up", Timing.of(seconds)));
  }

  private List<BenchResult> step() throws IOException {
    BenchSize size = folder.size();
    int clips = folder.config("step", EPOCHS).training().batchSize(); // may be overridden
    Timing seconds = Timing.of(train("step", EPOCHS).stepSeconds(1));
    Throughput throughput = Throughput.of(clips, clips * size.clipSeconds(), seconds);
    BenchResult result =
        BenchResult.of(
            "step", seconds, throughput); // before the matrix product raises the peak of memory
    StepFlops flops = StepFlops.of(folder.checkpoint("speech").resolve("config.json"));
    int samples = (int) Math.round(size.clipSeconds() * Waveform.SAMPLE_RATE);
    double gemmRate =
        MatrixProduct.FLOPS / MatrixProduct.time(TFloat32.class, size.repetitions()).median();
    return List.of(result.withArithmetic(flops.perStep(clips, samples), gemmRate));
  }

  private List<BenchResult> epoch() throws IOException {
    EpochClock clock = train("epoch", EPOCHS);
    double[] epochs = clock.epochSeconds();
    return List.of(
        overCorpus("first epoch", Timing.of(clock.encodingSeconds() + epochs[0])),
        overCorpus("epoch", Timing.of(Arrays.copyOfRange(epochs, 1, epochs.length))));
  }

  private BenchResult overCorpus(String work, Timing seconds) throws IOException {
    double[] lengths = folder.size().mixedLengths();
    double audioSeconds = Arrays.stream(lengths).sum();
    return BenchResult.of(work, seconds, Throughput.of(lengths.length, audioSeconds, seconds));
  }

  private List<BenchResult> inference() throws IOException {
    try (EmotionRecognizer recognizer = EmotionRecognizer.load(folder.model())) {
      BenchResult latency = latency(recognizer);
      Manifest corpus = Manifest.read(folder.corpus().manifest("epoch"));
      double[] seconds = new double[LONG_REPETITIONS];
      for (int i = 0; i < seconds.length; i++) {
        long start = System.nanoTime();
        recognizer.evaluate(
            corpus, Optional.of(Split.TRAIN), TextChoice.transcript(), note -> {}, CHECK);
        seconds[i] = since(start);
      }
      return List.of(latency, overCorpus("evaluation", Timing.of(seconds)));
    }
  }

  private BenchResult latency(EmotionRecognizer recognizer) throws IOException {
    Utterance clip = Manifest.read(folder.corpus().manifest("step")).utterances().get(0);
    Waveform waveform = AudioFile.read(clip.clip().file());
    double[] seconds = new double[folder.size().repetitions()];
    for (int i = -WARM_UP; i < seconds.length; i++) {
      Interruption.check();
      long start = System.nanoTime();
      recognizer.recognize(waveform, clip.text());
      if (i >= 0) {
        seconds[i] = since(start);
      }
    }
    Timing timing = Timing.of(seconds);
    return BenchResult.of(
        "inference", timing, Throughput.of(1, waveform.durationSeconds(), timing));
  }

  private List<BenchResult> gemm() throws IOException {
    int repetitions = folder.size().repetitions();
    Timing float32 = MatrixProduct.time(TFloat32.class, repetitions);
    Timing bfloat16 = MatrixProduct.time(TBfloat16.class, repetitions);
    double rate = MatrixProduct.FLOPS / float32.median();
    return List.of(
        BenchResult.of("gemm float32", float32).withArithmetic(MatrixProduct.FLOPS, rate),
        BenchResult.of("gemm bfloat16", bfloat16).withArithmetic(MatrixProduct.FLOPS, rate));
  }

  private EpochClock train(String corpus, int epochs) throws IOException {
    EpochClock clock = new EpochClock();
    AtomicFolder.delete(folder.cache());
    Trainer.start(folder.config(corpus, epochs), folder.fresh("run"), CHECK.andThen(clock));
    return clock;
  }

  private static double since(long nanos) {
    return (System.nanoTime() - nanos) / 1e9;
  }
}

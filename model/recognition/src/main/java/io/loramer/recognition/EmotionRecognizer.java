package io.loramer.recognition;

import io.loramer.recognition.audio.Waveform;
import io.loramer.recognition.batches.Batches;
import io.loramer.recognition.batches.Buckets;
import io.loramer.recognition.corpus.CorpusCheck;
import io.loramer.recognition.corpus.CorpusException;
import io.loramer.recognition.corpus.Manifest;
import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.corpus.TextSource;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.device.Device;
import io.loramer.recognition.device.OneDnnFrozenWeights;
import io.loramer.recognition.measures.Prediction;
import io.loramer.recognition.measures.Recognition;
import io.loramer.recognition.words.TextChoice;
import io.loramer.savedmodels.MetaGraph;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.types.TFloat32;

/**
 * An exported model in this process: loaded once, then asked by any number of threads.
 *
 * <pre>{@code
 * try (EmotionRecognizer recognizer = EmotionRecognizer.load(Path.of("models/emotions"))) {
 *   Waveform waveform = AudioFile.read(Path.of("clip.wav"));
 *   Recognition recognition = recognizer.recognize(waveform, Optional.of("I am so happy"));
 * }
 * }</pre>
 *
 * <p>Start the JVM with {@code -Dorg.bytedeco.javacpp.maxPhysicalBytes=0}: JavaCPP throws an {@code
 * OutOfMemoryError} where the process takes more than twice Java's heap, and TensorFlow's memory,
 * which is none of it, is counted. On a CPU, {@value OneDnnFrozenWeights#VARIABLE}{@code =true} in
 * the environment of a JVM that trains nothing saves a fifth of the time of a clip, and takes
 * memory for a second copy of the kernels.
 */
public final class EmotionRecognizer implements AutoCloseable {
  /** Of a batch, padding counted: what keeps the cores busy; more would only take memory. */
  private static final int MAX_SECONDS = 30;

  private final EmotionModel model;
  private final EmotionModelInfo info;
  private final SignatureDef signature;
  private final Batches batches;

  private EmotionRecognizer(EmotionModel model) {
    this.model = model;
    info = model.info();
    signature = model.bundle().metaGraphDef().getSignatureDefOrThrow(MetaGraph.DEFAULT_SIGNATURE);
    batches = model.batches();
  }

  /**
   * Loads a model that {@code lora-mer export} wrote.
   *
   * @param folder of a version, or of a model, whose newest version is taken
   * @throws IOException if it is no emotion model, or damaged
   */
  public static EmotionRecognizer load(Path folder) throws IOException {
    return new EmotionRecognizer(EmotionModel.load(folder));
  }

  /** Returns what the model is. */
  public EmotionModelInfo info() {
    return info;
  }

  /**
   * Recognises the emotion of a clip. What is longer than the clips of training, {@link
   * EmotionModelInfo#maxSamples}, is cropped.
   *
   * @param text the words; needed by a model that reads, of no use to any other
   * @throws IllegalArgumentException if the words are missing, the clip is too short for one frame,
   *     or what the model gives is no number
   */
  public Recognition recognize(Waveform waveform, Optional<String> text) {
    if (info.reads() && text.isEmpty()) {
      throw new IllegalArgumentException("this model reads the words too: give the text");
    }
    int samples = waveform.samples().length;
    if (samples < info.minSamples().orElse(0)) {
      throw new IllegalArgumentException(
          "expected at least %d samples at 16 kHz, one frame of the encoder; found %d"
              .formatted(info.minSamples().orElseThrow(), samples));
    }
    float[] cropped = Arrays.copyOf(waveform.samples(), Math.min(samples, info.maxSamples()));
    Map<String, Tensor> inputs =
        batches.inputs(List.of(cropped), text.map(List::of).orElse(List.of()));
    return run(inputs, List.of("the clip")).get(0);
  }

  /** Recognises utterances, clips of similar lengths together, and returns them in their order. */
  private List<Prediction> recognize(List<Utterance> utterances, List<Integer> samples)
      throws IOException {
    Map<Utterance, Integer> lengths = new HashMap<>();
    for (int i = 0; i < utterances.size(); i++) {
      lengths.put(utterances.get(i), Math.min(samples.get(i), info.maxSamples()));
    }
    Map<Utterance, Prediction> predictions = new HashMap<>();
    for (List<Utterance> part :
        Buckets.byLengthUpTo(utterances, lengths::get, MAX_SECONDS * Waveform.SAMPLE_RATE)) {
      List<String> ids = part.stream().map(Utterance::id).toList();
      List<Recognition> recognized = run(batches.inputs(part), ids);
      for (int i = 0; i < part.size(); i++) {
        predictions.put(part.get(i), Prediction.of(part.get(i), recognized.get(i)));
      }
    }
    return utterances.stream().map(predictions::get).toList();
  }

  /**
   * Predicts the utterances of a corpus, after checking all of them.
   *
   * @param split which of them; empty for all
   * @param words which ones a model that reads is given
   * @throws CorpusException with every utterance that cannot be used
   * @throws IOException if the split is empty, or a clip cannot be read
   * @throws IllegalArgumentException if what the model gives is no number
   */
  public List<Prediction> evaluate(Manifest corpus, Optional<Split> split, TextChoice words)
      throws IOException {
    List<Utterance> chosen =
        corpus.utterances().stream()
            .filter(utterance -> split.isEmpty() || utterance.split().equals(split))
            .toList();
    if (chosen.isEmpty()) {
      throw new IOException(
          corpus.file() + ": no utterance" + split.map(s -> " of split " + s.word()).orElse(""));
    }
    TextChoice read = info.reads() ? words : new TextChoice(TextSource.NONE, Optional.empty());
    int minSamples = Math.max(info.minSamples().orElse(1), read.minimumSamples());
    Manifest part = new Manifest(corpus.file(), chosen);
    CorpusCheck.Lengths lengths =
        new CorpusCheck(Set.copyOf(info.labels()), minSamples, info.maxSamples(), read.needed())
            .run(part, Utterance.Clip::read, done -> {});
    Manifest worded = read.complete(part, Utterance.Clip::read, Device.auto(), progress -> {});
    return recognize(worded.utterances(), lengths.samples());
  }

  @Override
  public void close() {
    model.close();
  }

  /**
   * Runs the model on inputs, which it closes.
   *
   * @param names of the rows, for errors
   */
  private List<Recognition> run(Map<String, Tensor> inputs, List<String> names) {
    Session.Runner runner = model.bundle().session().runner();
    try {
      inputs.forEach(
          (name, tensor) -> runner.feed(signature.getInputsOrThrow(name).getName(), tensor));
      runner.fetch(signature.getOutputsOrThrow("probabilities").getName());
      boolean fuses = signature.containsOutputs("fusion_weights");
      if (fuses) {
        runner.fetch(signature.getOutputsOrThrow("fusion_weights").getName());
      }
      try (Result result = runner.run()) {
        TFloat32 probabilities = (TFloat32) result.get(0);
        Optional<TFloat32> weights =
            fuses ? Optional.of((TFloat32) result.get(1)) : Optional.empty();
        List<Recognition> recognized = new ArrayList<>();
        for (int row = 0; row < names.size(); row++) {
          try {
            recognized.add(Recognition.ofRow(row, info.labels(), probabilities, weights));
          } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(names.get(row) + ": " + e.getMessage(), e);
          }
        }
        return recognized;
      }
    } finally {
      inputs.values().forEach(Tensor::close);
    }
  }
}

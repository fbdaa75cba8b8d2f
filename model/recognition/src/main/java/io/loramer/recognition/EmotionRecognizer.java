package io.loramer.recognition;

import io.loramer.recognition.audio.AudioFile;
import io.loramer.recognition.audio.AudioWindow;
import io.loramer.recognition.audio.Waveform;
import io.loramer.recognition.batches.Buckets;
import io.loramer.recognition.corpus.CorpusException;
import io.loramer.recognition.corpus.Manifest;
import io.loramer.recognition.corpus.Progress;
import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.device.OneDnnFrozenWeights;
import io.loramer.recognition.measures.Prediction;
import io.loramer.recognition.measures.Recognition;
import io.loramer.recognition.tensors.ModelInputs;
import io.loramer.recognition.words.TextChoice;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Recognises emotions with an exported model in this process. It is loaded once; its methods may be
 * called from several threads.
 *
 * <pre>{@code
 * try (EmotionRecognizer recognizer = EmotionRecognizer.load(Path.of("models/emotions"))) {
 *   Recognition recognition =
 *       recognizer.recognize(Path.of("clip.wav"), Optional.of("I am so happy"));
 * }
 * }</pre>
 *
 * <p>Start the JVM with {@code -Dorg.bytedeco.javacpp.maxPhysicalBytes=0}. Otherwise JavaCPP throws
 * an {@code OutOfMemoryError} as soon as the process uses more memory than twice Java's heap; that
 * includes TensorFlow's memory, which is not on the heap.
 *
 * <p>On a CPU, {@value OneDnnFrozenWeights#VARIABLE}{@code =true} in the environment of a JVM that
 * does not train saves a fifth of the time of a clip, and takes memory for a second copy of the
 * kernels.
 */
public final class EmotionRecognizer implements AutoCloseable {
  /** The most audio in a batch, with its padding: enough for all cores; more takes only memory. */
  private static final int MAX_BATCH_SECONDS = 30;

  /** The audio that a character counts for in batches of text alone; people speak about 16 a s. */
  private static final int SAMPLES_PER_CHARACTER = 1000;

  private final EmotionModel model;
  private final EmotionModelInfo info;

  private EmotionRecognizer(EmotionModel model) {
    this.model = model;
    info = model.info();
  }

  /**
   * Loads a model that {@code lora-mer export} wrote.
   *
   * @param folder of a version, or of a model, whose newest version is loaded
   * @throws IOException if the folder holds no emotion model, or a damaged one
   */
  public static EmotionRecognizer load(Path folder) throws IOException {
    return new EmotionRecognizer(EmotionModel.load(folder));
  }

  /** Returns the model's labels, limits and test result. */
  public EmotionModelInfo info() {
    return info;
  }

  /**
   * Recognises the emotion in an audio file, of which the part that the model takes is decoded.
   *
   * @throws IOException if the file cannot be decoded, see {@link AudioFile#read(Path)}
   * @throws IllegalArgumentException as {@link #recognize(Waveform, Optional)}
   */
  public Recognition recognize(Path audioFile, Optional<String> text) throws IOException {
    float[] beginning = Utterance.Clip.whole(audioFile).beginning(info.maxSamples());
    return recognize(new Waveform(beginning), text);
  }

  /**
   * Recognises the emotion in a clip. A clip longer than those of training, {@link
   * EmotionModelInfo#maxSamples}, is cropped; see {@link #recognizeLong}.
   *
   * @param text the words that are spoken; required by a model that takes text, ignored by any
   *     other
   * @throws IllegalArgumentException if the text is missing, the clip is too short for one frame,
   *     or an output is NaN or infinite
   */
  public Recognition recognize(Waveform waveform, Optional<String> text) {
    SpeechClip clip = new SpeechClip(waveform, text);
    requireValid(clip);
    return model.run(inputs(List.of(clip)), List.of("the clip")).get(0);
  }

  /**
   * Recognises the emotions in many clips, those of similar lengths together in batches.
   *
   * @return as many results, in the order of the clips
   * @throws IllegalArgumentException with the index of every clip that is too short or lacks text,
   *     before any is recognised; or if an output is NaN or infinite
   */
  public List<Recognition> recognizeAll(List<SpeechClip> clips) {
    List<String> problems = new ArrayList<>();
    for (int i = 0; i < clips.size(); i++) {
      String name = "clip " + i + ": ";
      problem(clips.get(i)).ifPresent(problem -> problems.add(name + problem));
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
    Map<Integer, Recognition> recognized = new HashMap<>();
    List<Integer> indices = IntStream.range(0, clips.size()).boxed().toList();
    for (List<Integer> part :
        Buckets.byLengthUpTo(indices, i -> length(clips.get(i)), maxBatchSamples())) {
      List<String> names = part.stream().map(i -> "clip " + i).toList();
      List<Recognition> results = model.run(inputs(part.stream().map(clips::get).toList()), names);
      for (int i = 0; i < part.size(); i++) {
        recognized.put(part.get(i), results.get(i));
      }
    }
    return indices.stream().map(recognized::get).toList();
  }

  /**
   * Recognises the emotions in a long recording, in windows as long as the longest clips of
   * training that overlap by half.
   *
   * @see #recognizeLong(Waveform, Optional, double, double)
   */
  public LongRecognition recognizeLong(Waveform recording, Optional<String> text) {
    int length = info.maxSamples();
    return recognizeLong(recording, text, length, AudioWindow.halfOverlap(length));
  }

  /**
   * Recognises the emotions in a long recording, window by window. The last window ends with the
   * recording. A recording no longer than one window is recognised whole, as is any recording by a
   * model that takes no audio.
   *
   * @param text all words of the recording, which every window is given, since the time of each
   *     word is not known
   * @param windowSeconds from one frame of the encoder to the longest clips of training, {@link
   *     EmotionModelInfo#maxSamples}
   * @param hopSeconds from the start of a window to that of the next, more than 0 and at most
   *     {@code windowSeconds}
   * @throws IllegalArgumentException if a length is outside its limits, or as {@link
   *     #recognize(Waveform, Optional)}
   */
  public LongRecognition recognizeLong(
      Waveform recording, Optional<String> text, double windowSeconds, double hopSeconds) {
    double length = windowSeconds * Waveform.SAMPLE_RATE;
    int shortest = info.minSamples().orElse(1);
    if (!(length >= shortest && length <= info.maxSamples())) {
      throw new IllegalArgumentException(
          "windowSeconds: expected %.4f to %.4f, found %s"
              .formatted(
                  (double) shortest / Waveform.SAMPLE_RATE,
                  (double) info.maxSamples() / Waveform.SAMPLE_RATE,
                  windowSeconds));
    }
    if (!(hopSeconds > 0 && hopSeconds <= windowSeconds)) {
      throw new IllegalArgumentException(
          "hopSeconds: expected more than 0 and at most the window's %s, found %s"
              .formatted(windowSeconds, hopSeconds));
    }
    int hop = Math.max(1, (int) (hopSeconds * Waveform.SAMPLE_RATE));
    return recognizeLong(recording, text, (int) length, hop);
  }

  private LongRecognition recognizeLong(
      Waveform recording, Optional<String> text, int length, int hop) {
    requireValid(new SpeechClip(recording, text));
    List<AudioWindow> windows =
        info.usesAudio()
            ? AudioWindow.cut(recording, length, hop)
            : List.of(AudioWindow.whole(recording));
    List<Recognition> recognized =
        recognizeAll(
            windows.stream().map(window -> new SpeechClip(window.waveform(), text)).toList());
    List<LongRecognition.Window> results = new ArrayList<>();
    for (int i = 0; i < windows.size(); i++) {
      AudioWindow window = windows.get(i);
      results.add(
          new LongRecognition.Window(
              window.startSeconds(), window.endSeconds(), recognized.get(i)));
    }
    return new LongRecognition(Recognition.mean(recognized), results);
  }

  /**
   * Predicts the utterances of a corpus without notes.
   *
   * @see #evaluate(Manifest, Optional, TextChoice, Consumer, Consumer)
   */
  public List<Prediction> evaluate(Manifest corpus, Optional<Split> split, TextChoice words)
      throws IOException {
    return evaluate(corpus, split, words, note -> {}, progress -> {});
  }

  /**
   * Predicts the utterances of a corpus, after checking all of them. A clip that is longer than
   * those of training is predicted in windows, as {@link #recognizeLong(Waveform, Optional)} and
   * the server do, never cropped.
   *
   * @param split which utterances; empty for all
   * @param words which texts a model that takes text is given
   * @param notes takes sentences before the first prediction: on clips that are predicted in
   *     windows, on clips without sound, and on clips on whose samples the model was trained, which
   *     a model of an earlier version cannot find
   * @param progress is called after each clip that was checked and each batch; an exception of its
   *     ends the evaluation
   * @throws CorpusException with every utterance that cannot be used
   * @throws IOException if the split is empty, or a clip cannot be decoded
   * @throws IllegalArgumentException if an output is NaN or infinite
   */
  public List<Prediction> evaluate(
      Manifest corpus,
      Optional<Split> split,
      TextChoice words,
      Consumer<String> notes,
      Consumer<Progress> progress)
      throws IOException {
    return new CorpusEvaluation(this, model, notes, progress).evaluate(corpus, split, words);
  }

  /** Returns the most samples of a batch. */
  static int maxBatchSamples() {
    return MAX_BATCH_SECONDS * Waveform.SAMPLE_RATE;
  }

  private int length(SpeechClip clip) {
    return info.usesAudio()
        ? Math.min(clip.waveform().samples().length, info.maxSamples())
        : SAMPLES_PER_CHARACTER * clip.text().orElseThrow().length();
  }

  private void requireValid(SpeechClip clip) {
    problem(clip)
        .ifPresent(
            problem -> {
              throw new IllegalArgumentException(problem);
            });
  }

  private Optional<String> problem(SpeechClip clip) {
    int samples = clip.waveform().samples().length;
    if (info.usesText() && clip.text().isEmpty()) {
      return Optional.of("this model takes text too: give the words that are spoken");
    }
    if (samples < info.minSamples().orElse(0)) {
      return Optional.of(
          "expected at least %d samples at 16 kHz, one frame of the encoder; found %d"
              .formatted(info.minSamples().orElseThrow(), samples));
    }
    return Optional.empty();
  }

  private ModelInputs inputs(List<SpeechClip> clips) {
    List<float[]> waveforms = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    for (SpeechClip clip : clips) {
      float[] samples = clip.waveform().samples();
      waveforms.add(
          samples.length <= info.maxSamples()
              ? samples
              : Arrays.copyOf(samples, info.maxSamples()));
      texts.add(clip.text().orElse(""));
    }
    return model.batches().inputs(waveforms, texts);
  }

  @Override
  public void close() {
    model.close();
  }
}

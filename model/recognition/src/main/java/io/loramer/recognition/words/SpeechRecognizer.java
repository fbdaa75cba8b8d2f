package io.loramer.recognition.words;

import io.loramer.model.CtcPass;
import io.loramer.model.EmotionSignature;
import io.loramer.recognition.audio.Recording;
import io.loramer.recognition.audio.Waveform;
import io.loramer.recognition.corpus.CorpusCheck;
import io.loramer.recognition.corpus.CorpusException;
import io.loramer.recognition.corpus.Manifest;
import io.loramer.recognition.corpus.Progress;
import io.loramer.recognition.corpus.TextSource;
import io.loramer.recognition.corpus.Transcription;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.device.Device;
import io.loramer.recognition.tensors.AudioBatch;
import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.encoders.SpeechInput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Recognises the words of clips by a speech encoder with a CTC head: wav2vec 2.0, HuBERT or WavLM.
 * Decoding is greedy, without a language model or a beam search. May be called from several
 * threads.
 *
 * <p>Each clip is run alone, so its text does not depend on other clips. Since attention takes
 * memory by the square of the length, a clip longer than {@link #WINDOW_SECONDS} is run in windows
 * of that length that overlap. In an overlap, the first half is taken from the earlier window and
 * the second half from the later one, so that frames at the edges do not count. The frames of all
 * windows are then decoded as those of one clip.
 */
public final class SpeechRecognizer implements AutoCloseable {
  /** Longer than nearly all utterances of the supported corpora. */
  static final int WINDOW_SECONDS = 30;

  /** Long enough to discard the words at an edge, which lack their context. */
  private static final int OVERLAP_SECONDS = 4;

  private final Graph graph;
  private final Session session;
  private final CtcPass pass;
  private final CtcVocabulary vocabulary;
  private final SpeechInput input;

  private SpeechRecognizer(Graph graph, SavedModelFolder model, Device device) throws IOException {
    this.graph = graph;
    input = SpeechInput.of(model);
    pass = CtcPass.build(graph, model);
    vocabulary = CtcVocabulary.of(model);
    session = new Session(graph, device.session());
    try {
      pass.restore(session);
    } catch (IOException | RuntimeException | Error e) {
      session.close();
      throw e;
    }
  }

  /**
   * Loads a recogniser.
   *
   * @param folder an encoder SavedModel with {@code logits} and the asset {@code vocab.json}
   * @throws IOException if the folder holds no such encoder, or a damaged one
   */
  public static SpeechRecognizer load(Path folder) throws IOException {
    return load(folder, Device.auto());
  }

  /**
   * Requires that a folder holds a recogniser, without TensorFlow.
   *
   * @throws IOException if it holds none
   */
  public static void require(Path folder) throws IOException {
    SavedModelFolder model = SavedModelFolder.open(folder);
    SpeechInput.of(model);
    CtcVocabulary.of(model);
  }

  /** Loads a recogniser that computes on a device. */
  static SpeechRecognizer load(Path folder, Device device) throws IOException {
    SavedModelFolder model = SavedModelFolder.open(folder);
    Graph graph = new Graph();
    try {
      return new SpeechRecognizer(graph, model, device);
    } catch (IOException | RuntimeException | Error e) {
      graph.close();
      throw e;
    }
  }

  /**
   * Recognises the words of a clip of any length.
   *
   * @throws IllegalArgumentException if it is too short for one frame
   */
  public Transcription recognize(Waveform waveform) {
    return recognize(waveform, progress -> {});
  }

  /** Recognises the words of a waveform, see {@link #recognize(Recording, Consumer)}. */
  public Transcription recognize(Waveform waveform, Consumer<Progress> progress) {
    try (Recording recording = Recording.of(waveform)) {
      return recognize(recording, progress);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // it is in memory
    }
  }

  /**
   * Recognises the words of a recording of any length, of which one window is in memory.
   *
   * @param recording of which nothing was read before
   * @param progress is called after each window, with seconds of the recording; an exception of its
   *     ends the recognition
   * @throws IllegalArgumentException if it is too short for one frame
   * @throws IOException if it cannot be decoded
   */
  public Transcription recognize(Recording recording, Consumer<Progress> progress)
      throws IOException {
    if (!recording.isLongerThan(input.minimumSamples() - 1)) {
      throw new IllegalArgumentException(
          "expected at least %d samples at 16 kHz, one frame of the recogniser; found %d"
              .formatted(
                  input.minimumSamples(), recording.samples(0, input.minimumSamples()).length));
    }
    Frames frames = frames(recording, progress);
    return vocabulary.decode(frames.tokens, frames.logProbabilities);
  }

  /** Computes the frames of a clip, a long one window by window. */
  Frames frames(Recording recording, Consumer<Progress> progress) throws IOException {
    int perFrame = input.samplesPerFrame();
    int window = WINDOW_SECONDS * Waveform.SAMPLE_RATE;
    int halfOverlap = OVERLAP_SECONDS * Waveform.SAMPLE_RATE / 2 / perFrame; // in frames
    Frames frames = frames(recording.samples(0, window));
    int step = frames.tokens.length - 2 * halfOverlap; // in frames, of a full window
    // A further window is needed if samples lie behind the end of the one before.
    for (int start = step;
        recording.isLongerThan((start - step) * perFrame + window);
        start += step) {
      Frames next = frames(recording.samples(start * perFrame, start * perFrame + window));
      frames = frames.firstThen(start + halfOverlap, next.from(halfOverlap));
      long seconds = ((long) start * perFrame + window) / Waveform.SAMPLE_RATE;
      // The end of a recording is not known before it is decoded.
      progress.accept(new Progress("recognising words", seconds, seconds + 1, ""));
    }
    return frames;
  }

  /** The most probable token of each frame, and its log-probability. */
  static final class Frames {
    final int[] tokens;
    final float[] logProbabilities;

    Frames(int[] tokens, float[] logProbabilities) {
      this.tokens = tokens;
      this.logProbabilities = logProbabilities;
    }

    Frames from(int first) {
      return new Frames(
          Arrays.copyOfRange(tokens, first, tokens.length),
          Arrays.copyOfRange(logProbabilities, first, tokens.length));
    }

    Frames firstThen(int count, Frames next) {
      int[] allTokens = Arrays.copyOf(tokens, count + next.tokens.length);
      float[] all = Arrays.copyOf(logProbabilities, allTokens.length);
      System.arraycopy(next.tokens, 0, allTokens, count, next.tokens.length);
      System.arraycopy(next.logProbabilities, 0, all, count, next.tokens.length);
      return new Frames(allTokens, all);
    }
  }

  private Frames frames(float[] samples) {
    try (AudioBatch batch = AudioBatch.of(List.of(samples));
        Result result =
            session
                .runner()
                .feed(pass.inputs().get(EmotionSignature.INPUT_VALUES), batch.values())
                .feed(pass.inputs().get(EmotionSignature.AUDIO_LENGTHS), batch.lengths())
                .fetch(pass.tokens())
                .fetch(pass.logProbabilities())
                .fetch(pass.frames())
                .run()) {
      int count = ((TInt32) result.get(2)).getInt(0);
      Frames frames = new Frames(new int[count], new float[count]);
      ((TInt32) result.get(0)).asRawTensor().data().asInts().read(frames.tokens);
      ((TFloat32) result.get(1)).asRawTensor().data().asFloats().read(frames.logProbabilities);
      return frames;
    }
  }

  /**
   * Recognises the words of utterances of a corpus, after checking all its clips.
   *
   * @param chosen selects utterances; the others are returned unchanged
   * @return all utterances, in the manifest's order
   * @throws CorpusException with every clip that cannot be used
   */
  public List<Utterance> transcribe(
      Manifest corpus, Predicate<Utterance> chosen, Consumer<Progress> progress)
      throws IOException {
    int total = corpus.utterances().size();
    new CorpusCheck(Set.of(), input.minimumSamples(), Integer.MAX_VALUE, TextSource.NONE)
        .run(
            corpus,
            clip -> clip.scan(0),
            done -> progress.accept(new Progress("checking audio", done, total, "")));
    return recognize(corpus.utterances(), chosen, Utterance.Clip::open, progress);
  }

  /** Recognises the words of chosen utterances, whose clips were checked before. */
  List<Utterance> recognize(
      List<Utterance> utterances,
      Predicate<Utterance> chosen,
      TextChoice.Clips clips,
      Consumer<Progress> progress)
      throws IOException {
    List<Utterance> all = new ArrayList<>();
    for (Utterance utterance : utterances) {
      if (chosen.test(utterance)) {
        try (Recording recording = clips.open(utterance.clip())) {
          Progress before = new Progress("recognising words", all.size(), utterances.size(), "");
          all.add(utterance.recognized(recognize(recording, window -> progress.accept(before))));
        }
      } else {
        all.add(utterance);
      }
      progress.accept(new Progress("recognising words", all.size(), utterances.size(), ""));
    }
    return all;
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}

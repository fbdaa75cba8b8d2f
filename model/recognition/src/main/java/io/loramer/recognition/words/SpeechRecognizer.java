package io.loramer.recognition.words;

import io.loramer.model.CtcPass;
import io.loramer.recognition.audio.Waveform;
import io.loramer.recognition.corpus.CorpusCheck;
import io.loramer.recognition.corpus.CorpusException;
import io.loramer.recognition.corpus.Manifest;
import io.loramer.recognition.corpus.Progress;
import io.loramer.recognition.corpus.TextSource;
import io.loramer.recognition.corpus.Transcription;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.device.Device;
import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.encoders.SpeechInput;
import java.io.IOException;
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
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Recognises words by a speech encoder with a CTC head, wav2vec 2.0's, HuBERT's or WavLM's, of
 * which the most probable token of each frame is taken: no language model, no beam.
 *
 * <p>Clips are taken one by one, so a text does not depend on what is recognised beside it. Since
 * attention takes memory by the square of the length, what is longer than {@link #WINDOW_SECONDS}
 * is heard in windows of that length, which overlap: of what two have heard, each one's half counts
 * that is further from its edge. The frames that count are then read as those of one clip.
 */
public final class SpeechRecognizer implements AutoCloseable {
  /** Above nearly all utterances of the corpora that are read here. */
  static final int WINDOW_SECONDS = 30;

  /** Long enough for the words at an edge, that lack what was said before, not to count. */
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
    } catch (IOException e) {
      session.close();
      throw e;
    }
  }

  /**
   * Loads a recogniser.
   *
   * @param folder an encoder SavedModel with {@code logits} and the asset {@code vocab.json}
   * @throws IOException if it is none
   */
  public static SpeechRecognizer load(Path folder) throws IOException {
    return load(folder, Device.auto());
  }

  /** Loads a recogniser, to compute on a device. */
  static SpeechRecognizer load(Path folder, Device device) throws IOException {
    SavedModelFolder model = SavedModelFolder.open(folder);
    Graph graph = new Graph();
    try {
      return new SpeechRecognizer(graph, model, device);
    } catch (IOException e) {
      graph.close();
      throw e;
    }
  }

  /**
   * Recognises a clip.
   *
   * @throws IllegalArgumentException if it is too short for one frame
   */
  public Transcription recognize(Waveform waveform) {
    float[] samples = waveform.samples();
    if (samples.length < input.minimumSamples()) {
      throw new IllegalArgumentException(
          "expected at least %d samples at 16 kHz, one frame of the recogniser; found %d"
              .formatted(input.minimumSamples(), samples.length));
    }
    Frames heard = hear(samples);
    return vocabulary.decode(heard.tokens, heard.logProbabilities);
  }

  /** Hears a clip, if need be window by window. */
  public Frames hear(float[] samples) {
    int perFrame = input.samplesPerFrame();
    int window = WINDOW_SECONDS * Waveform.SAMPLE_RATE;
    int halfOverlap = OVERLAP_SECONDS * Waveform.SAMPLE_RATE / 2 / perFrame; // in frames
    Frames heard = hear(samples, 0, window);
    int step = heard.tokens.length - 2 * halfOverlap; // in frames, of a window that is full
    // A window that begins so many frames later must have more to say than the overlap.
    for (int start = step; samples.length > (start - step) * perFrame + window; start += step) {
      Frames next = hear(samples, start * perFrame, window);
      heard = heard.firstThen(start + halfOverlap, next.from(halfOverlap));
    }
    return heard;
  }

  /** The most probable token of each frame, and how probable it is. */
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

  private Frames hear(float[] all, int from, int atMost) {
    float[] samples = Arrays.copyOfRange(all, from, Math.min(all.length, from + atMost));
    try (TFloat32 values = TFloat32.tensorOf(Shape.of(1, samples.length), DataBuffers.of(samples));
        TInt32 lengths = TInt32.vectorOf(samples.length);
        Result result =
            session
                .runner()
                .feed(pass.inputs().get("input_values"), values)
                .feed(pass.inputs().get("audio_lengths"), lengths)
                .fetch(pass.tokens())
                .fetch(pass.logProbabilities())
                .fetch(pass.frames())
                .run()) {
      int frames = ((TInt32) result.get(2)).getInt(0);
      Frames heard = new Frames(new int[frames], new float[frames]);
      ((TInt32) result.get(0)).asRawTensor().data().asInts().read(heard.tokens);
      ((TFloat32) result.get(1)).asRawTensor().data().asFloats().read(heard.logProbabilities);
      return heard;
    }
  }

  /**
   * Recognises utterances of a corpus, after checking all clips of it.
   *
   * @param chosen which ones; the others stay as they are
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
            Utterance.Clip::read,
            done -> progress.accept(new Progress("checking audio", done, total, "")));
    return recognize(corpus.utterances(), chosen, Utterance.Clip::read, progress);
  }

  /** Recognises utterances whose clips were found in order; the others stay as they are. */
  List<Utterance> recognize(
      List<Utterance> utterances,
      Predicate<Utterance> chosen,
      CorpusCheck.Decoder decoder,
      Consumer<Progress> progress)
      throws IOException {
    List<Utterance> all = new ArrayList<>();
    for (Utterance utterance : utterances) {
      if (chosen.test(utterance)) {
        Waveform waveform = decoder.decode(utterance.clip());
        all.add(utterance.recognized(recognize(waveform)));
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

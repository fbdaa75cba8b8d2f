package io.loramer.training;

import io.loramer.model.CtcPass;
import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.encoders.SpeechInput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
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
 * <p>Clips are taken one by one, so a text does not depend on what is recognised beside it.
 */
public final class SpeechRecognizer implements AutoCloseable {
  private final Graph graph;
  private final Session session;
  private final CtcPass pass;
  private final CtcVocabulary vocabulary;
  private final int minimumSamples;

  private SpeechRecognizer(Graph graph, SavedModelFolder model) throws IOException {
    this.graph = graph;
    minimumSamples = SpeechInput.of(model).minimumSamples();
    pass = CtcPass.build(graph, model);
    vocabulary = CtcVocabulary.of(model);
    session = new Session(graph);
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
    SavedModelFolder model = SavedModelFolder.open(folder);
    Graph graph = new Graph();
    try {
      return new SpeechRecognizer(graph, model);
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
    if (samples.length < minimumSamples) {
      throw new IllegalArgumentException(
          "expected at least %d samples at 16 kHz, one frame of the recogniser; found %d"
              .formatted(minimumSamples, samples.length));
    }
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
      int[] tokens = new int[frames];
      float[] logProbabilities = new float[frames];
      ((TInt32) result.get(0)).asRawTensor().data().asInts().read(tokens);
      ((TFloat32) result.get(1)).asRawTensor().data().asFloats().read(logProbabilities);
      return vocabulary.decode(tokens, logProbabilities);
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
      Manifest corpus, Predicate<Utterance> chosen, Consumer<TrainingProgress> progress)
      throws IOException {
    int total = corpus.utterances().size();
    new CorpusCheck(Set.of(), minimumSamples, Integer.MAX_VALUE, TextSource.NONE)
        .run(
            corpus,
            Batches::decodeWhole,
            done -> progress.accept(new TrainingProgress("checking audio", done, total, "")));
    return recognize(corpus.utterances(), chosen, progress);
  }

  /** Recognises utterances whose clips were found in order; the others stay as they are. */
  List<Utterance> recognize(
      List<Utterance> utterances, Predicate<Utterance> chosen, Consumer<TrainingProgress> progress)
      throws IOException {
    List<Utterance> all = new ArrayList<>();
    for (Utterance utterance : utterances) {
      if (chosen.test(utterance)) {
        Waveform waveform = new Waveform(Batches.decodeWhole(utterance.clip()));
        all.add(utterance.recognized(recognize(waveform)));
      } else {
        all.add(utterance);
      }
      progress.accept(new TrainingProgress("recognising words", all.size(), utterances.size(), ""));
    }
    return all;
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}

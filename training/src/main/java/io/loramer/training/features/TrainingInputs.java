package io.loramer.training.features;

import io.loramer.model.Frontier;
import io.loramer.model.Frontier.Storage;
import io.loramer.model.head.Modality;
import io.loramer.model.head.SpeakerConfig;
import io.loramer.recognition.corpus.Progress;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.tensors.ModelInputs;
import io.loramer.recognition.tensors.TensorMemory;
import io.loramer.training.config.CacheConfig;
import io.loramer.training.config.ResolvedRunConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Assembles the batches for the graph beyond the frontiers. The hidden states come from stores that
 * were filled before, or are computed anew for every batch. An encoder whose frontier is its input
 * has none: its batches are waveforms.
 */
public final class TrainingInputs implements AutoCloseable {
  private final PreparedCorpus corpus;
  private final ResolvedRunConfig config;
  private final Map<Modality, Frontier> frontiers;
  private final Map<Modality, FrontierStore> stores = new EnumMap<>(Modality.class);
  private final Map<Modality, FrontierEncoder> encoders = new EnumMap<>(Modality.class);

  private TrainingInputs(
      PreparedCorpus corpus, ResolvedRunConfig config, Map<Modality, Frontier> frontiers) {
    this.corpus = corpus;
    this.config = config;
    this.frontiers = frontiers;
  }

  /**
   * Computes and stores the hidden states that the stores lack or, without stores, loads the
   * encoders. The clips that the corpus keeps in memory are released, unless every epoch needs
   * them.
   *
   * @param encoderHashes by which the stores of the encoders are found
   * @throws IOException if a store cannot be written, or its disk has too little room
   */
  public static TrainingInputs prepare(
      PreparedCorpus corpus,
      ResolvedRunConfig config,
      Map<Modality, Frontier> frontiers,
      Map<Modality, String> encoderHashes,
      Consumer<Progress> progress)
      throws IOException {
    TrainingInputs inputs = new TrainingInputs(corpus, config, frontiers);
    try {
      for (Frontier frontier : frontiers.values()) {
        if (!frontier.isInput()) {
          inputs.prepare(frontier, encoderHashes.get(frontier.modality()), progress);
        }
      }
      if (frontiers.values().stream().noneMatch(Frontier::isInput)) {
        corpus.clips().release();
      }
      return inputs;
    } catch (IOException | RuntimeException e) {
      inputs.close();
      throw e;
    }
  }

  private void prepare(Frontier frontier, String encoderHash, Consumer<Progress> progress)
      throws IOException {
    Modality modality = frontier.modality();
    CacheConfig cache = config.cache();
    if (cache.states() == CacheConfig.States.NONE) {
      encoders.put(modality, FrontierEncoder.load(frontier, config.device()));
    } else {
      Path folder = cache.folder(System.getenv(), Path.of(System.getProperty("user.home")));
      FrontierStore store = FrontierStore.open(folder, frontier, encoderHash);
      stores.put(modality, store);
      new FrontierFilling(corpus, config.training().batchSize(), config.device(), frontier, store)
          .fill(progress);
    }
  }

  /**
   * Assembles a batch, which the caller closes.
   *
   * @throws IOException if a clip or stored states can no longer be read
   */
  public Batch assemble(List<Utterance> utterances) throws IOException {
    Map<Modality, FrontierStates> states = new EnumMap<>(Modality.class);
    Optional<ModelInputs> signals = Optional.empty();
    try {
      for (Frontier frontier : frontiers.values()) {
        Modality modality = frontier.modality();
        if (frontier.isInput()) {
          signals = Optional.of(corpus.signals(modality, utterances));
        } else {
          boolean stored = stores.containsKey(modality);
          states.put(modality, stored ? read(frontier, utterances) : compute(frontier, utterances));
        }
      }
      return new Batch(utterances, states, signals, speakers(utterances), labels(utterances));
    } catch (IOException | RuntimeException e) {
      states.values().forEach(FrontierStates::close);
      signals.ifPresent(ModelInputs::close);
      throw e;
    }
  }

  private Optional<TInt32> speakers(List<Utterance> utterances) {
    SpeakerConfig speaker = config.head().speaker();
    if (speaker.size().isEmpty()) {
      return Optional.empty();
    }
    int[] rows = utterances.stream().mapToInt(u -> speaker.row(u.speaker())).toArray();
    return Optional.of(TInt32.vectorOf(rows));
  }

  private TInt32 labels(List<Utterance> utterances) {
    List<String> labels = config.data().labels();
    return TInt32.vectorOf(utterances.stream().mapToInt(u -> labels.indexOf(u.label())).toArray());
  }

  private FrontierStates read(Frontier frontier, List<Utterance> utterances) throws IOException {
    FrontierStore store = stores.get(frontier.modality());
    List<ContentHash> contents = new ArrayList<>();
    utterances.forEach(u -> contents.add(corpus.hash(frontier.modality(), u)));
    int[] frames = contents.stream().mapToInt(store::frames).toArray();
    int longest = contents.stream().mapToInt(store::frames).max().orElseThrow();
    int rows = utterances.size();
    Shape shape = Shape.of(frontier.states().size(), rows, longest, frontier.size().hiddenSize());
    Tensor states =
        frontier.storage() == Storage.FLOAT16 ? TFloat16.tensorOf(shape) : TFloat32.tensorOf(shape);
    try {
      ByteBuffer memory = TensorMemory.of(states);
      for (int row = 0; row < rows; row++) {
        store.read(contents.get(row), memory, row, rows, longest);
      }
      return new FrontierStates(states, TInt32.vectorOf(frames));
    } catch (IOException | RuntimeException e) {
      states.close();
      throw e;
    }
  }

  private FrontierStates compute(Frontier frontier, List<Utterance> utterances) throws IOException {
    try (ModelInputs signals = corpus.signals(frontier.modality(), utterances)) {
      return encoders.get(frontier.modality()).compute(signals);
    }
  }

  @Override
  public void close() throws IOException {
    encoders.values().forEach(FrontierEncoder::close);
    for (FrontierStore store : stores.values()) {
      store.close();
    }
  }
}

package io.loramer.training.features;

import io.loramer.model.Frontier;
import io.loramer.model.Frontier.Storage;
import io.loramer.model.TrainablePart;
import io.loramer.model.head.Modality;
import io.loramer.model.head.SpeakerConfig;
import io.loramer.recognition.batches.ModelInputs;
import io.loramer.recognition.batches.TensorMemory;
import io.loramer.recognition.corpus.Progress;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.training.config.CacheConfig;
import io.loramer.training.config.RunConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * What the graph beyond the frontiers is fed with: read from stores that were filled before, or
 * computed anew for every batch.
 */
public final class TrainingInputs implements AutoCloseable {
  private final PreparedCorpus corpus;
  private final RunConfig config;
  private final Map<Modality, Frontier> frontiers;
  private final Map<Modality, FrontierStore> stores = new EnumMap<>(Modality.class);
  private final Map<Modality, FrontierEncoder> encoders = new EnumMap<>(Modality.class);

  private TrainingInputs(
      PreparedCorpus corpus, RunConfig config, Map<Modality, Frontier> frontiers) {
    this.corpus = corpus;
    this.config = config;
    this.frontiers = frontiers;
  }

  /**
   * Computes and stores what is not stored yet of the run's utterances, or makes ready to compute
   * it each time.
   *
   * @param encoderHashes by which the stores of the encoders are found
   * @throws IOException if the store cannot be written, or has no room
   */
  public static TrainingInputs prepare(
      PreparedCorpus corpus,
      RunConfig config,
      Map<Modality, Frontier> frontiers,
      Map<Modality, String> encoderHashes,
      Consumer<Progress> progress)
      throws IOException {
    TrainingInputs features = new TrainingInputs(corpus, config, frontiers);
    try {
      for (Frontier frontier : frontiers.values()) {
        features.prepare(frontier, encoderHashes.get(frontier.modality()), progress);
      }
      return features;
    } catch (IOException | RuntimeException e) {
      features.close();
      throw e;
    }
  }

  private void prepare(Frontier frontier, String encoderHash, Consumer<Progress> progress)
      throws IOException {
    Modality modality = frontier.modality();
    CacheConfig cache = config.cache();
    if (cache.states() == CacheConfig.States.NONE) {
      encoders.put(modality, new FrontierEncoder(frontier, config.compute().device()));
    } else {
      Path folder = cache.folder(System.getenv(), Path.of(System.getProperty("user.home")));
      FrontierStore store = FrontierStore.open(folder, frontier, encoderHash);
      stores.put(modality, store);
      new FrontierFilling(
              corpus, config.training().batchSize(), config.compute().device(), frontier, store)
          .fill(progress);
    }
  }

  /**
   * Assembles a batch, which the caller closes.
   *
   * @throws IOException if a clip or stored states can no longer be read
   */
  public Batch assemble(List<Utterance> utterances) throws IOException {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (Frontier frontier : frontiers.values()) {
      if (stores.containsKey(frontier.modality())) {
        inputs.putAll(read(frontier, utterances));
      } else {
        inputs.putAll(compute(frontier, utterances));
      }
    }
    SpeakerConfig speaker = config.head().speaker();
    if (speaker.size().isPresent()) {
      int[] rows = utterances.stream().mapToInt(u -> speaker.row(u.speaker())).toArray();
      inputs.put(TrainablePart.SPEAKERS, TInt32.vectorOf(rows));
    }
    List<String> labels = corpus.splits().labels();
    int[] classes = utterances.stream().mapToInt(u -> labels.indexOf(u.label())).toArray();
    return new Batch(utterances, inputs, TInt32.vectorOf(classes));
  }

  private Map<String, Tensor> read(Frontier frontier, List<Utterance> utterances)
      throws IOException {
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
    } catch (IOException e) {
      states.close();
      throw e;
    }
    return Map.of(frontier.statesInput(), states, frontier.lengthsInput(), TInt32.vectorOf(frames));
  }

  private Map<String, Tensor> compute(Frontier frontier, List<Utterance> utterances)
      throws IOException {
    try (ModelInputs signals = corpus.signals(frontier.modality(), utterances)) {
      var computed = encoders.get(frontier.modality()).compute(signals);
      return Map.of(
          frontier.statesInput(), computed.states(), frontier.lengthsInput(), computed.frames());
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

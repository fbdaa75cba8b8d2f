package io.loramer.training.features;

import io.loramer.model.Frontier;
import io.loramer.model.head.Modality;
import io.loramer.recognition.audio.Waveform;
import io.loramer.recognition.batches.Buckets;
import io.loramer.recognition.batches.Prefetch;
import io.loramer.recognition.corpus.Progress;
import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.device.Device;
import io.loramer.recognition.tensors.ModelInputs;
import io.loramer.recognition.tensors.TensorMemory;
import io.loramer.savedmodels.encoders.SpeechInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Computes and stores the hidden states of a run's utterances that a store lacks. */
final class FrontierFilling {
  /** Limit of a batch, padding included: enough to keep the cores busy; more takes more memory. */
  private static final int MAX_SAMPLES = 10 * Waveform.SAMPLE_RATE;

  private static final int MAX_TOKENS = 1024;

  private final PreparedCorpus corpus;
  private final int batchSize;
  private final Device device;
  private final Frontier frontier;
  private final FrontierStore store;

  /** The encoder's inputs for some utterances, to be closed. */
  private record Signals(List<Utterance> utterances, ModelInputs inputs) implements AutoCloseable {
    @Override
    public void close() {
      inputs.close();
    }
  }

  FrontierFilling(
      PreparedCorpus corpus, int batchSize, Device device, Frontier frontier, FrontierStore store) {
    this.corpus = corpus;
    this.batchSize = batchSize;
    this.device = device;
    this.frontier = frontier;
    this.store = store;
  }

  /**
   * Fills the store.
   *
   * @throws IOException if its disk has too little room, estimated from the first batch, or the
   *     states of a batch of training would be too large for one buffer
   */
  void fill(Consumer<Progress> progress) throws IOException {
    requireReadableBatches();
    Modality modality = frontier.modality();
    Map<ContentHash, Utterance> missing = new LinkedHashMap<>();
    for (Utterance utterance : corpus.splits().all()) {
      ContentHash content = corpus.hash(modality, utterance);
      if (!store.contains(content)) {
        missing.putIfAbsent(content, utterance);
      }
    }
    if (missing.isEmpty()) {
      return;
    }
    List<List<Utterance>> batches =
        Buckets.byLengthUpTo(
            List.copyOf(missing.values()),
            utterance -> corpus.length(modality, utterance),
            modality == Modality.AUDIO ? MAX_SAMPLES : MAX_TOKENS);
    String phase = modality == Modality.AUDIO ? "encoding speech" : "encoding words";
    int done = 0;
    progress.accept(new Progress(phase, done, missing.size(), ""));
    try (FrontierEncoder encoder = FrontierEncoder.load(frontier, device);
        Prefetch<List<Utterance>, Signals> signals = new Prefetch<>(batches, this::signals)) {
      while (signals.hasNext()) {
        try (Signals batch = signals.next();
            FrontierStates computed = encoder.compute(batch.inputs())) {
          if (done == 0) {
            requireRoom(missing.values(), batch.utterances().get(0), computed.lengths().getInt(0));
          }
          append(batch.utterances(), computed);
          done += batch.utterances().size();
          progress.accept(new Progress(phase, done, missing.size(), ""));
        }
      }
    }
  }

  /** Checks the largest possible batch of each split: its longest utterance in every row. */
  private void requireReadableBatches() throws IOException {
    Modality modality = frontier.modality();
    for (Split split : Split.values()) {
      List<Utterance> utterances = corpus.splits().of(split);
      int longest = utterances.stream().mapToInt(u -> corpus.length(modality, u)).max().orElse(0);
      if (longest > 0) {
        store.requireReadable(Math.min(batchSize, utterances.size()), frames(longest));
      }
    }
  }

  private int frames(int length) throws IOException {
    if (frontier.modality() == Modality.TEXT) {
      return length;
    }
    SpeechInput input = SpeechInput.of(frontier.encoder().folder());
    return 1 + (length - input.minimumSamples()) / input.samplesPerFrame();
  }

  private Signals signals(List<Utterance> utterances) throws IOException {
    return new Signals(utterances, corpus.signals(frontier.modality(), utterances));
  }

  private void append(List<Utterance> utterances, FrontierStates computed) throws IOException {
    ByteBuffer states = TensorMemory.of(computed.states()); // [states, B, T, H]
    int rows = utterances.size();
    int count = frontier.states().size();
    int padded = states.capacity() / (count * rows);
    for (int row = 0; row < rows; row++) {
      int frames = computed.lengths().getInt(row);
      int bytes = Math.toIntExact(store.bytes(frames) / count);
      List<ByteBuffer> content = new ArrayList<>();
      for (int state = 0; state < count; state++) {
        content.add(states.slice((state * rows + row) * padded, bytes));
      }
      store.append(corpus.hash(frontier.modality(), utterances.get(row)), frames, content);
    }
  }

  private void requireRoom(Collection<Utterance> missing, Utterance first, int framesOfFirst)
      throws IOException {
    Modality modality = frontier.modality();
    long length = missing.stream().mapToLong(u -> corpus.length(modality, u)).sum();
    double framesPerUnit = (double) framesOfFirst / corpus.length(modality, first);
    store.requireRoom((long) (store.bytes(1) * framesPerUnit * length));
  }
}

package io.loramer.training;

import io.loramer.recognition.batches.Buckets;
import io.loramer.recognition.batches.Prefetch;
import io.loramer.recognition.corpus.Progress;
import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.training.features.Batch;
import io.loramer.training.features.TrainingInputs;
import io.loramer.training.run.EmbeddedPrediction;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Predicts whole splits with the weights that the graph has at the moment. */
record SplitPredictor(
    TrainingSetup setup,
    TrainingGraph graph,
    TrainingInputs features,
    Consumer<Progress> progress) {

  /**
   * Predicts a split, in the corpus's order.
   *
   * @throws IOException if a prediction is no number
   */
  List<EmbeddedPrediction> predict(Split split) throws IOException {
    List<Utterance> utterances = setup.corpus().splits().of(split);
    Map<String, EmbeddedPrediction> predictions = new HashMap<>();
    int batchSize = setup.config().training().batchSize();
    List<List<Utterance>> order = Buckets.byLength(utterances, setup.corpus()::length, batchSize);
    try (Prefetch<List<Utterance>, Batch> batches = new Prefetch<>(order, features::assemble)) {
      while (batches.hasNext()) {
        try (Batch batch = batches.next()) {
          graph
              .predict(batch, setup.corpus().splits().labels())
              .forEach(made -> predictions.put(made.prediction().id(), made.in(split)));
          progress.accept(
              new Progress(split.word() + " split", predictions.size(), utterances.size(), ""));
        }
      }
    }
    return utterances.stream().map(utterance -> predictions.get(utterance.id())).toList();
  }
}

package io.loramer.training;

import io.loramer.recognition.batches.Buckets;
import io.loramer.recognition.batches.Prefetch;
import io.loramer.recognition.corpus.Progress;
import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.training.features.Batch;
import io.loramer.training.features.PreparedCorpus;
import io.loramer.training.features.TrainingInputs;
import io.loramer.training.run.EmbeddedPrediction;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Predicts whole splits with the graph's current weights.
 *
 * @param batchSize utterances in a batch
 */
record SplitPredictor(
    PreparedCorpus corpus,
    int batchSize,
    TrainingGraph graph,
    TrainingInputs inputs,
    Consumer<Progress> progress) {

  /**
   * Predicts a split, in the corpus's order.
   *
   * @throws IOException if a probability is NaN or infinite
   */
  List<EmbeddedPrediction> predict(Split split) throws IOException {
    List<Utterance> utterances = corpus.splits().of(split);
    Map<String, EmbeddedPrediction> predictions = new HashMap<>();
    List<List<Utterance>> order = Buckets.byLength(utterances, corpus::length, batchSize);
    try (Prefetch<List<Utterance>, Batch> batches = new Prefetch<>(order, inputs::assemble)) {
      while (batches.hasNext()) {
        try (Batch batch = batches.next()) {
          for (EmbeddedPrediction made : graph.predict(batch)) {
            predictions.put(made.prediction().id(), made.in(split));
          }
          progress.accept(
              new Progress(split.word() + " split", predictions.size(), utterances.size(), ""));
        }
      }
    }
    return utterances.stream().map(utterance -> predictions.get(utterance.id())).toList();
  }
}

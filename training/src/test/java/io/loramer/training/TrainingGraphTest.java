package io.loramer.training;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.model.Frontier;
import io.loramer.model.head.Modality;
import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.tensors.TensorMemory;
import io.loramer.recognition.testing.TinyCorpus;
import io.loramer.training.config.RunConfig;
import io.loramer.training.features.Batch;
import io.loramer.training.features.TrainingInputs;
import io.loramer.training.run.Provenance;
import io.loramer.training.testing.TinySetup;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.RunOptions.TraceLevel;

class TrainingGraphTest {
  @TempDir private Path folder;

  /** A step with a finite loss can make weights NaN: here by a hidden state that is NaN. */
  @Test
  void weightsThatAreNotFiniteAreRefused() throws IOException {
    RunConfig config = TinySetup.in(folder).textOnly();
    try (TrainingSetup setup = TrainingSetup.of(config, TinyCorpus::unwatched)) {
      Map<Modality, Frontier> frontiers = setup.frontiers();
      Provenance provenance = Provenance.of(config, setup.encoders().folders());
      List<Utterance> three = setup.corpus().splits().of(Split.TRAIN).subList(0, 3);
      try (TrainingGraph graph = TrainingGraph.build(setup.config(), frontiers, 1);
          TrainingInputs inputs =
              TrainingInputs.prepare(
                  setup.corpus(),
                  setup.config(),
                  frontiers,
                  provenance.encoderHashes(),
                  TinyCorpus::unwatched);
          Batch batch = inputs.assemble(three)) {
        graph.requireFiniteWeights();

        TensorMemory.of(batch.states().get(Modality.TEXT).states())
            .asFloatBuffer()
            .put(0, Float.NaN);
        graph.step(batch, 5, TraceLevel.NO_TRACE);
        IOException e = assertThrows(IOException.class, graph::requireFiniteWeights);
        assertTrue(
            e.getMessage().startsWith("weights: expected finite numbers, found"), e.getMessage());
      }
    }
  }
}

package io.loramer.training.features;

import io.loramer.model.Frontier;
import io.loramer.recognition.batches.ModelInputs;
import io.loramer.recognition.device.Device;
import io.loramer.savedmodels.graph.Variables;
import java.io.IOException;
import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.types.TInt32;

/** An encoder up to its frontier, in a session. */
final class FrontierEncoder implements AutoCloseable {
  private final Graph graph = new Graph();
  private final Session session;
  private final Frontier.Pass pass;

  /** What was computed of a batch: states {@code storage} [states, B, T, H]; frames int32 [B]. */
  record Computed(Tensor states, TInt32 frames) implements AutoCloseable {
    @Override
    public void close() {
      states.close();
      frames.close();
    }
  }

  /**
   * Builds the graph and restores the encoder.
   *
   * @throws IOException if the SavedModel cannot be used
   */
  FrontierEncoder(Frontier frontier, Device device) throws IOException {
    pass = frontier.build(graph, new Variables(graph, 0)); // nothing is drawn
    session = new Session(graph, device.session());
    pass.restore(session);
  }

  /** Computes; the caller closes the result. */
  Computed compute(ModelInputs inputs) {
    Map<String, Tensor> tensors = inputs.byName();
    Session.Runner runner = session.runner();
    pass.inputs().forEach((name, input) -> runner.feed(input, tensors.get(name)));
    Result result = runner.fetch(pass.states()).fetch(pass.lengths()).run();
    return new Computed(result.get(0), (TInt32) result.get(1));
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}

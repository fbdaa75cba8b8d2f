package io.loramer.training.features;

import io.loramer.model.Frontier;
import io.loramer.recognition.device.Device;
import io.loramer.recognition.tensors.ModelInputs;
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
  private final Graph graph;
  private final Session session;
  private final Frontier.Pass pass;

  private FrontierEncoder(Graph graph, Frontier frontier, Device device) throws IOException {
    this.graph = graph;
    pass = frontier.build(graph, new Variables(graph, 0)); // any seed: nothing is initialised
    session = new Session(graph, device.session());
    try {
      pass.restore(session);
    } catch (IOException | RuntimeException e) {
      session.close();
      throw e;
    }
  }

  /**
   * Builds the graph and restores the encoder's variables.
   *
   * @throws IOException if the SavedModel cannot be used
   */
  static FrontierEncoder load(Frontier frontier, Device device) throws IOException {
    Graph graph = new Graph();
    try {
      return new FrontierEncoder(graph, frontier, device);
    } catch (IOException | RuntimeException e) {
      graph.close();
      throw e;
    }
  }

  /** Computes the hidden states of a batch; the caller closes the result. */
  FrontierStates compute(ModelInputs inputs) {
    Map<String, Tensor> tensors = inputs.byName();
    Session.Runner runner = session.runner();
    pass.inputs().forEach((name, input) -> runner.feed(input, tensors.get(name)));
    Result result = runner.fetch(pass.states()).fetch(pass.lengths()).run();
    return new FrontierStates(result.get(0), (TInt32) result.get(1));
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}

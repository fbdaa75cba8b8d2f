package io.loramer.savedmodels;

import static io.loramer.savedmodels.Fixture.floats;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** A speech encoder, with LoRA or without, in a session, fed with a fixture's batch. */
final class AdaptedEncoder implements AutoCloseable {
  /** What the names of its variables begin with. */
  static final String PREFIX = "audio.";

  private static final String GOLDEN = "golden.safetensors";

  final Graph graph = new Graph();
  final Session session = new Session(graph);
  final Variables variables = new Variables(graph, 3);
  final ImportedEncoder encoder;
  final Operand<TFloat32> output;
  private final Fixture base;

  AdaptedEncoder(Path savedModel, Fixture base, Optional<LoraConfig> lora) throws IOException {
    this(savedModel, base, lora, Precision.FLOAT32);
  }

  AdaptedEncoder(Path savedModel, Fixture base, Optional<LoraConfig> lora, Precision precision)
      throws IOException {
    SavedModelFolder model = SavedModelFolder.open(savedModel);
    this.base = base;
    encoder =
        ImportedEncoder.into(
            graph,
            variables,
            "audio",
            model,
            MetaGraph.SERVE,
            lora,
            Optional.empty(),
            Computation.in(precision));
    output = encoder.output("last_hidden_state", TFloat32.class);
    encoder.restore(session);
    variables.initialize(session);
  }

  Result run(List<? extends Operand<?>> fetches) throws IOException {
    return run(encoder, fetches);
  }

  /** Runs another import over the same variables. */
  Result run(ImportedEncoder imported, List<? extends Operand<?>> fetches) throws IOException {
    try (TFloat32 input = base.float32(GOLDEN, "padded.input_values");
        TInt32 mask = base.int32(GOLDEN, "padded.attention_mask")) {
      Session.Runner runner =
          session
              .runner()
              .feed(imported.input("input_values", TFloat32.class), input)
              .feed(imported.input("attention_mask", TInt32.class), mask);
      fetches.forEach(runner::fetch);
      return runner.run();
    }
  }

  float[] output() throws IOException {
    try (Result result = run(List.of(output))) {
      return floats((TFloat32) result.get(0));
    }
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}

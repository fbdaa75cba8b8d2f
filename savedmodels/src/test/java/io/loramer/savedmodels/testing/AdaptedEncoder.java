package io.loramer.savedmodels.testing;

import static io.loramer.savedmodels.testing.Fixture.floats;

import io.loramer.savedmodels.MetaGraph;
import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.graph.Variables;
import io.loramer.savedmodels.imports.EncoderSavedModel;
import io.loramer.savedmodels.imports.ImportedEncoder;
import io.loramer.savedmodels.lora.LoraConfig;
import io.loramer.savedmodels.optimize.Computation;
import io.loramer.savedmodels.optimize.Precision;
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
public final class AdaptedEncoder implements AutoCloseable {
  /** What the names of its variables begin with. */
  public static final String PREFIX = "audio.";

  private static final String GOLDEN = "golden.safetensors";

  public final Graph graph = new Graph();
  public final Session session = new Session(graph);
  public final Variables variables = new Variables(graph, 3);
  public final ImportedEncoder encoder;
  public final Operand<TFloat32> output;
  private final Fixture base;

  public AdaptedEncoder(Path savedModel, Fixture base, Optional<LoraConfig> lora)
      throws IOException {
    this(savedModel, base, lora, Precision.FLOAT32);
  }

  public AdaptedEncoder(
      Path savedModel, Fixture base, Optional<LoraConfig> lora, Precision precision)
      throws IOException {
    SavedModelFolder model = SavedModelFolder.open(savedModel);
    this.base = base;
    encoder =
        ImportedEncoder.into(
            graph,
            variables,
            "audio",
            EncoderSavedModel.of(model),
            MetaGraph.SERVE,
            lora,
            Optional.empty(),
            Computation.in(precision));
    output = encoder.output("last_hidden_state", TFloat32.class);
    encoder.restore(session);
    variables.initialize(session);
  }

  public Result run(List<? extends Operand<?>> fetches) throws IOException {
    return run(encoder, fetches);
  }

  /** Runs another import over the same variables. */
  public Result run(ImportedEncoder imported, List<? extends Operand<?>> fetches)
      throws IOException {
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

  public float[] output() throws IOException {
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

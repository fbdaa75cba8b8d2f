package io.loramer.training;

import io.loramer.model.ForwardPass;
import io.loramer.model.Frontier;
import io.loramer.model.ModelSpec;
import io.loramer.model.TrainablePart;
import io.loramer.model.head.Losses;
import io.loramer.model.head.Modality;
import io.loramer.model.information.Marginals;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.measures.Prediction;
import io.loramer.recognition.measures.Recognition;
import io.loramer.recognition.tensors.TensorMemory;
import io.loramer.savedmodels.graph.Saver;
import io.loramer.savedmodels.graph.Variable;
import io.loramer.savedmodels.graph.Variable.Role;
import io.loramer.savedmodels.graph.Variables;
import io.loramer.savedmodels.lora.LoraTarget;
import io.loramer.savedmodels.optimize.Precision;
import io.loramer.training.config.ResolvedRunConfig;
import io.loramer.training.features.Batch;
import io.loramer.training.optimizer.Adam;
import io.loramer.training.optimizer.LossScale;
import io.loramer.training.run.EmbeddedPrediction;
import io.loramer.training.run.StepMetrics;
import io.loramer.training.run.TrainedWeights;
import io.loramer.training.tensorboard.TensorBoardGraph;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.RunOptions;
import org.tensorflow.proto.RunOptions.TraceLevel;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * The graph of a run, in a session: a forward pass with dropout, losses and optimiser, and one
 * without for evaluation, over one set of variables.
 */
final class TrainingGraph implements AutoCloseable {
  private final Graph graph;
  private final Session session;
  private final Map<Modality, Frontier> frontiers;
  private final List<String> labelNames;
  private final Variables variables;
  private final TrainablePart model;
  private final ForwardPass evaluation;
  private final Operand<TInt32> labels;
  private final Optional<Operand<TInt32>> shuffle;
  private final Losses losses;
  private final Adam adam;
  private final Saver saver;
  private final TensorBoardGraph readable;
  private final Map<LoraTarget, Operand<TFloat32>> kernelNorms;

  private TrainingGraph(
      Graph graph, ResolvedRunConfig config, Map<Modality, Frontier> frontiers, long totalSteps)
      throws IOException {
    this.graph = graph;
    this.frontiers = frontiers;
    labelNames = config.data().labels();
    variables = new Variables(graph, config.training().seed());
    model =
        new TrainablePart(
            graph,
            variables,
            frontiers,
            new ModelSpec(
                config.audio().activeLora(),
                config.computation(),
                config.head(),
                labelNames.size()),
            ForwardPass.Mode.TRAINING);
    Ops tf = Ops.create(graph);
    labels = vector(tf, "labels");
    boolean shuffles =
        frontiers.size() > 1 && config.head().mine().marginals() == Marginals.SHUFFLE;
    shuffle = shuffles ? Optional.of(vector(tf, "shuffle")) : Optional.empty();
    losses = model.head().losses(tf, model.forward().outputs(), labels, shuffle);
    adam = adam(tf, config, totalSteps);
    readable = new TensorBoardGraph(graph.toGraphDef(), nodesOfStep());
    evaluation = model.forwardAgain("evaluation", ForwardPass.Mode.INFERENCE);
    saver = new Saver(graph, variables.all(Role.TRAINABLE, Role.STATE));
    kernelNorms = kernelNorms(tf.withSubScope("kernel_norms"));
    session = new Session(graph, config.device().session());
    try {
      model.restoreEncoders(session);
      variables.initialize(session);
    } catch (IOException | RuntimeException e) {
      session.close();
      throw e;
    }
  }

  /**
   * Builds the graph beyond the frontiers, restores the encoders' variables in it and draws the
   * initial values of the others.
   *
   * @param totalSteps of the learning rate's cosine
   * @throws IOException if an encoder cannot be read
   */
  static TrainingGraph build(
      ResolvedRunConfig config, Map<Modality, Frontier> frontiers, long totalSteps)
      throws IOException {
    Graph graph = new Graph();
    try {
      return new TrainingGraph(graph, config, frontiers, totalSteps);
    } catch (IOException | RuntimeException e) {
      graph.close();
      throw e;
    }
  }

  private static Operand<TInt32> vector(Ops tf, String name) {
    return tf.withName(name).placeholder(TInt32.class, Placeholder.shape(Shape.of(-1)));
  }

  private Adam adam(Ops tf, ResolvedRunConfig config, long totalSteps) {
    boolean scales = config.computation().precision() == Precision.FLOAT16;
    return new Adam(
        graph,
        variables,
        losses.total(),
        config.training().learningRate(),
        totalSteps,
        config.training().maxGradientNorm(),
        scales
            ? Optional.of(new LossScale(tf.withSubScope("train"), variables))
            : Optional.empty());
  }

  /** Returns the names of the nodes that a step runs. */
  private List<String> nodesOfStep() {
    List<String> nodes = new ArrayList<>(List.of(adam.step().op().name()));
    losses.updates().forEach(update -> nodes.add(update.op().name()));
    return nodes;
  }

  /**
   * Runs one training step.
   *
   * @param seed of dropout and of the shuffle, different for every step
   * @param level whether TensorFlow traces where each op runs, for how long and with what memory
   */
  StepMetrics step(Batch batch, long seed, TraceLevel level) {
    Session.Runner runner = session.runner();
    feed(runner, model.forward(), batch);
    runner.feed(labels, batch.labels());
    try (TInt64 dropoutSeed = TInt64.scalarOf(seed);
        TInt32 permutation = cyclicPermutation(batch.utterances().size(), seed)) {
      model.forward().dropoutSeeds().forEach(name -> runner.feed(name, dropoutSeed));
      shuffle.ifPresent(placeholder -> runner.feed(placeholder, permutation));
      runner.fetch(losses.total()).fetch(losses.crossEntropy()).fetch(adam.learningRate());
      losses.mutualInformation().ifPresent(runner::fetch);
      losses.updates().forEach(runner::addTarget);
      runner.addTarget(adam.step());
      try (Result result = run(runner, level)) {
        return new StepMetrics(
            scalar(result, 0),
            scalar(result, 1),
            losses.mutualInformation().isPresent()
                ? OptionalDouble.of(scalar(result, 3))
                : OptionalDouble.empty(),
            scalar(result, 2),
            result.getMetadata().map(readable::readable));
      }
    }
  }

  private static Result run(Session.Runner runner, TraceLevel level) {
    if (level == TraceLevel.NO_TRACE) {
      return runner.run();
    }
    RunOptions options = RunOptions.newBuilder().setTraceLevel(level).build();
    return runner.setOptions(options).runAndFetchMetadata();
  }

  /**
   * Predicts a batch, without dropout.
   *
   * @throws IOException if a probability is NaN or infinite
   */
  List<EmbeddedPrediction> predict(Batch batch) throws IOException {
    Session.Runner runner = session.runner();
    feed(runner, evaluation, batch);
    runner.fetch(evaluation.outputs().probabilities());
    runner.fetch(evaluation.outputs().embedding());
    evaluation.outputs().fusionWeights().ifPresent(runner::fetch);
    try (Result result = runner.run()) {
      TFloat32 probabilities = (TFloat32) result.get(0);
      Optional<TFloat32> weights =
          result.size() > 2 ? Optional.of((TFloat32) result.get(2)) : Optional.empty();
      List<EmbeddedPrediction> predictions = new ArrayList<>();
      for (int row = 0; row < batch.utterances().size(); row++) {
        Utterance utterance = batch.utterances().get(row);
        try {
          Recognition recognized = Recognition.ofRow(row, labelNames, probabilities, weights);
          Prediction prediction = Prediction.of(utterance, recognized);
          predictions.add(EmbeddedPrediction.ofRow(row, prediction, (TFloat32) result.get(1)));
        } catch (IllegalArgumentException e) {
          throw new IOException(utterance.id() + ": " + e.getMessage(), e);
        }
      }
      return predictions;
    }
  }

  /** Writes the trainable variables and the optimiser's state. */
  void save(Path prefix) {
    saver.save(session, prefix);
  }

  /** Restores what {@link #save} wrote. */
  void restore(Path prefix) {
    saver.restore(session, prefix);
  }

  /** Returns the trainable variables' values by name; the caller closes them. */
  Variables.Values trained() {
    List<String> names = variables.trainable().stream().map(Variable::name).toList();
    return variables.values(session, names);
  }

  /**
   * Checks the trainable variables. Predictions may be finite although weights are not: the maximum
   * of 0 and NaN, in a relu, may be 0.
   *
   * @throws IOException if a value is NaN or infinite, with the names of the variables
   */
  void requireFiniteWeights() throws IOException {
    List<String> broken = new ArrayList<>();
    try (Variables.Values weights = trained()) {
      for (var weight : weights.byName().entrySet()) {
        for (float value : TensorMemory.floats(weight.getValue())) {
          if (!Float.isFinite(value)) {
            broken.add(weight.getKey());
            break;
          }
        }
      }
    }
    if (!broken.isEmpty()) {
      throw new IOException(
          "weights: expected finite numbers, found NaN or infinity in "
              + broken
              + "; lower training.learning_rate, or"
              + " set training.max_gradient_norm; the last checkpoint is unharmed");
    }
  }

  /** Returns the kernels that LoRA adapts. */
  List<LoraTarget> loraTargets() {
    return model.loraTargets();
  }

  /** Returns the Frobenius norm of each frozen kernel that LoRA adapts. */
  Map<LoraTarget, Float> kernelNorms() {
    Map<LoraTarget, Float> norms = new LinkedHashMap<>();
    if (!kernelNorms.isEmpty()) {
      Session.Runner runner = session.runner();
      kernelNorms.values().forEach(runner::fetch);
      try (Result result = runner.run()) {
        kernelNorms.keySet().forEach(target -> norms.put(target, scalar(result, norms.size())));
      }
    }
    return norms;
  }

  private Map<LoraTarget, Operand<TFloat32>> kernelNorms(Ops tf) {
    Map<String, Variable<?>> frozen = new HashMap<>();
    variables.all(Role.FROZEN).forEach(variable -> frozen.put(variable.name(), variable));
    Map<LoraTarget, Operand<TFloat32>> norms = new LinkedHashMap<>();
    for (LoraTarget target : loraTargets()) {
      Variable<?> kernel = frozen.get(TrainedWeights.AUDIO_PREFIX + target.kernel());
      var weights = tf.dtypes.cast(kernel.value(), TFloat32.class); // from any precision
      norms.put(target, tf.linalg.euclideanNorm(weights, tf.constant(new int[] {0, 1})));
    }
    return norms;
  }

  /** Returns the number of trainable parameters. */
  long trainableParameters() {
    return variables.trainable().stream().mapToLong(v -> v.shape().size()).sum();
  }

  /** Returns the graph of a step for TensorBoard; traces of steps use its node names. */
  GraphDef readable() {
    return readable.graph();
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }

  private void feed(Session.Runner runner, ForwardPass pass, Batch batch) {
    batch
        .states()
        .forEach(
            (modality, states) -> {
              Frontier frontier = frontiers.get(modality);
              runner.feed(pass.inputs().get(frontier.statesInput()), states.states());
              runner.feed(pass.inputs().get(frontier.lengthsInput()), states.lengths());
            });
    batch
        .signals()
        .ifPresent(
            signals ->
                signals
                    .byName()
                    .forEach((name, tensor) -> runner.feed(pass.inputs().get(name), tensor)));
    batch
        .speakers()
        .ifPresent(speakers -> runner.feed(pass.inputs().get(TrainablePart.SPEAKERS), speakers));
  }

  /** Draws a permutation that is one cycle, so that no row stays in place (Sattolo 1986). */
  private static TInt32 cyclicPermutation(int size, long seed) {
    int[] permutation = new int[size];
    Arrays.setAll(permutation, i -> i);
    Random random = new Random(seed);
    for (int i = size - 1; i > 0; i--) {
      int j = random.nextInt(i);
      int swapped = permutation[i];
      permutation[i] = permutation[j];
      permutation[j] = swapped;
    }
    return TInt32.vectorOf(permutation);
  }

  private static float scalar(Result result, int index) {
    return ((TFloat32) result.get(index)).getFloat();
  }
}

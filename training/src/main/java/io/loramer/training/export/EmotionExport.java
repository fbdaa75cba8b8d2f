package io.loramer.training.export;

import io.loramer.model.EmotionSignature;
import io.loramer.model.ForwardPass;
import io.loramer.model.LoraMer;
import io.loramer.model.ModelSpec;
import io.loramer.model.head.HeadOutputs;
import io.loramer.model.head.Modality;
import io.loramer.recognition.EmotionModel;
import io.loramer.recognition.EmotionModelInfo;
import io.loramer.recognition.TrainingClips;
import io.loramer.recognition.words.Tokenizer;
import io.loramer.savedmodels.MetaGraph;
import io.loramer.savedmodels.MetaGraph.CallSignature;
import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.encoders.SpeechInput;
import io.loramer.savedmodels.encoders.TextInput;
import io.loramer.savedmodels.files.AtomicFolder;
import io.loramer.savedmodels.graph.Saver;
import io.loramer.savedmodels.graph.Variable.Role;
import io.loramer.savedmodels.graph.Variables;
import io.loramer.savedmodels.lora.LoraConfig;
import io.loramer.savedmodels.optimize.Computation;
import io.loramer.savedmodels.optimize.Precision;
import io.loramer.training.config.ResolvedRunConfig;
import io.loramer.training.features.RunEncoders;
import io.loramer.training.run.RunFolder;
import io.loramer.training.run.RunMetrics;
import io.loramer.training.run.TrainedWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.op.Ops;

/**
 * Writes a run's best model as a self-contained SavedModel for TF Serving, Python and Java.
 *
 * <p>{@code serving_default} takes the raw waveform ({@code input_values} float32 [B, samples],
 * {@code audio_lengths} int32 [B]) and the words ({@code input_ids} int32 [B, S], {@code
 * text_lengths} int32 [B]), or one of the two for a model of one modality, and returns {@code
 * probabilities} and {@code logits} float32 [B, labels], {@code labels} string [B], {@code
 * embedding} float32 [B, D] and, of a model with both, {@code fusion_weights} float32 [B, 2]. A
 * model with audio input has a second signature, {@code wav_bytes}, that takes {@code wav_bytes}
 * string [B] in place of the first two: WAV files of 16-bit PCM at 16 kHz. A further one, {@code
 * explain}, is {@link Explanation}. Beside them: requests for TF Serving to warm up with, a file of
 * parameters for its batching, and a README.md that shows the calls.
 */
public final class EmotionExport {
  /**
   * File for TF Serving's {@code --batching_parameters_file}; with {@code
   * --enable_per_model_batching_parameters} TF Serving finds it itself. Clips differ in length, so
   * batches must be padded.
   */
  private static final String BATCHING_FILE = "batching_params.pbtxt";

  private static final String BATCHING =
      """
      max_batch_size { value: 16 }
      batch_timeout_micros { value: 5000 }
      max_enqueued_batches { value: 100 }
      num_batch_threads { value: 2 }
      pad_variable_length_inputs: true
      """;

  private EmotionExport() {}

  /** How LoRA is exported. */
  public enum Lora {
    /** Merged into the kernels: the graph is the encoder's own, and as fast. */
    MERGED,
    /** Kept as separate matrices beside the kernels, which can be inspected or changed. */
    SEPARATE
  }

  /**
   * Exports a run. The SavedModel is loaded and compared with the run before its folder gets its
   * name.
   *
   * @param target the folder of the model's version, {@code NAME/VERSION}, made here
   * @param precision of the encoders' products, and of the kernels that are used only there
   * @throws IOException if the run has not ended, an encoder has changed, the target exists, or the
   *     written SavedModel has other outputs than the run
   */
  public static void write(RunFolder run, Path target, Lora lora, Precision precision)
      throws IOException {
    AtomicFolder.requireAbsent(target);
    ResolvedRunConfig config = run.readResolvedConfig();
    Map<Modality, SavedModelFolder> encoders =
        RunEncoders.open(config.audio(), config.text()).folders();
    run.readProvenance().requireUnchanged(encoders);
    Optional<LoraConfig> adapted = config.audio().activeLora();
    List<String> labels = config.data().labels();
    EmotionModelInfo info = info(config, encoders, run.readMetrics());
    try (Graph graph = new Graph();
        Session session = new Session(graph, config.device().session());
        TrainedWeights weights = TrainedWeights.read(run.model(), adapted.isPresent())) {
      Variables variables = new Variables(graph, config.training().seed());
      LoraMer model =
          new LoraMer(
              graph,
              variables,
              encoders,
              new ModelSpec(
                  lora == Lora.SEPARATE ? adapted : Optional.empty(),
                  Computation.in(precision),
                  config.head(),
                  labels.size()),
              ForwardPass.Mode.INFERENCE);
      Ops tf = Ops.create(graph);
      List<CallSignature> signatures = new ArrayList<>();
      CallSignature serving = signature(MetaGraph.DEFAULT_SIGNATURE, tf, model.forward(), labels);
      signatures.add(serving);
      signatures.add(
          Explanation.signature(
              tf.withSubScope(EmotionSignature.EXPLAIN), serving, model.forward()));
      if (encoders.containsKey(Modality.AUDIO)) {
        ForwardPass fromFiles = model.forwardFromWavFiles(EmotionSignature.WAV_BYTES);
        signatures.add(
            signature(EmotionSignature.WAV_BYTES, tf.withSubScope("files"), fromFiles, labels));
      }
      Saver saver = new Saver(graph, variables.all(Role.FROZEN, Role.TRAINABLE));
      MetaGraph metaGraph = new MetaGraph(MetaGraph.SERVE, graph.toGraphDef(), saver, signatures);

      model.restoreEncoders(session);
      variables.assign(session, weights.head());
      if (weights.adapter().isPresent()) {
        model.adapt(weights.adapter().get(), session);
      }
      AtomicFolder.write(
          target,
          folder -> {
            SavedModelFolder.write(folder, List.of(metaGraph), saver, session);
            writeAssets(SavedModelFolder.open(folder), encoders, info, run);
            String name = target.toAbsolutePath().getParent().getFileName().toString();
            finish(folder, name, precision, session);
          });
    }
  }

  private static EmotionModelInfo info(
      ResolvedRunConfig config, Map<Modality, SavedModelFolder> encoders, RunMetrics metrics)
      throws IOException {
    Optional<Integer> minSamples = Optional.empty();
    if (encoders.containsKey(Modality.AUDIO)) {
      minSamples = Optional.of(SpeechInput.of(encoders.get(Modality.AUDIO)).minimumSamples());
    }
    Optional<TextInput> text = Optional.empty();
    if (encoders.containsKey(Modality.TEXT)) {
      text = Optional.of(TextInput.of(encoders.get(Modality.TEXT)));
    }
    return new EmotionModelInfo(
        config.data().labels(),
        minSamples,
        config.data().maxSamples(),
        text.map(TextInput::maxTokens),
        text.map(TextInput::padId),
        config.head().speaker().size().isPresent(),
        metrics.test());
  }

  /** Compares the SavedModel with the run and adds the files that are made with it loaded. */
  private static void finish(Path folder, String name, Precision precision, Session session)
      throws IOException {
    try (EmotionModel exported = EmotionModel.load(folder)) {
      double difference = ExportCheck.run(session, exported, precision);
      new WarmUpRequests(name, exported.info(), exported.tokenizer()).write(folder);
      Files.writeString(
          folder.resolve("README.md"), ExportReadme.of(name, exported, precision, difference));
    }
    Files.writeString(folder.resolve(BATCHING_FILE), BATCHING);
  }

  private static CallSignature signature(
      String name, Ops tf, ForwardPass pass, List<String> labels) {
    HeadOutputs emotions = pass.outputs();
    var names = tf.constant(NdArrays.vectorOfObjects(labels.toArray(String[]::new)));
    var best = tf.math.argMax(emotions.probabilities(), tf.constant(1)); // [B]
    Map<String, Operand<?>> outputs = new LinkedHashMap<>();
    outputs.put(EmotionSignature.PROBABILITIES, emotions.probabilities());
    outputs.put(EmotionSignature.LOGITS, emotions.logits());
    outputs.put(
        EmotionSignature.LABELS,
        tf.withName(EmotionSignature.LABELS).gather(names, best, tf.constant(0)));
    outputs.put(EmotionSignature.EMBEDDING, emotions.embedding());
    emotions
        .fusionWeights()
        .ifPresent(weights -> outputs.put(EmotionSignature.FUSION_WEIGHTS, weights));
    return new CallSignature(name, pass.inputs(), outputs);
  }

  private static void writeAssets(
      SavedModelFolder exported,
      Map<Modality, SavedModelFolder> encoders,
      EmotionModelInfo info,
      RunFolder run)
      throws IOException {
    info.write(exported.newAsset(EmotionModelInfo.FILE));
    Files.copy(run.path().resolve(RunFolder.PROVENANCE), exported.newAsset(RunFolder.PROVENANCE));
    if (Files.exists(run.trainingClips())) {
      Files.copy(run.trainingClips(), exported.newAsset(TrainingClips.FILE));
    }
    if (encoders.containsKey(Modality.TEXT)) {
      Tokenizer.copy(
          encoders.get(Modality.TEXT).asset(EmotionModel.TOKENIZER),
          exported.newAsset(EmotionModel.TOKENIZER),
          info.maxTokens().orElseThrow());
    }
  }
}

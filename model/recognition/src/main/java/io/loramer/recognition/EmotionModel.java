package io.loramer.recognition;

import io.loramer.model.EmotionSignature;
import io.loramer.recognition.batches.Batches;
import io.loramer.recognition.device.Device;
import io.loramer.recognition.measures.Recognition;
import io.loramer.recognition.tensors.ModelInputs;
import io.loramer.recognition.words.Tokenizer;
import io.loramer.savedmodels.MetaGraph;
import io.loramer.savedmodels.SavedModelFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.types.TFloat32;

/**
 * An exported model, loaded with its assets, for callers that run its signatures themselves, such
 * as a server; all others use {@link EmotionRecognizer}.
 *
 * @param folder of the version that was loaded
 * @param info the model's labels, limits and test result
 * @param bundle its graph for inference and its session
 * @param tokenizer present if the model takes text
 */
public record EmotionModel(
    Path folder, EmotionModelInfo info, SavedModelBundle bundle, Optional<Tokenizer> tokenizer)
    implements AutoCloseable {
  /** The asset of models that take text. */
  public static final String TOKENIZER = "tokenizer.json";

  /**
   * Loads a model that {@code lora-mer export} wrote.
   *
   * @param folder of a version, or of a model, whose newest version is loaded
   * @throws IOException if the folder holds no emotion model, or a damaged one
   */
  public static EmotionModel load(Path folder) throws IOException {
    Path version = ModelVersions.newest(folder).orElse(folder);
    EmotionModelInfo info = EmotionModelInfo.read(version); // first: its message names run folders
    SavedModelFolder files = SavedModelFolder.open(version);
    files.requireVariables();
    Optional<Tokenizer> tokenizer = tokenizer(files, info);
    try {
      return new EmotionModel(version, info, bundle(version), tokenizer);
    } catch (IOException | RuntimeException | Error e) {
      tokenizer.ifPresent(Tokenizer::close);
      throw e;
    }
  }

  private static SavedModelBundle bundle(Path version) throws IOException {
    try {
      SavedModelBundle bundle =
          SavedModelBundle.loader(version.toString())
              .withTags(MetaGraph.SERVE)
              .withConfigProto(Device.auto().session())
              .load();
      if (bundle.metaGraphDef().containsSignatureDef(MetaGraph.DEFAULT_SIGNATURE)) {
        return bundle;
      }
      bundle.close();
      throw new IOException(
          "%s: expected a signature %s, found none; export the model again"
              .formatted(version, MetaGraph.DEFAULT_SIGNATURE));
    } catch (TensorFlowException | IllegalArgumentException | IllegalStateException e) {
      throw new IOException(version + ": TensorFlow cannot load it: " + e.getMessage(), e);
    }
  }

  private static Optional<Tokenizer> tokenizer(SavedModelFolder files, EmotionModelInfo info)
      throws IOException {
    return info.usesText()
        ? Optional.of(Tokenizer.load(files.asset(TOKENIZER), info.maxTokens().orElseThrow()))
        : Optional.empty();
  }

  /** Returns the builder of the model's input tensors. */
  public Batches batches() {
    return new Batches(info.usesAudio(), tokenizer, info.padId().orElse(0), info.maxSamples());
  }

  /**
   * Runs the model on inputs, which it closes.
   *
   * @param names of the rows, for errors
   * @throws IllegalArgumentException if a probability is NaN or infinite
   */
  List<Recognition> run(ModelInputs inputs, List<String> names) {
    SignatureDef signature =
        bundle.metaGraphDef().getSignatureDefOrThrow(MetaGraph.DEFAULT_SIGNATURE);
    boolean fuses = signature.containsOutputs(EmotionSignature.FUSION_WEIGHTS);
    try (inputs) {
      Session.Runner runner = bundle.session().runner();
      inputs
          .byName()
          .forEach(
              (name, tensor) -> runner.feed(signature.getInputsOrThrow(name).getName(), tensor));
      runner.fetch(signature.getOutputsOrThrow(EmotionSignature.PROBABILITIES).getName());
      if (fuses) {
        runner.fetch(signature.getOutputsOrThrow(EmotionSignature.FUSION_WEIGHTS).getName());
      }
      try (Result result = runner.run()) {
        return recognitions(result, fuses, names);
      }
    }
  }

  private List<Recognition> recognitions(Result result, boolean fuses, List<String> names) {
    TFloat32 probabilities = (TFloat32) result.get(0);
    Optional<TFloat32> weights = fuses ? Optional.of((TFloat32) result.get(1)) : Optional.empty();
    List<Recognition> recognized = new ArrayList<>();
    for (int row = 0; row < names.size(); row++) {
      try {
        recognized.add(Recognition.ofRow(row, info.labels(), probabilities, weights));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(names.get(row) + ": " + e.getMessage(), e);
      }
    }
    return recognized;
  }

  @Override
  public void close() {
    bundle.close();
    tokenizer.ifPresent(Tokenizer::close);
  }
}

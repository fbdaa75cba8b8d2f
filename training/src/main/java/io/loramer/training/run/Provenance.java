package io.loramer.training.run;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.loramer.model.head.Modality;
import io.loramer.recognition.device.CpuFeatures;
import io.loramer.recognition.words.TextChoice;
import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.encoders.EncoderConversion;
import io.loramer.savedmodels.files.Sha256;
import io.loramer.training.config.RunConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.tensorflow.TensorFlow;

/**
 * Everything that a run's numbers depend on, beside its configuration.
 *
 * @param loraMer version of LoRA-MER
 * @param processor its architecture, such as {@code amd64}
 * @param manifestSha256 hash of the manifest file
 * @param encodersSha256 hashes of the graphs, variables and settings of each encoder, by modality,
 *     and of the recogniser of the words, if there is one
 * @param cpu the processor, by whose instructions the rounding of products differs; empty in runs
 *     of older versions, and outside Linux
 */
public record Provenance(
    String loraMer,
    String tensorFlow,
    String java,
    String processor,
    int cores,
    long seed,
    String manifestSha256,
    Map<String, String> encodersSha256,
    Optional<CpuFeatures> cpu) {

  /** The recogniser's key, beside the modalities of the encoders. */
  private static final String RECOGNIZER = "recognizer";

  /** Hashes the manifest and the encoders, and reads the versions. */
  public static Provenance of(RunConfig config, Map<Modality, SavedModelFolder> encoders)
      throws IOException {
    String version = Provenance.class.getPackage().getImplementationVersion();
    Map<String, String> hashes = new LinkedHashMap<>();
    for (var encoder : encoders.entrySet()) {
      hashes.put(encoder.getKey().scope(), sha256(encoder.getValue()));
    }
    Optional<Path> recognizer = config.text().choice().recognizer();
    if (recognizer.isPresent()) {
      hashes.put(RECOGNIZER, sha256(SavedModelFolder.open(recognizer.get())));
    }
    return new Provenance(
        version == null ? "unpackaged" : version,
        TensorFlow.version(),
        Runtime.version().toString(),
        System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors(),
        config.training().seed(),
        Sha256.ofFile(config.data().manifest().orElseThrow()),
        hashes,
        CpuFeatures.ofMachine());
  }

  /** Starts to determine the provenance in another thread. */
  public static CompletableFuture<Provenance> startHashing(
      RunConfig config, Map<Modality, SavedModelFolder> encoders) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return of(config, encoders);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  /**
   * Waits for the result of {@link #startHashing}.
   *
   * @throws IOException if a file could not be read
   */
  public static Provenance await(CompletableFuture<Provenance> hashing) throws IOException {
    try {
      return hashing.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof UncheckedIOException unchecked) {
        throw unchecked.getCause();
      }
      throw e;
    }
  }

  /**
   * Checks that the manifest is the same as at the run's start.
   *
   * @throws IOException if it has changed
   */
  public void requireUnchanged(Path manifest) throws IOException {
    if (!Sha256.ofFile(manifest).equals(manifestSha256)) {
      throw new IOException(
          manifest + " has changed since the run began; put the old file back or start a new run");
    }
  }

  /**
   * Checks that the encoders are the same as at the run's start.
   *
   * @throws IOException if one has changed
   */
  public void requireUnchanged(Map<Modality, SavedModelFolder> encoders) throws IOException {
    for (var encoder : encoders.entrySet()) {
      requireUnchanged(encoder.getKey().scope(), encoder.getValue());
    }
  }

  /**
   * Checks that the recogniser of the words is the same as at the run's start.
   *
   * @throws IOException if it has changed
   */
  public void requireUnchanged(TextChoice words) throws IOException {
    if (words.recognizer().isPresent()) {
      requireUnchanged(RECOGNIZER, SavedModelFolder.open(words.recognizer().get()));
    }
  }

  private void requireUnchanged(String name, SavedModelFolder model) throws IOException {
    if (!sha256(model).equals(encodersSha256.get(name))) {
      throw new IOException(
          model.path()
              + " has changed since the run began; put the old encoder back or start a new run");
    }
  }

  /** Hashes the graphs of a SavedModel, the values of its variables and its assets. */
  private static String sha256(SavedModelFolder model) throws IOException {
    MessageDigest digest = Sha256.digest();
    Path variables = model.variables();
    for (Path graphs : model.graphFiles()) {
      Sha256.update(digest, graphs);
    }
    Sha256.update(
        digest, variables.resolveSibling(variables.getFileName() + ".data-00000-of-00001"));
    for (String name : EncoderConversion.ASSETS) {
      Path asset = model.asset(name);
      if (Files.exists(asset)) {
        digest.update(name.getBytes(UTF_8));
        Sha256.update(digest, asset);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Returns the hashes of the encoders by modality. */
  public Map<Modality, String> encoderHashes() {
    Map<Modality, String> hashes = new EnumMap<>(Modality.class);
    for (Modality modality : Modality.values()) {
      if (encodersSha256.containsKey(modality.scope())) {
        hashes.put(modality, encodersSha256.get(modality.scope()));
      }
    }
    return hashes;
  }
}

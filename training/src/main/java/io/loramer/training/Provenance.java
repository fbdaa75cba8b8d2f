package io.loramer.training;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tensorflow.TensorFlow;

/**
 * What a run's numbers come from.
 *
 * @param manifestSha256 of the manifest file
 * @param encodersSha256 of the variables of each encoder, by modality
 */
record Provenance(
    String loraMer,
    String tensorFlow,
    String java,
    String processor,
    int cores,
    long seed,
    String manifestSha256,
    Map<String, String> encodersSha256) {

  /** Hashes what the run reads. */
  static Provenance of(RunConfig config, Path manifest, Map<String, Path> encoderVariables)
      throws IOException {
    Map<String, String> encoders = new LinkedHashMap<>();
    for (var entry : encoderVariables.entrySet()) {
      Path data =
          entry.getValue().resolveSibling(entry.getValue().getFileName() + ".data-00000-of-00001");
      encoders.put(entry.getKey(), sha256(data));
    }
    String version = Provenance.class.getPackage().getImplementationVersion();
    return new Provenance(
        version == null ? "unpackaged" : version,
        TensorFlow.version(),
        Runtime.version().toString(),
        System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors(),
        config.training().seed(),
        sha256(manifest),
        encoders);
  }

  private static String sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file);
        DigestInputStream digested =
            new DigestInputStream(in, MessageDigest.getInstance("SHA-256"))) {
      digested.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(digested.getMessageDigest().digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}

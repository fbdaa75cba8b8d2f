package io.loramer.recognition;

import io.loramer.recognition.audio.Waveform;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.Set;

/**
 * The clips that a model was trained on, as hashes: the asset {@code training_clips.bin}.
 *
 * <p>The file has 8 bytes for each clip, in ascending order: the first 8 of {@link
 * Waveform#sha256}, big-endian. The clips cannot be restored from it. That two of 100,000 different
 * clips have the same hash has a probability of 3e-10.
 */
public record TrainingClips(Set<Long> hashes) {
  /** The asset of an exported model, and the file of a run. */
  public static final String FILE = "training_clips.bin";

  public TrainingClips {
    hashes = Set.copyOf(hashes);
  }

  /**
   * Returns whether the model was trained on a clip with these samples.
   *
   * @param maxSamples the length to which the clips of training were cropped
   */
  public boolean contains(Waveform clip, int maxSamples) {
    return hashes.contains(ByteBuffer.wrap(clip.sha256(maxSamples)).getLong());
  }

  /**
   * Reads the file of a folder.
   *
   * @return without any clip if the folder has no such file, as in models of earlier versions
   * @throws IOException if the file is damaged
   */
  public static TrainingClips read(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      return new TrainingClips(Set.of());
    }
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
    if (bytes.remaining() % Long.BYTES != 0) {
      throw new IOException(
          "%s: expected %d bytes for each clip, found %d in all"
              .formatted(file, Long.BYTES, bytes.remaining()));
    }
    Set<Long> hashes = new HashSet<>();
    while (bytes.hasRemaining()) {
      hashes.add(bytes.getLong());
    }
    return new TrainingClips(hashes);
  }

  /** Writes the file into a folder, under another name first. */
  public void write(Path folder) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(hashes.size() * Long.BYTES);
    hashes.stream().sorted().forEach(bytes::putLong);
    Path unfinished = folder.resolve("." + FILE + ".unfinished");
    Files.write(unfinished, bytes.array());
    Files.move(unfinished, folder.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
  }
}

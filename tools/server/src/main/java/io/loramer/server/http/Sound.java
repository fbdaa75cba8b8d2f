package io.loramer.server.http;

import io.loramer.recognition.audio.AudioFile;
import io.loramer.recognition.audio.AudioScan;
import io.loramer.server.model.Refusal;
import io.loramer.server.model.RefusedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalInt;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.logging.log4j.message.StringMapMessage;

/** Decodes audio files that callers send. */
final class Sound {
  private static final Logger LOG = LogManager.getLogger(Sound.class);

  /** The longest audio in seconds; a small file can contain hours. */
  static final double MAX_SECONDS = 600;

  private Sound() {}

  /**
   * Decodes the bytes of a file.
   *
   * @throws RefusedException if they cannot be decoded, or are longer than {@link #MAX_SECONDS}
   */
  static AudioScan decode(ByteBuffer bytes) {
    if (!bytes.hasRemaining()) {
      throw RefusedException.invalid("audio: expected an audio file, found nothing");
    }
    try {
      Path file = Files.createTempFile("lora-mer-", ".sound"); // readable by this user only
      try {
        try (WritableByteChannel out = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
          out.write(bytes.duplicate());
        }
        return decode(file);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      LOG.error(new StringMapMessage().with("event", "no_temporary_file"), e);
      throw new RefusedException(Refusal.INTERNAL, "The server failed on this request");
    }
  }

  private static AudioScan decode(Path file) {
    AudioScan sound;
    try {
      sound = AudioFile.scan(file, 0, MAX_SECONDS + 1, OptionalInt.empty(), Integer.MAX_VALUE);
    } catch (IOException e) {
      // The messages of AudioFile begin with the path of the file.
      throw RefusedException.invalid("%s", e.getMessage().replace(file.toString(), "audio"));
    }
    if (sound.durationSeconds() > MAX_SECONDS) {
      throw RefusedException.invalid("audio: expected at most %.0f s, found more", MAX_SECONDS);
    }
    return sound;
  }
}

package io.loramer.server.http;

import io.loramer.recognition.audio.AudioFile;
import io.loramer.recognition.audio.AudioScan;
import io.loramer.recognition.audio.Waveform;
import io.loramer.server.model.Refusal;
import io.loramer.server.model.RefusedException;
import io.loramer.server.model.RequestMemory;
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

  /** The length of the first attempt in seconds, which is enough for most files. */
  private static final double FIRST_SECONDS = 30;

  /** The factor from the length of one attempt to that of the next. */
  private static final double LONGER = 5;

  /**
   * The bytes per sample while a file is decoded: the decoder's buffer, which doubles, and copies.
   */
  private static final int DECODER_BYTES = 4 * Float.BYTES;

  private Sound() {}

  /**
   * Decodes the bytes of a file.
   *
   * @param held counts the memory of the samples, and that of the decoder until it has ended
   * @throws RefusedException if they cannot be decoded, or are longer than {@link #MAX_SECONDS}
   */
  static AudioScan decode(ByteBuffer bytes, RequestMemory.Share held) {
    if (!bytes.hasRemaining()) {
      throw RefusedException.invalid("audio: expected an audio file, found nothing");
    }
    try {
      Path file = Files.createTempFile("lora-mer-", ".sound"); // readable by this user only
      try {
        try (WritableByteChannel out = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
          ByteBuffer rest = bytes.duplicate();
          while (rest.hasRemaining()) {
            out.write(rest);
          }
        }
        return decode(file, held);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      LOG.error(new StringMapMessage().with("event", "no_temporary_file"), e);
      throw new RefusedException(Refusal.INTERNAL, "The server failed on this request");
    }
  }

  /**
   * Decodes up to a length, and again up to longer ones if the file is longer: few files state
   * their length, and the memory is counted before they are decoded.
   */
  private static AudioScan decode(Path file, RequestMemory.Share held) {
    for (double seconds = FIRST_SECONDS; ; seconds *= LONGER) {
      double most = Math.min(seconds, MAX_SECONDS);
      AudioScan sound = decode(file, most + 1, held);
      if (sound.durationSeconds() <= most) {
        return sound;
      }
      if (most == MAX_SECONDS) {
        throw RefusedException.invalid("audio: expected at most %.0f s, found more", MAX_SECONDS);
      }
      held.giveBack(bytes(sound));
    }
  }

  private static AudioScan decode(Path file, double seconds, RequestMemory.Share held) {
    long most = DECODER_BYTES * (long) (seconds * Waveform.SAMPLE_RATE);
    held.take(most);
    try {
      AudioScan sound = AudioFile.scan(file, 0, seconds, OptionalInt.empty(), Integer.MAX_VALUE);
      held.giveBack(most - bytes(sound));
      return sound;
    } catch (IOException e) {
      // The messages of AudioFile begin with the path of the file.
      throw RefusedException.invalid("%s", e.getMessage().replace(file.toString(), "audio"));
    }
  }

  private static long bytes(AudioScan sound) {
    return (long) Float.BYTES * sound.samples();
  }
}

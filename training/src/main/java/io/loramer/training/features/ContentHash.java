package io.loramer.training.features;

import io.loramer.recognition.audio.Waveform;
import io.loramer.savedmodels.files.Sha256;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/** A SHA-256 of an encoder's input, the key of the hidden states that were computed from it. */
public record ContentHash(long first, long second, long third, long fourth) {
  /** Hashes the first samples of a waveform. */
  public static ContentHash of(float[] samples, int count) {
    return read(ByteBuffer.wrap(new Waveform(samples).sha256(count)));
  }

  /** Hashes token ids. */
  public static ContentHash of(int[] ids) {
    ByteBuffer bytes = ByteBuffer.allocate(ids.length * Integer.BYTES);
    bytes.asIntBuffer().put(ids);
    return read(ByteBuffer.wrap(Sha256.digest().digest(bytes.array())));
  }

  static ContentHash read(ByteBuffer bytes) {
    return new ContentHash(bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong());
  }

  void write(ByteBuffer bytes) {
    bytes.putLong(first).putLong(second).putLong(third).putLong(fourth);
  }

  @Override
  public String toString() {
    ByteBuffer bytes = ByteBuffer.allocate(4 * Long.BYTES);
    write(bytes);
    return HexFormat.of().formatHex(bytes.array());
  }
}

package io.loramer.recognition.audio;

import io.loramer.savedmodels.files.Sha256;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.HexFormat;

/** The SHA-256 of samples, each as a little-endian float32. */
final class SampleHash {
  private static final int BUFFERED_SAMPLES = 1 << 14;

  private final MessageDigest digest = Sha256.digest();
  private final ByteBuffer buffer =
      ByteBuffer.allocate(BUFFERED_SAMPLES * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);

  /** Adds the samples from an index to before another one. */
  void add(float[] samples, int from, int to) {
    for (int i = from; i < to; i += BUFFERED_SAMPLES) {
      int count = Math.min(BUFFERED_SAMPLES, to - i);
      buffer.asFloatBuffer().put(samples, i, count);
      digest.update(buffer.array(), 0, count * Float.BYTES);
    }
  }

  /** Returns the 32 bytes of the hash; nothing can be added afterwards. */
  byte[] bytes() {
    return digest.digest();
  }

  /** Returns {@link #bytes} in hexadecimal digits. */
  String hex() {
    return HexFormat.of().formatHex(bytes());
  }
}

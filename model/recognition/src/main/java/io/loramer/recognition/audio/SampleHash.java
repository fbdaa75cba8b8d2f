package io.loramer.recognition.audio;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The SHA-256 of samples, each as a little-endian float32. */
final class SampleHash {
  private static final int BUFFERED_SAMPLES = 1 << 14;

  private final MessageDigest digest;
  private final ByteBuffer buffer =
      ByteBuffer.allocate(BUFFERED_SAMPLES * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);

  SampleHash() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

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
}

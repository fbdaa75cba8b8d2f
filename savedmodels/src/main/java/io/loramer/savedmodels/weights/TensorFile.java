package io.loramer.savedmodels.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/** A file of named tensors, which are read one at a time. */
abstract sealed class TensorFile implements AutoCloseable permits Safetensors, PytorchFile {
  private final Path file;
  private final FileChannel channel;
  private final Map<String, StoredTensor> tensors;

  TensorFile(Path file, FileChannel channel, Map<String, StoredTensor> tensors) {
    this.file = file;
    this.channel = channel;
    this.tensors = tensors;
  }

  /** Returns the names of the tensors, in the order of the file's header. */
  public final Set<String> names() {
    return tensors.keySet();
  }

  /** Returns a tensor's dtype and shape. */
  public final TensorType type(String name) {
    return TensorType.of(stored(name).dtype(), shape(name));
  }

  /** Returns a tensor's shape. */
  public final Shape shape(String name) {
    return stored(name).shape();
  }

  /**
   * Copies a tensor into native memory as float32.
   *
   * @throws IOException if its dtype is not float32, float16, bfloat16 or float64
   */
  public final TFloat32 float32(String name) throws IOException {
    return stored(name).toFloat32(file, name, channel);
  }

  /**
   * Reads a tensor of an integer dtype in row-major order.
   *
   * @throws IOException if its dtype is a floating-point one
   */
  public final long[] integers(String name) throws IOException {
    return stored(name).toLongs(file, name, channel);
  }

  @Override
  public final void close() throws IOException {
    channel.close();
  }

  private StoredTensor stored(String name) {
    StoredTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(file + " has no tensor " + name);
    }
    return tensor;
  }

  /** Reads bytes that the file is known to have, in little-endian order. */
  static ByteBuffer read(Path file, FileChannel channel, long position, int length)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    readFully(file, channel, position, bytes);
    return bytes;
  }

  /** Fills a buffer from a position of a file, and flips it. */
  static void readFully(Path file, FileChannel channel, long position, ByteBuffer bytes)
      throws IOException {
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, position + bytes.position()) < 0) {
        throw new IOException(file + ": ends at byte " + (position + bytes.position()));
      }
    }
    bytes.flip();
  }
}

package io.loramer.savedmodels.weights;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.loramer.savedmodels.files.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.tensorflow.types.TFloat32;

/**
 * A {@code .safetensors} file: a JSON header and named tensors, which are read one at a time.
 *
 * @see <a href="https://huggingface.co/docs/safetensors/index#format">the format</a>
 */
public final class Safetensors extends TensorFile {
  private Safetensors(Path file, FileChannel channel, Map<String, StoredTensor> tensors) {
    super(file, channel, tensors);
  }

  /**
   * Opens a file and checks its header against its size.
   *
   * @throws IOException if the file is missing, truncated, or its header does not describe it
   */
  public static Safetensors open(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + ": no such file");
    }
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      return new Safetensors(file, channel, SafetensorsHeader.read(file, channel));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /**
   * Writes float32 tensors.
   *
   * @param tensors by name, in this order
   */
  public static void write(Path file, Map<String, TFloat32> tensors) throws IOException {
    ObjectNode header = Json.TREE.createObjectNode();
    header
        .putObject(SafetensorsHeader.METADATA)
        .put("format", "pt"); // which PyTorch's loaders require
    long offset = 0;
    for (var entry : tensors.entrySet()) {
      TFloat32 tensor = entry.getValue();
      ObjectNode description = header.putObject(entry.getKey());
      description.put("dtype", "F32");
      description.set("shape", Json.TREE.valueToTree(tensor.shape().asArray()));
      description.putArray("data_offsets").add(offset).add(offset + tensor.numBytes());
      offset += tensor.numBytes();
    }
    byte[] json = Json.TREE.writeValueAsBytes(header);
    int padded = (json.length + Long.BYTES - 1) / Long.BYTES * Long.BYTES; // keeps tensors aligned
    ByteBuffer start = ByteBuffer.allocate(Long.BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
    start.putLong(padded).put(json);
    while (start.hasRemaining()) {
      start.put((byte) ' ');
    }
    try (FileChannel out =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      writeFully(out, start.flip());
      for (TFloat32 tensor : tensors.values()) {
        byte[] bytes = new byte[(int) tensor.numBytes()];
        tensor.asRawTensor().data().read(bytes);
        writeFully(out, ByteBuffer.wrap(bytes));
      }
    }
  }

  private static void writeFully(FileChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }
}

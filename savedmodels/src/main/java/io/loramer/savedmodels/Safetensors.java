package io.loramer.savedmodels;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/**
 * A {@code .safetensors} file: named tensors after a JSON header, memory-mapped one at a time.
 *
 * @see <a href="https://huggingface.co/docs/safetensors/index#format">the format</a>
 */
public final class Safetensors implements AutoCloseable {
  /** The reference implementation's own limit; a longer header is a lie or an attack. */
  private static final long MAX_HEADER_BYTES = 100_000_000;

  /** The key of the header that holds the file's free-form metadata. */
  private static final String METADATA = "__metadata__";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final FileChannel channel;
  private final Map<String, StoredTensor> tensors;

  private Safetensors(Path file, FileChannel channel, Map<String, StoredTensor> tensors) {
    this.file = file;
    this.channel = channel;
    this.tensors = tensors;
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
      return new Safetensors(file, channel, readHeader(file, channel));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Returns the names of the tensors, in the order of the header. */
  public Set<String> names() {
    return tensors.keySet();
  }

  /** Returns where and how a tensor is stored. */
  StoredTensor stored(String name) {
    StoredTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(file + " has no tensor " + name);
    }
    return tensor;
  }

  /** Returns a tensor's shape. */
  public Shape shape(String name) {
    return stored(name).shape();
  }

  /**
   * Copies a tensor into native memory as float32.
   *
   * @throws IOException if its dtype is not float32, float16 or bfloat16
   */
  public TFloat32 float32(String name) throws IOException {
    StoredTensor tensor = stored(name);
    return tensor.dtype().toFloat32(file + ": " + name, tensor.shape(), map(tensor));
  }

  /** Reads a tensor of an integer dtype, flat. */
  public long[] integers(String name) throws IOException {
    StoredTensor tensor = stored(name);
    return tensor.dtype().toLongs(file + ": " + name, map(tensor));
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private ByteBuffer map(StoredTensor tensor) throws IOException {
    return channel
        .map(FileChannel.MapMode.READ_ONLY, tensor.offset(), tensor.bytes())
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Writes float32 tensors.
   *
   * @param tensors by name, in this order
   */
  public static void write(Path file, Map<String, TFloat32> tensors) throws IOException {
    ObjectNode header = JSON.createObjectNode();
    header.putObject(METADATA).put("format", "pt"); // what PyTorch's loaders expect to find
    long offset = 0;
    for (var entry : tensors.entrySet()) {
      TFloat32 tensor = entry.getValue();
      ObjectNode description = header.putObject(entry.getKey());
      description.put("dtype", "F32");
      description.set("shape", JSON.valueToTree(tensor.shape().asArray()));
      description.putArray("data_offsets").add(offset).add(offset + tensor.numBytes());
      offset += tensor.numBytes();
    }
    byte[] json = JSON.writeValueAsBytes(header);
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

  private static Map<String, StoredTensor> readHeader(Path file, FileChannel channel)
      throws IOException {
    long size = channel.size();
    if (size < Long.BYTES) {
      throw new IOException(file + ": truncated: " + size + " bytes, no safetensors header");
    }
    long headerBytes = read(channel, 0, Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (headerBytes < 2 || headerBytes > Math.min(MAX_HEADER_BYTES, size - Long.BYTES)) {
      throw new IOException(
          "%s: truncated or not safetensors: the header claims %s bytes, the file has %d"
              .formatted(file, Long.toUnsignedString(headerBytes), size));
    }
    String json =
        StandardCharsets.UTF_8.decode(read(channel, Long.BYTES, (int) headerBytes)).toString();
    JsonNode header;
    try {
      header = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IOException(file + ": header is not JSON: " + e.getOriginalMessage(), e);
    }
    if (!header.isObject()) {
      throw new IOException(file + ": header is not a JSON object");
    }
    long start = Long.BYTES + headerBytes;
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    for (var field : header.properties()) {
      if (!field.getKey().equals(METADATA)) {
        tensors.put(
            field.getKey(),
            StoredTensor.parse(file + ": " + field.getKey(), field.getValue(), start));
      }
    }
    checkLayout(file, tensors, start, size);
    return tensors;
  }

  /** Checks that the tensors fill the file without a hole or an overlap, as the format demands. */
  private static void checkLayout(
      Path file, Map<String, StoredTensor> tensors, long start, long size) throws IOException {
    List<Map.Entry<String, StoredTensor>> inOrder = new ArrayList<>(tensors.entrySet());
    inOrder.sort(Comparator.comparingLong(entry -> entry.getValue().offset()));
    long end = start;
    for (var entry : inOrder) {
      StoredTensor tensor = entry.getValue();
      if (tensor.offset() != end && tensor.bytes() > 0) {
        throw new IOException(
            "%s: %s starts at byte %d, expected %d: tensors overlap or leave a hole"
                .formatted(file, entry.getKey(), tensor.offset(), end));
      }
      end = Math.max(end, tensor.offset() + tensor.bytes());
    }
    if (end != size) {
      throw new IOException(
          "%s: truncated or too long: its header describes %d bytes, the file has %d"
              .formatted(file, end, size));
    }
  }

  private static ByteBuffer read(FileChannel channel, long position, int length)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, position + bytes.position()) < 0) {
        throw new IOException("end of file at byte " + (position + bytes.position()));
      }
    }
    return bytes.flip();
  }
}

package io.loramer.savedmodels.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.loramer.savedmodels.files.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/** The JSON at the start of a {@code .safetensors} file. */
final class SafetensorsHeader {
  /** The key of the file's free-form metadata. */
  static final String METADATA = "__metadata__";

  /** The cap of huggingface_hub, far above any real header: 1,000 tensors have 100 kB. */
  private static final long MAX_BYTES = 25_000_000;

  private final Path file;
  private final long start;
  private final long size;

  private SafetensorsHeader(Path file, long start, long size) {
    this.file = file;
    this.start = start;
    this.size = size;
  }

  /**
   * Reads the places of the tensors.
   *
   * @throws IOException if the header does not describe the file
   */
  static Map<String, StoredTensor> read(Path file, FileChannel channel) throws IOException {
    long size = channel.size();
    if (size < Long.BYTES) {
      throw new IOException(file + ": truncated: " + size + " bytes, no safetensors header");
    }
    long bytes = TensorFile.read(file, channel, 0, Long.BYTES).getLong();
    if (bytes < 2 || bytes > Math.min(MAX_BYTES, size - Long.BYTES)) {
      throw new IOException(
          "%s: truncated or not safetensors: the header claims %s bytes, the file has %d"
              .formatted(file, Long.toUnsignedString(bytes), size));
    }
    JsonNode header;
    try {
      ByteBuffer json = TensorFile.read(file, channel, Long.BYTES, (int) bytes);
      header =
          Json.UNIQUE_KEYS.readTree(
              StandardCharsets.UTF_8
                  .decode(json)
                  .toString()); // Jackson would also accept UTF-16 and UTF-32
    } catch (JsonProcessingException e) {
      throw new IOException(file + ": header is not JSON: " + e.getOriginalMessage(), e);
    }
    if (!header.isObject()) {
      throw new IOException(file + ": header is not a JSON object");
    }
    return new SafetensorsHeader(file, Long.BYTES + bytes, size).tensors(header);
  }

  private Map<String, StoredTensor> tensors(JsonNode header) throws IOException {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    for (var field : header.properties()) {
      if (!field.getKey().equals(METADATA)) {
        tensors.put(field.getKey(), tensor(file + ": " + field.getKey(), field.getValue()));
      }
    }
    checkLayout(tensors);
    return tensors;
  }

  private StoredTensor tensor(String subject, JsonNode entry) throws IOException {
    List<Long> shape = integers(entry.path("shape"));
    List<Long> offsets = integers(entry.path("data_offsets"));
    if (!entry.path("dtype").isTextual()
        || !entry.path("shape").isArray()
        || shape.size() != entry.path("shape").size()
        || offsets.size() != 2) {
      throw new IOException(
          subject + ": expected dtype, shape and two data_offsets, found " + abbreviate(entry));
    }
    long begin = offsets.get(0);
    long end = offsets.get(1);
    if (begin < 0 || end < begin || end > size - start) {
      throw new IOException(
          "%s: data_offsets %s are no range of the %d bytes behind the header"
              .formatted(subject, offsets, size - start));
    }
    Dtype dtype = dtype(subject, entry.path("dtype").textValue());
    StoredTensor tensor =
        StoredTensor.of(
            subject, dtype, shape, StoredTensor.rowMajor(shape), start + begin, start + end, size);
    if (tensor.bytes() != end - begin) {
      throw new IOException(
          "%s: %s %s has %d bytes in the header's data_offsets"
              .formatted(subject, dtype, shape, end - begin));
    }
    return tensor;
  }

  /** Checks that the tensors fill the file without holes or overlaps, as the format requires. */
  private void checkLayout(Map<String, StoredTensor> tensors) throws IOException {
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

  private static Dtype dtype(String subject, String name) throws IOException {
    try {
      return Dtype.valueOf(name);
    } catch (IllegalArgumentException e) {
      throw new IOException(
          subject + ": dtype " + name + " is not one of " + Arrays.toString(Dtype.values()), e);
    }
  }

  /** Returns those elements that are integers. */
  private static List<Long> integers(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .filter(number -> number.isIntegralNumber() && number.canConvertToLong())
        .map(JsonNode::longValue)
        .toList();
  }

  private static String abbreviate(JsonNode node) {
    String text = node.toString();
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }
}

package io.loramer.savedmodels.weights;

import io.loramer.savedmodels.weights.StoredZip.Entry;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A {@code state_dict} as {@code torch.save} writes it since PyTorch 1.6, such as {@code
 * pytorch_model.bin}: a zip archive with a pickle that describes the tensors, and an entry per
 * storage that they are views of.
 *
 * @see <a href="https://docs.pytorch.org/docs/stable/notes/serialization.html">the format</a>
 */
final class PytorchFile extends TensorFile {
  private static final String PICKLE = "data.pkl";
  private static final int ZIP_MAGIC = 0x04034b50;

  /** Enough for 10,000 tensors; limits the memory for a pickle of many small objects. */
  private static final long MAX_PICKLE_BYTES = 4_000_000;

  private PytorchFile(Path file, FileChannel channel, Map<String, StoredTensor> tensors) {
    super(file, channel, tensors);
  }

  /**
   * Opens a file and finds its tensors.
   *
   * @throws IOException if the file is missing, damaged, in the format before PyTorch 1.6, or holds
   *     other objects than tensors
   */
  static PytorchFile open(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + ": no such file");
    }
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      return new PytorchFile(file, channel, tensors(file, channel));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static Map<String, StoredTensor> tensors(Path file, FileChannel channel)
      throws IOException {
    if (channel.size() < Integer.BYTES || read(file, channel, 0, 4).getInt() != ZIP_MAGIC) {
      throw new IOException(
          file
              + ": not a zip archive, as PyTorch writes since 1.6; load an older file in PyTorch"
              + " and save it again, best as model.safetensors");
    }
    Map<String, Entry> entries = StoredZip.read(file, channel);
    List<String> pickles =
        entries.keySet().stream().filter(name -> name.matches("[^/]+/data\\.pkl")).toList();
    if (pickles.size() != 1) {
      throw new IOException(
          "%s: a zip archive, but not PyTorch's: expected one entry %s in a folder, found %d"
              .formatted(file, PICKLE, pickles.size()));
    }
    String folder = pickles.get(0).substring(0, pickles.get(0).length() - PICKLE.length());
    checkByteOrder(file, channel, entries.get(folder + "byteorder"));
    Entry pickle = entries.get(pickles.get(0));
    if (pickle.bytes() > MAX_PICKLE_BYTES) {
      throw new IOException(
          "%s: %s has %d bytes, expected at most %d"
              .formatted(file, pickles.get(0), pickle.bytes(), MAX_PICKLE_BYTES));
    }
    PytorchObjects objects =
        new PytorchObjects(file.toString(), entries, folder + "data/", channel.size());
    Object content =
        Pickle.read(
            file.toString(), read(file, channel, pickle.offset(), (int) pickle.bytes()), objects);
    return onlyTensors(file, content);
  }

  private static Map<String, StoredTensor> onlyTensors(Path file, Object content)
      throws IOException {
    if (!(content instanceof Map<?, ?> items)) {
      throw new IOException(file + ": expected a dictionary of tensors, found something else");
    }
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    for (var item : items.entrySet()) {
      if (!(item.getKey() instanceof String name)
          || !(item.getValue() instanceof StoredTensor tensor)) {
        throw new IOException(
            "%s: expected a dictionary of tensors by name, found something else at %s"
                .formatted(file, item.getKey()));
      }
      tensors.put(name, tensor);
    }
    return tensors;
  }

  /** Checks the byte order, which files state since PyTorch 2.1; older ones are little endian. */
  private static void checkByteOrder(Path file, FileChannel channel, Entry entry)
      throws IOException {
    if (entry != null && entry.bytes() <= Long.BYTES) {
      byte[] order = read(file, channel, entry.offset(), (int) entry.bytes()).array();
      if (!new String(order, StandardCharsets.US_ASCII).equals("little")) {
        throw new IOException(file + ": expected byte order little, found another");
      }
    }
  }
}

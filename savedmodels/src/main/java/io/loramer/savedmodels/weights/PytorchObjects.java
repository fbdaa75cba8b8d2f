package io.loramer.savedmodels.weights;

import io.loramer.savedmodels.weights.StoredZip.Entry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The Python functions and classes that the pickle of a {@code state_dict} needs. */
final class PytorchObjects {
  private static final Map<String, Function> FUNCTIONS =
      Map.of(
          "collections.OrderedDict", Function.ORDERED_DICT,
          "torch._utils._rebuild_tensor_v2", Function.REBUILD_TENSOR,
          "torch._utils._rebuild_parameter", Function.REBUILD_PARAMETER);

  private static final Map<String, Dtype> STORAGES =
      Map.of(
          "torch.DoubleStorage", Dtype.F64,
          "torch.FloatStorage", Dtype.F32,
          "torch.HalfStorage", Dtype.F16,
          "torch.BFloat16Storage", Dtype.BF16,
          "torch.LongStorage", Dtype.I64,
          "torch.IntStorage", Dtype.I32,
          "torch.ShortStorage", Dtype.I16,
          "torch.CharStorage", Dtype.I8,
          "torch.ByteStorage", Dtype.U8,
          "torch.BoolStorage", Dtype.BOOL);

  private enum Function {
    ORDERED_DICT,
    REBUILD_TENSOR,
    REBUILD_PARAMETER
  }

  /** The stored elements of which one or several tensors are views. */
  private record Storage(Dtype dtype, Entry place) {}

  private final String subject;
  private final Map<String, Entry> entries;
  private final String storages;
  private final long fileBytes;

  /**
   * Creates the objects for one file.
   *
   * @param subject names the file in errors
   * @param entries of the archive
   * @param storages the prefix of the names of entries with storages
   * @param fileBytes the size of the file
   */
  PytorchObjects(String subject, Map<String, Entry> entries, String storages, long fileBytes) {
    this.subject = subject;
    this.entries = entries;
    this.storages = storages;
    this.fileBytes = fileBytes;
  }

  /**
   * Returns the object that represents a function or class.
   *
   * @throws IOException if it is not on the list
   */
  Object find(String name) throws IOException {
    if (FUNCTIONS.containsKey(name)) {
      return FUNCTIONS.get(name);
    }
    if (STORAGES.containsKey(name)) {
      return STORAGES.get(name);
    }
    throw new IOException(
        "%s: refused: it refers to %s, which no tensor needs; only tensors are read from a pickle"
            .formatted(subject, name));
  }

  /** Calls a function that {@link #find} returned. */
  Object call(Object function, List<Object> arguments) throws IOException {
    if (!(function instanceof Function called)) {
      throw wrong("a call of something that is no function");
    }
    return switch (called) {
      case ORDERED_DICT -> new LinkedHashMap<>(); // filled item by item
      case REBUILD_TENSOR -> tensor(arguments);
      case REBUILD_PARAMETER -> argument(arguments, 0, StoredTensor.class);
    };
  }

  /** Finds the storage of an id ("storage", type, key, device, elements). */
  Object load(Object id) throws IOException {
    if (!(id instanceof List<?> parts) || !argument(parts, 0, String.class).equals("storage")) {
      throw wrong("a reference to something that is no storage");
    }
    Dtype dtype = argument(parts, 1, Dtype.class);
    String entry = storages + argument(parts, 2, String.class);
    Entry place = entries.get(entry);
    if (place == null) {
      throw new IOException(subject + ": damaged: the pickle needs an entry " + entry);
    }
    long elements = argument(parts, 4, Long.class);
    if (elements != place.bytes() / dtype.bytes() || place.bytes() % dtype.bytes() != 0) {
      throw new IOException(
          "%s: damaged: entry %s has %d bytes, the pickle says %d elements of %s"
              .formatted(subject, entry, place.bytes(), elements, dtype));
    }
    return new Storage(dtype, place);
  }

  /** Returns the view (storage, offset, shape, strides); the further arguments are for training. */
  private StoredTensor tensor(List<Object> arguments) throws IOException {
    Storage storage = argument(arguments, 0, Storage.class);
    long offset = argument(arguments, 1, Long.class);
    long elements = storage.place.bytes() / storage.dtype.bytes();
    if (offset < 0 || offset > elements) {
      throw wrong("a tensor that begins at element " + offset + " of " + elements);
    }
    return StoredTensor.of(
        subject,
        storage.dtype,
        integers(argument(arguments, 2, List.class)),
        integers(argument(arguments, 3, List.class)),
        storage.place.offset() + offset * storage.dtype.bytes(),
        storage.place.offset() + storage.place.bytes(),
        fileBytes);
  }

  private List<Long> integers(List<?> values) throws IOException {
    List<Long> integers = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      integers.add(argument(values, i, Long.class));
    }
    return integers;
  }

  private <T> T argument(List<?> arguments, int index, Class<T> type) throws IOException {
    if (index >= arguments.size() || !type.isInstance(arguments.get(index))) {
      throw wrong("a tensor or storage whose argument " + index + " is no " + type.getSimpleName());
    }
    return type.cast(arguments.get(index));
  }

  private IOException wrong(String what) {
    return new IOException(subject + ": damaged: the pickle holds " + what);
  }
}

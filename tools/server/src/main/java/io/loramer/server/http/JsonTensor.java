package io.loramer.server.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.loramer.server.model.HostTensor;
import io.loramer.server.model.RefusedException;
import io.loramer.server.model.RequestMemory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.tensorflow.proto.DataType;

/**
 * A nested JSON list while it is parsed. Its dtype is known only at the end, since the name of the
 * signature may follow it in the document.
 */
final class JsonTensor {
  /**
   * The deepest nesting that is parsed; the inputs of emotion models have at most two dimensions.
   */
  private static final int MAX_RANK = 8;

  /** The bytes of an empty instance with its lists. */
  private static final int OWN_BYTES = 400;

  /** The bytes of a string's object and of its place in the list. */
  private static final int STRING_BYTES = 48;

  /** The bytes of a number: here, as a float, in the stacked tensor, in the part of a batch. */
  private static final int NUMBER_BYTES = Double.BYTES + 3 * Float.BYTES;

  private final RequestMemory.Share held;
  private final List<Integer> shape = new ArrayList<>();
  private int rank = -1; // the depth of the first value; all others must have the same

  private double[] numbers = new double[0];
  private int count; // of numbers
  private boolean fractions;
  private final List<byte[]> strings = new ArrayList<>();
  private String other = ""; // a value that is neither number nor string, as JSON

  private JsonTensor(RequestMemory.Share held) {
    held.take(OWN_BYTES);
    this.held = held;
  }

  /**
   * Parses the value at the parser's position.
   *
   * @param held counts the memory
   */
  static JsonTensor read(JsonParser json, RequestMemory.Share held) throws IOException {
    JsonTensor tensor = new JsonTensor(held);
    tensor.value(json, 0);
    return tensor;
  }

  /** Returns a scalar string. */
  static JsonTensor ofBytes(byte[] bytes, RequestMemory.Share held) {
    JsonTensor tensor = new JsonTensor(held);
    tensor.rank = 0;
    tensor.strings.add(bytes);
    return tensor;
  }

  private void value(JsonParser json, int level) throws IOException {
    if (json.currentToken() == JsonToken.START_ARRAY) {
      list(json, level);
      return;
    }
    rank = rank < 0 ? level : rank;
    if (level != rank) {
      throw RefusedException.invalid(
          "JSON Value found at incorrect level: %d in the JSON DOM, expected at level: %d",
          level + 1, rank);
    }
    switch (json.currentToken()) {
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(json);
      case VALUE_STRING -> string(json.getText().getBytes(StandardCharsets.UTF_8));
      case START_OBJECT -> string(base64(json));
      default -> other = json.getText();
    }
  }

  private void list(JsonParser json, int level) throws IOException {
    if (level >= MAX_RANK || (rank >= 0 && level >= rank)) {
      throw RefusedException.invalid(
          "Encountered list at unexpected level: %d expected < %d",
          level, rank < 0 ? MAX_RANK : rank);
    }
    int size = 0;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      value(json, level + 1);
      size++;
    }
    if (size == 0) {
      rank = rank < 0 ? level + 1 : rank;
    }
    while (shape.size() <= level) {
      shape.add(-1); // the sizes of outer lists are known after those of inner ones
    }
    if (shape.get(level) >= 0 && shape.get(level) != size) {
      throw RefusedException.invalid(
          "Encountered list at unexpected size: %d at level: %d expected size: %d",
          size, level, shape.get(level));
    }
    shape.set(level, size);
  }

  private void string(byte[] bytes) {
    held.take(STRING_BYTES + bytes.length);
    strings.add(bytes);
  }

  private void number(JsonParser json) throws IOException {
    if (count == numbers.length) {
      int size = Math.max(16, 2 * count);
      held.take((long) NUMBER_BYTES * (size - count));
      numbers = Arrays.copyOf(numbers, size);
    }
    fractions |= json.currentToken() == JsonToken.VALUE_NUMBER_FLOAT;
    numbers[count++] = json.getDoubleValue();
  }

  /** Parses {@code {"b64": "..."}}; the parser is at the opening brace. */
  static byte[] base64(JsonParser json) throws IOException {
    if (json.nextToken() == JsonToken.FIELD_NAME
        && json.currentName().equals("b64")
        && json.nextToken() == JsonToken.VALUE_STRING) {
      String text = json.getText();
      if (json.nextToken() == JsonToken.END_OBJECT) {
        return decoded(text);
      }
    }
    throw RefusedException.invalid(
        "JSON Value: an object in a list is not formatted correctly for base64 data");
  }

  static byte[] decoded(String base64) {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw RefusedException.invalid("Unable to base64 decode");
    }
  }

  /** Returns the sizes of the lists, the outermost first; empty for a scalar. */
  List<Integer> shape() {
    return shape;
  }

  /**
   * Returns the values as a tensor.
   *
   * @param name the name of the input, for error messages
   * @param type the dtype of the input
   * @throws RefusedException if a value is not of this dtype
   */
  HostTensor as(String name, DataType type) {
    boolean onlyNumbers = other.isEmpty() && strings.isEmpty();
    if (!other.isEmpty()) {
      throw RefusedException.invalid(
          "%s: JSON Value: %s is not of expected type: %s", name, other, type);
    }
    return switch (type) {
      case DT_STRING -> {
        if (count > 0) {
          throw RefusedException.invalid(
              "%s: JSON Value: %s Type: Number is not of expected type: string", name, numbers[0]);
        }
        yield new HostTensor(type, List.copyOf(shape), strings.toArray(byte[][]::new));
      }
      case DT_INT32 -> new HostTensor(type, List.copyOf(shape), ints(name, onlyNumbers));
      default -> new HostTensor(type, List.copyOf(shape), floats(name, onlyNumbers));
    };
  }

  private float[] floats(String name, boolean onlyNumbers) {
    if (!onlyNumbers) {
      throw RefusedException.invalid(
          "%s: a JSON Value Type: String is not of expected type: float", name);
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) numbers[i];
    }
    return values;
  }

  private int[] ints(String name, boolean onlyNumbers) {
    if (!onlyNumbers || fractions) {
      throw RefusedException.invalid(
          "%s: a JSON Value Type: %s is not of expected type: int32",
          name, onlyNumbers ? "Number with a fraction" : "String");
    }
    int[] values = new int[count];
    for (int i = 0; i < count; i++) {
      values[i] = (int) numbers[i];
      if (values[i] != numbers[i]) {
        throw RefusedException.invalid(
            "%s: JSON Value: %s is out of the range of int32", name, numbers[i]);
      }
    }
    return values;
  }

  /** Stacks values of one shape along a new first dimension. */
  static HostTensor stack(String name, DataType type, List<JsonTensor> items) {
    List<Integer> shape = items.get(0).shape;
    List<HostTensor> parts = new ArrayList<>();
    for (JsonTensor item : items) {
      if (!item.shape.equals(shape)) {
        throw RefusedException.invalid(
            "%s: Expecting shape %s but got: %s", name, shape, item.shape);
      }
      parts.add(item.as(name, type));
    }
    List<Integer> stacked = new ArrayList<>(List.of(parts.size()));
    stacked.addAll(shape);
    int width = shape.stream().reduce(1, (a, b) -> a * b);
    Object data =
        switch (type) {
          case DT_FLOAT -> new float[parts.size() * width];
          case DT_INT32 -> new int[parts.size() * width];
          default -> new byte[parts.size() * width][];
        };
    for (int i = 0; i < parts.size(); i++) {
      System.arraycopy(parts.get(i).data(), 0, data, i * width, width);
    }
    return new HostTensor(type, List.copyOf(stacked), data);
  }
}

package io.loramer.savedmodels.encoders;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.loramer.savedmodels.files.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * A checkpoint's {@code config.json}. Unknown keys are ignored, and absent ones take the defaults
 * of transformers' configuration classes. Problems are collected, and {@link #check} throws them
 * together.
 */
final class ConfigFile {
  private final Path file;
  private final JsonNode root;
  private final List<String> problems = new ArrayList<>();

  private ConfigFile(Path file, JsonNode root) {
    this.file = file;
    this.root = root;
  }

  /**
   * Reads a config.json.
   *
   * @throws IOException if it is missing or is not a JSON object
   */
  static ConfigFile read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + ": no such file; a checkpoint folder has one");
    }
    try {
      JsonNode root =
          Json.TREE.readTree(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
      if (!root.isObject()) {
        throw new IOException(file + ": expected a JSON object, found " + root.getNodeType());
      }
      return new ConfigFile(file, root);
    } catch (JsonProcessingException e) {
      throw new IOException(file + ": not JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** Returns a nested object; if it is absent, an object without keys. */
  ConfigFile part(String key) {
    return new ConfigFile(file, root.path(key));
  }

  Path file() {
    return file;
  }

  Optional<String> text(String key) {
    return Optional.ofNullable(root.path(key).textValue());
  }

  /** Returns whether a list of names has one with this ending. */
  boolean lists(String key, String ending) {
    return StreamSupport.stream(root.path(key).spliterator(), false)
        .anyMatch(name -> name.asText().endsWith(ending));
  }

  /** Returns whether a key is there and neither null, false nor empty. */
  boolean isOn(String key) {
    return Json.isOn(root.path(key));
  }

  /** Returns a boolean; null is false, as in Python. */
  boolean flag(String key, boolean absent) {
    JsonNode value = root.path(key);
    if (value.isMissingNode()) {
      return absent;
    }
    require(value.isBoolean() || value.isNull(), key + ": expected true or false, found " + value);
    return value.booleanValue();
  }

  /** Returns a positive integer that has no default. */
  int size(String key) {
    if (!root.hasNonNull(key)) {
      problems.add(key + " is missing");
      return 1;
    }
    return size(key, 1);
  }

  int size(String key, int absent) {
    JsonNode value = root.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return absent;
    }
    if (!value.canConvertToInt() || value.intValue() < 1) {
      problems.add(key + ": expected a positive integer, found " + value);
      return 1;
    }
    return value.intValue();
  }

  /** Returns an integer that is at least 0. */
  int index(String key, int absent) {
    JsonNode value = root.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return absent;
    }
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 0) {
      problems.add(key + ": expected an integer from 0, found " + value);
    }
    return value.intValue();
  }

  List<Integer> sizes(String key, List<Integer> absent) {
    JsonNode values = root.path(key);
    if (values.isMissingNode() || values.isNull()) {
      return absent;
    }
    List<Integer> sizes =
        StreamSupport.stream(values.spliterator(), false).map(JsonNode::asInt).toList();
    if (!values.isArray() || sizes.isEmpty() || sizes.stream().anyMatch(size -> size < 1)) {
      problems.add(key + ": expected a list of positive integers, found " + values);
      return absent;
    }
    return sizes;
  }

  float number(String key, double absent) {
    JsonNode value = root.path(key);
    if (!value.isNumber() && root.hasNonNull(key)) {
      problems.add(key + ": expected a number, found " + value);
    }
    return (float) value.asDouble(absent);
  }

  float rate(String key, double absent) {
    float rate = number(key, absent);
    if (rate < 0 || rate >= 1) {
      problems.add(key + ": expected a dropout rate from 0 to below 1, found " + rate);
    }
    return rate;
  }

  /** Returns the constant of an enum whose lower-case name the key holds. */
  <E extends Enum<E>> E choice(String key, Class<E> type, E absent) {
    JsonNode value = root.path(key);
    String found = value.isMissingNode() ? absent.name() : value.asText();
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equalsIgnoreCase(found)) {
        return constant;
      }
    }
    String known =
        Arrays.stream(type.getEnumConstants())
            .map(constant -> constant.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", "));
    problems.add(key + ": " + found + " is not supported; supported: " + known);
    return absent;
  }

  /** Adds a problem unless the condition holds. */
  void require(boolean condition, String problem) {
    if (!condition) {
      problems.add(problem);
    }
  }

  /**
   * Checks that no problems were found.
   *
   * @throws IOException if there are problems; the message lists them all
   */
  void check() throws IOException {
    if (!problems.isEmpty()) {
      throw new IOException(file + ": " + String.join("; ", problems));
    }
  }
}

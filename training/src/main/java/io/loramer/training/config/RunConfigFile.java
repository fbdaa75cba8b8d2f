package io.loramer.training.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.cfg.MutableConfigOverride;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads and writes a {@link RunConfig} as YAML.
 *
 * <p>A file holds only the keys that differ from the defaults; the command line may override single
 * keys. Paths in a file are relative to it, those of the command line to the working directory.
 *
 * <pre>{@code
 * RunConfig config =
 *     RunConfigFile.read(Optional.of(Path.of("run.yaml")), Map.of("training.epochs", "5"));
 * }</pre>
 */
public final class RunConfigFile {
  /** The keys whose values are paths. */
  public static final Set<String> PATHS =
      Set.of("data.manifest", "audio.encoder", "text.encoder", "text.recognizer", "cache.folder");

  private static final ObjectMapper YAML =
      YAMLMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          // A key without a value is most likely an error, except where the value is optional.
          .defaultSetterInfo(JsonSetter.Value.forValueNulls(Nulls.FAIL, Nulls.FAIL))
          .withConfigOverride(Optional.class, RunConfigFile::allowNull)
          .withConfigOverride(OptionalInt.class, RunConfigFile::allowNull)
          .withConfigOverride(OptionalDouble.class, RunConfigFile::allowNull)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.AUTO_DETECT_IS_GETTERS) // of records, components alone are keys
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .addModule(new Jdk8Module())
          .addModule(new RunConfigValues())
          .build();

  private RunConfigFile() {}

  private static void allowNull(MutableConfigOverride override) {
    override.setSetterInfo(JsonSetter.Value.forValueNulls(Nulls.SET));
  }

  /**
   * Reads a configuration over the defaults.
   *
   * @param file absent for the defaults alone
   * @param overrides values in YAML by dotted keys such as {@code training.epochs}
   * @throws IOException if the file is unreadable, or a key is unknown or has a wrong value; all
   *     unknown keys at once
   */
  public static RunConfig read(Optional<Path> file, Map<String, String> overrides)
      throws IOException {
    return read(file, Map.of(), overrides);
  }

  /**
   * Reads the configuration of a point of a sweep.
   *
   * @param point values that replace those of the file; their paths are relative to it
   * @throws IOException as {@link #read(Optional, Map)}
   */
  public static RunConfig read(Path file, Map<String, String> point, Map<String, String> overrides)
      throws IOException {
    return read(Optional.of(file), point, overrides);
  }

  private static RunConfig read(
      Optional<Path> file, Map<String, String> point, Map<String, String> overrides)
      throws IOException {
    ObjectNode tree = YAML.valueToTree(RunConfig.defaults());
    List<String> unknown = new ArrayList<>();
    String subject = file.map(Path::toString).orElse("configuration");
    if (file.isPresent()) {
      JsonNode read = read(file.get());
      merge(tree, read, subject + ": ", "", unknown);
      Path folder = file.get().toAbsolutePath().getParent();
      resolvePaths(tree, read, folder);
      override(tree, point, folder, unknown);
    }
    override(tree, overrides, Path.of("").toAbsolutePath(), unknown);
    if (!unknown.isEmpty()) {
      throw new IOException(String.join("\n", unknown));
    }
    return bind(overrides.isEmpty() ? subject : subject + ", with overrides", tree);
  }

  private static void override(
      ObjectNode tree, Map<String, String> values, Path folder, List<String> unknown)
      throws IOException {
    for (var value : values.entrySet()) {
      JsonNode nested = nested(value.getKey(), value.getValue());
      merge(tree, nested, "override: ", "", unknown);
      resolvePaths(tree, nested, folder);
    }
  }

  /** Writes a configuration with every key. */
  public static void write(Path file, RunConfig config) throws IOException {
    YAML.writeValue(file.toFile(), config);
  }

  /** Returns all values of a configuration by their dotted keys. */
  public static Map<String, JsonNode> keys(RunConfig config) {
    Map<String, JsonNode> keys = new LinkedHashMap<>();
    addKeys("", YAML.valueToTree(config), keys);
    return keys;
  }

  private static void addKeys(String path, JsonNode section, Map<String, JsonNode> keys) {
    for (var field : section.properties()) {
      String key = path + field.getKey();
      if (field.getValue().isObject()) {
        addKeys(key + ".", field.getValue(), keys);
      } else {
        keys.put(key, field.getValue());
      }
    }
  }

  /** Returns the keys in which two configurations differ, each with both values. */
  public static List<String> differences(RunConfig before, RunConfig now) {
    Map<String, JsonNode> earlier = keys(before);
    List<String> differences = new ArrayList<>();
    keys(now)
        .forEach(
            (key, value) -> {
              if (!value.equals(earlier.get(key))) {
                differences.add("%s was %s and is now %s".formatted(key, earlier.get(key), value));
              }
            });
    return differences;
  }

  private static JsonNode read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + ": no such file");
    }
    JsonNode read = parse(file.toString(), new String(Files.readAllBytes(file), UTF_8));
    if (read.isNull()) {
      return YAML.createObjectNode();
    }
    if (!read.isObject()) {
      throw new IOException(file + ": expected keys and values, found " + read);
    }
    return read;
  }

  private static JsonNode nested(String dottedKey, String value) throws IOException {
    ObjectNode nested = YAML.createObjectNode();
    ObjectNode parent = nested;
    String[] keys = dottedKey.split("\\.", -1);
    for (int i = 0; i < keys.length - 1; i++) {
      parent = parent.putObject(keys[i]);
    }
    parent.set(keys[keys.length - 1], parse("override " + dottedKey, value));
    return nested;
  }

  private static JsonNode parse(String subject, String yaml) throws IOException {
    try {
      JsonNode read = YAML.readTree(yaml);
      return read.isMissingNode() ? NullNode.getInstance() : read;
    } catch (JsonProcessingException e) {
      throw new IOException(
          "%s: line %d: not YAML: %s"
              .formatted(subject, e.getLocation().getLineNr(), firstLine(e.getOriginalMessage())),
          e);
    }
  }

  /**
   * Puts values into the tree of the defaults, which has every known key except those of maps that
   * are empty by default.
   */
  private static void merge(
      ObjectNode tree, JsonNode values, String source, String path, List<String> unknown) {
    for (var field : values.properties()) {
      String key = path + field.getKey();
      JsonNode known = tree.get(field.getKey());
      if (known == null) {
        Set<String> keys = new TreeSet<>();
        tree.fieldNames().forEachRemaining(name -> keys.add(path + name));
        unknown.add(source + "unknown key " + key + "; known: " + String.join(", ", keys));
      } else if (known instanceof ObjectNode section
          && !section.isEmpty()
          && field.getValue().isObject()) {
        merge(section, field.getValue(), source, key + ".", unknown);
      } else if (!(known.isObject() && field.getValue().isNull())) { // a section may be empty
        tree.set(field.getKey(), field.getValue());
      }
    }
  }

  private static void resolvePaths(ObjectNode tree, JsonNode read, Path folder) {
    for (String path : PATHS) {
      String pointer = "/" + path.replace('.', '/');
      JsonNode value = read.at(pointer);
      if (value.isTextual()) {
        int last = pointer.lastIndexOf('/');
        ObjectNode section = (ObjectNode) tree.at(pointer.substring(0, last));
        Path resolved = folder.resolve(value.textValue()).normalize();
        section.set(pointer.substring(last + 1), TextNode.valueOf(resolved.toString()));
      }
    }
  }

  private static RunConfig bind(String subject, ObjectNode tree) throws IOException {
    try {
      return YAML.treeToValue(tree, RunConfig.class);
    } catch (JsonMappingException e) {
      String key =
          e.getPath().stream()
              .map(JsonMappingException.Reference::getFieldName)
              .takeWhile(name -> name != null) // an element of a list has none
              .collect(Collectors.joining("."));
      String reason;
      if (e.getCause() instanceof IllegalArgumentException refusal) {
        // Messages of records begin with the name of the component.
        boolean component = e instanceof ValueInstantiationException;
        reason = (component ? "." : ": ") + refusal.getMessage();
      } else if (e instanceof MismatchedInputException mismatch) {
        JsonNode found = tree.at("/" + key.replace('.', '/'));
        reason = ": expected " + kind(mismatch.getTargetType()) + ", found " + found;
      } else {
        reason = ": " + firstLine(e.getOriginalMessage());
      }
      throw new IOException(subject + ": " + key + reason, e);
    }
  }

  /** Returns the expected kind of a value, for messages. */
  private static String kind(Class<?> type) {
    if (type.isEnum()) {
      return Stream.of(type.getEnumConstants())
          .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
          .collect(Collectors.joining(", ", "one of ", ""));
    }
    return switch (type.getSimpleName()) {
      case "int", "long", "Integer", "OptionalInt" -> "a whole number";
      case "float", "double", "Float", "OptionalDouble" -> "a number";
      case "boolean", "Boolean" -> "true or false";
      case "ArrayList" -> "a list";
      case "String" -> "text";
      case "Path" -> "a path";
      default -> "keys and values";
    };
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }
}

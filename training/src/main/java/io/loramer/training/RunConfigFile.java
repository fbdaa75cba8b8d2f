package io.loramer.training;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.loramer.savedmodels.TargetModules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The YAML form of a {@link RunConfig}: a file holds what differs from the defaults, the command
 * line may override single keys. Paths of a file are relative to it, those of the command line to
 * the working directory.
 */
public final class RunConfigFile {
  private static final Set<String> PATHS = Set.of("data.manifest", "audio.encoder", "text.encoder");

  private static final ObjectMapper YAML =
      YAMLMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .addModule(new Jdk8Module())
          .addModule(
              new SimpleModule()
                  .addSerializer(TargetModules.class, new TargetModulesWriter())
                  .addDeserializer(TargetModules.class, new TargetModulesReader())
                  .addSerializer(Path.class, new PathWriter()))
          .build();

  private RunConfigFile() {}

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
    ObjectNode tree = YAML.valueToTree(RunConfig.defaults());
    List<String> unknown = new ArrayList<>();
    String subject = "configuration";
    if (file.isPresent()) {
      subject = file.get().toString();
      JsonNode read = parse(file.get());
      merge(tree, read, "", unknown);
      resolvePaths(tree, read, file.get().toAbsolutePath().getParent());
    }
    for (var override : overrides.entrySet()) {
      ObjectNode nested = YAML.createObjectNode();
      ObjectNode parent = nested;
      String[] keys = override.getKey().split("\\.", -1);
      for (int i = 0; i < keys.length - 1; i++) {
        parent = parent.putObject(keys[i]);
      }
      parent.set(keys[keys.length - 1], YAML.readTree(override.getValue()));
      merge(tree, nested, "", unknown);
    }
    if (!unknown.isEmpty()) {
      throw new IOException(subject + ": " + String.join("; ", unknown));
    }
    return bind(subject, tree);
  }

  /** Writes a configuration with every key. */
  static void write(Path file, RunConfig config) throws IOException {
    YAML.writeValue(file.toFile(), config);
  }

  private static JsonNode parse(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + ": no such file");
    }
    try {
      JsonNode read = YAML.readTree(Files.readAllBytes(file));
      if (read.isMissingNode() || read.isNull()) {
        return YAML.createObjectNode();
      }
      if (!read.isObject()) {
        throw new IOException(file + ": expected keys and values, found " + read.getNodeType());
      }
      return read;
    } catch (JsonProcessingException e) {
      throw new IOException(
          "%s: line %d: not YAML: %s"
              .formatted(file, e.getLocation().getLineNr(), e.getOriginalMessage()),
          e);
    }
  }

  /**
   * Puts values into the tree of the defaults, which has every key there is but those of maps that
   * are empty by default.
   */
  private static void merge(ObjectNode tree, JsonNode values, String path, List<String> unknown) {
    for (var field : values.properties()) {
      String key = path + field.getKey();
      JsonNode known = tree.get(field.getKey());
      if (known == null) {
        Set<String> keys = new TreeSet<>();
        tree.fieldNames().forEachRemaining(name -> keys.add(path + name));
        unknown.add("unknown key " + key + "; known: " + String.join(", ", keys));
      } else if (known instanceof ObjectNode section
          && !section.isEmpty()
          && field.getValue().isObject()) {
        merge(section, field.getValue(), key + ".", unknown);
      } else {
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
    } catch (ValueInstantiationException e) { // a compact constructor refused
      throw new IOException(subject + ": " + path(e) + e.getCause().getMessage(), e);
    } catch (JsonMappingException e) {
      String reason = e.getOriginalMessage().lines().findFirst().orElse("wrong value");
      throw new IOException(subject + ": " + path(e) + reason, e);
    }
  }

  private static String path(JsonMappingException e) {
    String dotted =
        e.getPath().stream()
            .map(JsonMappingException.Reference::getFieldName)
            .filter(name -> name != null)
            .collect(Collectors.joining("."));
    return dotted.isEmpty() ? "" : dotted + ": ";
  }

  /** A list of names, or one expression. */
  private static final class TargetModulesReader extends JsonDeserializer<TargetModules> {
    @Override
    public TargetModules deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      JsonNode node = parser.readValueAsTree();
      List<String> names = new ArrayList<>();
      node.elements().forEachRemaining(name -> names.add(name.asText()));
      try {
        return new TargetModules(names, node.isTextual() ? node.textValue() : "");
      } catch (IllegalArgumentException e) {
        throw JsonMappingException.from(parser, e.getMessage(), e);
      }
    }
  }

  private static final class TargetModulesWriter extends JsonSerializer<TargetModules> {
    @Override
    public void serialize(
        TargetModules targets, JsonGenerator generator, SerializerProvider provider)
        throws IOException {
      generator.writePOJO(targets.names().isEmpty() ? targets.expression() : targets.names());
    }
  }

  /** Plain paths: Jackson's own form is a file: URL. */
  private static final class PathWriter extends JsonSerializer<Path> {
    @Override
    public void serialize(Path path, JsonGenerator generator, SerializerProvider provider)
        throws IOException {
      generator.writeString(path.toString());
    }
  }
}

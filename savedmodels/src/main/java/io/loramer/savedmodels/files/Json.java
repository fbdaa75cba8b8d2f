package io.loramer.savedmodels.files;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;

/**
 * The JSON mappers of this project.
 *
 * <p>A mapper is safe for use by several threads, and must not be configured further: options that
 * one caller needs go to a reader or writer of it, such as {@code Json.RECORDS.reader(feature)}.
 */
public final class Json {
  /** Reads any JSON into a tree and writes a tree; of a repeated key, the last value counts. */
  public static final JsonMapper TREE = new JsonMapper();

  /** Like {@link #TREE}, but fails if an object repeats a key. */
  public static final JsonMapper UNIQUE_KEYS =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /**
   * Reads and writes records: keys in snake_case, the record's components only; an empty {@code
   * Optional} as null; enums in lower case, read in any case.
   */
  public static final JsonMapper RECORDS =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .disable(MapperFeature.AUTO_DETECT_IS_GETTERS) // a record's isX() is not a component
          .addModule(new Jdk8Module())
          .build();

  private Json() {}

  /** Returns whether a setting is on: neither absent, null, false nor empty. */
  public static boolean isOn(JsonNode setting) {
    return switch (setting.getNodeType()) {
      case BOOLEAN -> setting.booleanValue();
      case ARRAY, OBJECT -> !setting.isEmpty();
      case STRING -> !setting.textValue().isEmpty();
      case NUMBER -> true;
      default -> false;
    };
  }
}

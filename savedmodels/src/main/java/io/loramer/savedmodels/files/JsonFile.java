package io.loramer.savedmodels.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Records as JSON: keys in snake_case, files written aside and renamed. */
public final class JsonFile {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .disable(MapperFeature.AUTO_DETECT_IS_GETTERS) // of records, components alone are keys
          .addModule(new Jdk8Module())
          .build();

  private JsonFile() {}

  /**
   * Reads a file.
   *
   * @throws IOException if it is missing or not what is expected, with its path
   */
  public static <T> T read(Path file, Class<T> type) throws IOException {
    try {
      return JSON.readValue(file.toFile(), type);
    } catch (JsonProcessingException e) {
      throw new IOException(file + ": " + e.getOriginalMessage(), e);
    }
  }

  /** Writes a file, over an older one. */
  public static void write(Path file, Object value) throws IOException {
    String text = JSON.writer().with(SerializationFeature.INDENT_OUTPUT).writeValueAsString(value);
    writeText(file, text);
  }

  public static <T> T readLine(String line, Class<T> type) throws IOException {
    return JSON.readValue(line, type);
  }

  /** Returns the value on one line. */
  public static String line(Object value) throws IOException {
    return JSON.writeValueAsString(value);
  }

  public static void writeText(Path file, String text) throws IOException {
    Path unfinished = file.resolveSibling("." + file.getFileName() + ".unfinished");
    Files.writeString(unfinished, text);
    Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
  }
}

package io.loramer.savedmodels.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Reads and writes records as JSON, as {@link Json#RECORDS} maps them.
 *
 * <p>A file is written under a temporary name and then renamed, so a reader never finds half of it.
 */
public final class JsonFile {
  private JsonFile() {}

  /**
   * Reads a value from a file.
   *
   * @throws IOException if the file is missing, is not JSON or does not fit the type; the message
   *     begins with its path
   */
  public static <T> T read(Path file, Class<T> type) throws IOException {
    try {
      return Json.RECORDS.readValue(file.toFile(), type);
    } catch (JsonProcessingException e) {
      throw new IOException(file + ": " + e.getOriginalMessage(), e);
    }
  }

  /** Writes a value to a file, indented, and replaces an older file. */
  public static void write(Path file, Object value) throws IOException {
    String text =
        Json.RECORDS.writer().with(SerializationFeature.INDENT_OUTPUT).writeValueAsString(value);
    writeText(file, text);
  }

  /**
   * Reads a value from one line of JSON.
   *
   * @throws IOException if the line is not JSON or does not fit the type
   */
  public static <T> T readLine(String line, Class<T> type) throws IOException {
    return Json.RECORDS.readValue(line, type);
  }

  /** Returns a value as JSON on one line, without a line break. */
  public static String line(Object value) throws IOException {
    return Json.RECORDS.writeValueAsString(value);
  }

  /** Writes any text to a file, and replaces an older file. */
  public static void writeText(Path file, String text) throws IOException {
    Path unfinished = file.resolveSibling("." + file.getFileName() + ".unfinished");
    Files.writeString(unfinished, text);
    Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
  }
}

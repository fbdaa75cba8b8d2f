package io.loramer.server.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.loramer.savedmodels.files.Json;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** A reply over HTTP. */
record Reply(int status, String contentType, ByteBuffer body) {
  private static final String JSON_TYPE = "application/json";

  static Reply json(byte[] body) {
    return new Reply(200, JSON_TYPE, ByteBuffer.wrap(body));
  }

  static Reply json(Object value) {
    return new Reply(200, JSON_TYPE, bytes(value));
  }

  static Reply text(int status, String text) {
    return new Reply(status, "text/plain; charset=utf-8", StandardCharsets.UTF_8.encode(text));
  }

  /** Returns an error in TF Serving's form. */
  static Reply error(int status, String sentence) {
    return new Reply(status, JSON_TYPE, bytes(Map.of("error", sentence)));
  }

  private static ByteBuffer bytes(Object value) {
    try {
      return ByteBuffer.wrap(Json.TREE.writerWithDefaultPrettyPrinter().writeValueAsBytes(value));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e); // maps, strings and numbers only
    }
  }
}

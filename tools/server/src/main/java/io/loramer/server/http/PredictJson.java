package io.loramer.server.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.loramer.server.model.HostTensor;
import io.loramer.server.model.RefusedException;
import io.loramer.server.model.RequestMemory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.SignatureDef;

/**
 * The body of TF Serving's {@code :predict}: {@code instances} row by row, or {@code inputs} column
 * by column.
 *
 * @param signature the name of the signature; empty for the default
 * @param instances the row format: the values of each row by their names; empty in the other format
 * @param inputs the column format: a value for each input, or one without a name for the only
 *     input; empty in the other format
 * @see <a
 *     href="https://github.com/tensorflow/serving/blob/master/tensorflow_serving/g3doc/api_rest.md">The
 *     RESTful API</a>
 */
record PredictJson(
    String signature,
    Optional<List<Map<String, JsonTensor>>> instances,
    Optional<Map<String, JsonTensor>> inputs) {

  /** The key of a value that was given without the input's name. */
  private static final String UNNAMED = "";

  /**
   * The bytes per byte of the body that the parser takes at most: chars, and the string of them.
   */
  private static final long PARSER_BYTES = 3;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
          .build();

  /**
   * Parses a body.
   *
   * @param held counts the memory of the values, and that of the parser until it has ended
   * @throws RefusedException if it is not one JSON document, or not in this format
   */
  static PredictJson read(byte[] body, RequestMemory.Share held) {
    long parser = PARSER_BYTES * body.length;
    held.take(parser);
    PredictJson request = parsed(body, held);
    held.giveBack(parser);
    return request;
  }

  private static PredictJson parsed(byte[] body, RequestMemory.Share held) {
    try (JsonParser json = JSON.createParser(body)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw RefusedException.invalid("JSON Value: the document is not an object");
      }
      String signature = "";
      Optional<List<Map<String, JsonTensor>>> instances = Optional.empty();
      Optional<Map<String, JsonTensor>> inputs = Optional.empty();
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String key = json.currentName();
        json.nextToken();
        switch (key) {
          case "signature_name" -> signature = signature(json);
          case "instances" -> instances = Optional.of(instances(json, held));
          case "inputs" -> inputs = Optional.of(named(json, held));
          default -> json.skipChildren();
        }
      }
      if (json.nextToken() != null) {
        throw RefusedException.invalid(
            "JSON Parse error: The document root must not be followed by other values at offset: %d",
            json.currentTokenLocation().getByteOffset());
      }
      if (instances.isPresent() && inputs.isPresent()) {
        throw RefusedException.invalid(
            "Not formatted correctly expecting only one of 'inputs' or 'instances' keys to exist");
      }
      if (instances.isEmpty() && inputs.isEmpty()) {
        throw RefusedException.invalid("Missing 'inputs' or 'instances' key");
      }
      return new PredictJson(signature, instances, inputs);
    } catch (JsonProcessingException e) {
      throw RefusedException.invalid(
          "JSON Parse error: %s at offset: %d",
          e.getOriginalMessage().lines().findFirst().orElse("not JSON"),
          e.getLocation() == null ? 0 : e.getLocation().getByteOffset());
    } catch (IOException e) { // such as bytes that are not UTF-8
      throw RefusedException.invalid("JSON Parse error: the document is not text");
    }
  }

  private static String signature(JsonParser json) throws IOException {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw RefusedException.invalid("'signature_name' key must be a string value.");
    }
    return json.getText();
  }

  private static List<Map<String, JsonTensor>> instances(JsonParser json, RequestMemory.Share held)
      throws IOException {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw RefusedException.invalid("Expecting 'instances' to be an list/array");
    }
    List<Map<String, JsonTensor>> rows = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      rows.add(named(json, held));
    }
    if (rows.isEmpty()) {
      throw RefusedException.invalid("No values in 'instances' array");
    }
    return rows;
  }

  /** Parses an object of named values, or a single value; {@code {"b64": …}} is a single value. */
  private static Map<String, JsonTensor> named(JsonParser json, RequestMemory.Share held)
      throws IOException {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      return Map.of(UNNAMED, JsonTensor.read(json, held));
    }
    Map<String, JsonTensor> values = new LinkedHashMap<>();
    String base64 = null;
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      if (name.equals(UNNAMED)) {
        throw RefusedException.invalid("JSON object: does not have named input: ");
      }
      json.nextToken();
      if (name.equals("b64") && json.currentToken() == JsonToken.VALUE_STRING) {
        base64 = json.getText();
      }
      values.put(name, JsonTensor.read(json, held));
    }
    return base64 != null && values.size() == 1
        ? Map.of(UNNAMED, JsonTensor.ofBytes(JsonTensor.decoded(base64), held))
        : values;
  }

  /**
   * Converts the values to tensors.
   *
   * @throws RefusedException if they do not fit the signature's inputs
   */
  Map<String, HostTensor> tensors(SignatureDef signature) {
    return instances
        .map(rows -> ofRows(rows, signature))
        .orElseGet(() -> ofColumns(inputs.orElseThrow(), signature));
  }

  private static Map<String, HostTensor> ofRows(
      List<Map<String, JsonTensor>> rows, SignatureDef signature) {
    TreeSet<String> names = new TreeSet<>(signature.getInputsMap().keySet());
    boolean unnamed = rows.get(0).containsKey(UNNAMED);
    if (unnamed && names.size() > 1) {
      throw RefusedException.invalid(
          "instances is a plain list, but expecting list of objects as multiple input tensors"
              + " required as per tensorinfo_map");
    }
    for (int i = 0; i < rows.size(); i++) {
      if (rows.get(i).containsKey(UNNAMED) != unnamed) {
        throw RefusedException.invalid(
            "Expecting %s at item %d of input list",
            unnamed ? "value/list but got object" : "object but got list", i);
      }
      if (!unnamed && !rows.get(i).keySet().equals(names)) {
        throw RefusedException.invalid(
            "Failed to process element: %d of 'instances' list. JSON object: keys must be equal"
                + " to: %s",
            i, String.join(",", names));
      }
    }
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    for (String name : names) {
      List<JsonTensor> items = rows.stream().map(row -> row.get(unnamed ? UNNAMED : name)).toList();
      tensors.put(name, JsonTensor.stack(name, type(signature, name), items));
    }
    return tensors;
  }

  private static Map<String, HostTensor> ofColumns(
      Map<String, JsonTensor> columns, SignatureDef signature) {
    TreeSet<String> names = new TreeSet<>(signature.getInputsMap().keySet());
    boolean unnamed = columns.containsKey(UNNAMED);
    if (unnamed && names.size() > 1) {
      throw RefusedException.invalid(
          "inputs is a plain value/list, but expecting an object as multiple input tensors required"
              + " as per tensorinfo_map");
    }
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    for (String name : names) { // others are ignored, as in TF Serving
      JsonTensor column = columns.get(unnamed ? UNNAMED : name);
      if (column == null) {
        throw RefusedException.invalid("Missing named input: %s in 'inputs' object.", name);
      }
      tensors.put(name, column.as(name, type(signature, name)));
    }
    return tensors;
  }

  private static DataType type(SignatureDef signature, String name) {
    return signature.getInputsOrThrow(name).getDtype();
  }

  /**
   * Writes the outputs in the format of the request.
   *
   * @param byRows whether the request was in the row format
   */
  static byte[] answer(Map<String, HostTensor> outputs, boolean byRows) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      if (byRows) {
        json.writeArrayFieldStart("predictions");
        int rows = outputs.values().iterator().next().rows();
        for (int row = 0; row < rows; row++) {
          write(json, outputs, row);
        }
        json.writeEndArray();
      } else {
        json.writeFieldName("outputs");
        write(json, outputs, -1);
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException(e); // it is written to memory
    }
    return out.toByteArray();
  }

  /** Writes a row, or all rows for -1; the name of the only output is omitted. */
  private static void write(JsonGenerator json, Map<String, HostTensor> outputs, int row)
      throws IOException {
    boolean object = outputs.size() > 1;
    if (object) {
      json.writeStartObject();
    }
    for (var output : outputs.entrySet()) {
      if (object) {
        json.writeFieldName(output.getKey());
      }
      HostTensor tensor = output.getValue();
      boolean bytes = output.getKey().endsWith("_bytes");
      if (row >= 0) {
        value(json, tensor, bytes, 1, row * tensor.width());
      } else {
        value(json, tensor, bytes, 0, 0);
      }
    }
    if (object) {
      json.writeEndObject();
    }
  }

  private static void value(JsonGenerator json, HostTensor tensor, boolean bytes, int dim, int at)
      throws IOException {
    if (dim == tensor.shape().size()) {
      scalar(json, tensor, bytes, at);
      return;
    }
    int step =
        tensor.shape().subList(dim + 1, tensor.shape().size()).stream().reduce(1, (a, b) -> a * b);
    json.writeStartArray();
    for (int i = 0; i < tensor.shape().get(dim); i++) {
      value(json, tensor, bytes, dim + 1, at + i * step);
    }
    json.writeEndArray();
  }

  private static void scalar(JsonGenerator json, HostTensor tensor, boolean bytes, int at)
      throws IOException {
    switch (tensor.type()) {
      case DT_FLOAT -> json.writeNumber(tensor.floats()[at]);
      case DT_INT32 -> json.writeNumber(tensor.ints()[at]);
      default -> {
        byte[] value = tensor.strings()[at];
        if (bytes) {
          json.writeStartObject();
          json.writeStringField("b64", Base64.getEncoder().encodeToString(value));
          json.writeEndObject();
        } else {
          json.writeString(new String(value, StandardCharsets.UTF_8));
        }
      }
    }
  }
}

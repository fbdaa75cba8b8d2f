package io.loramer.server.http;

import io.loramer.server.model.RefusedException;
import io.loramer.server.model.RequestMemory;
import io.loramer.server.model.ServedModel;
import io.loramer.server.model.ServedVersion;
import io.loramer.server.model.VersionState;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

/** TF Serving's REST interface: its addresses, formats and errors. */
public final class ModelsApi {
  private static final String MODEL =
      "(?i)/v1/models/([^/:]+)(?:/versions/([0-9]+)|/labels/([^/:]+))?";

  private static final Pattern CALL = Pattern.compile(MODEL + ":(classify|regress|predict)");
  private static final Pattern RESOURCE = Pattern.compile(MODEL + "(?:/(metadata))?");

  private final ServedModel model;
  private final Executor executor;

  /**
   * Creates the interface of a model.
   *
   * @param executor converts the outputs to JSON
   */
  public ModelsApi(ServedModel model, Executor executor) {
    this.model = model;
    this.executor = executor;
  }

  /** The model and version that a path names. */
  private record Target(String name, OptionalLong version, Optional<String> label) {
    static Target of(Matcher path) {
      try {
        OptionalLong version =
            path.group(2) == null
                ? OptionalLong.empty()
                : OptionalLong.of(Long.parseLong(path.group(2)));
        return new Target(
            decoded(path.group(1)),
            version,
            Optional.ofNullable(path.group(3)).map(Target::decoded));
      } catch (NumberFormatException e) {
        throw RefusedException.invalid("Failed to convert version to numeric.");
      }
    }

    private static String decoded(String part) {
      try {
        return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
      } catch (IllegalArgumentException e) {
        throw RefusedException.invalid("Failed to decode model name");
      }
    }
  }

  /** Returns whether a request is a call with a body. */
  static boolean isCall(String method, String path) {
    return method.equals("POST") && CALL.matcher(path).matches();
  }

  /** Answers a request for a model's status or metadata; a body is ignored. */
  CompletableFuture<Reply> get(String method, String path) {
    Matcher resource = RESOURCE.matcher(path);
    if (!method.equals("GET") || !resource.matches()) {
      throw malformed(method, path);
    }
    Target target = Target.of(resource);
    if (resource.group(4) == null) {
      return CompletableFuture.completedFuture(status(target));
    }
    requireNoLabel(target);
    return model.use(
        target.name,
        target.version,
        version -> CompletableFuture.completedFuture(metadata(version)));
  }

  /**
   * Answers a call of {@code :predict}; refuses {@code :classify} and {@code :regress}.
   *
   * @param held counts the memory of the values
   */
  CompletableFuture<Reply> call(String path, byte[] body, RequestMemory.Share held) {
    Matcher call = CALL.matcher(path);
    if (!call.matches()) {
      throw malformed("POST", path);
    }
    Target target = Target.of(call);
    requireNoLabel(target);
    String verb = call.group(4).toLowerCase(Locale.ROOT);
    if (!verb.equals("predict")) {
      return model.use(
          target.name,
          target.version,
          version -> {
            throw RefusedException.invalid(
                "Expected a signature of method_name tensorflow/serving/%s, but this model has only"
                    + " tensorflow/serving/predict",
                verb);
          });
    }
    PredictJson request = PredictJson.read(body, held);
    return model.use(target.name, target.version, version -> predict(version, request));
  }

  private CompletableFuture<Reply> predict(ServedVersion version, PredictJson request) {
    String name = request.signature().isEmpty() ? "serving_default" : request.signature();
    SignatureDef signature = version.signatures().get(name);
    if (signature == null) {
      throw RefusedException.invalid(
          "Serving signature name: \"%s\" not found in signature def", name);
    }
    boolean byRows = request.instances().isPresent();
    return version
        .predict(name, request.tensors(signature))
        .thenApplyAsync(outputs -> Reply.json(PredictJson.answer(outputs, byRows)), executor);
  }

  private static RefusedException malformed(String method, String path) {
    return RefusedException.invalid("Malformed request: %s %s", method, path);
  }

  private static void requireNoLabel(Target target) {
    if (target.label.isPresent()) {
      throw RefusedException.invalid("Unrecognized servable version label: %s", target.label.get());
    }
  }

  private Reply status(Target target) {
    List<Object> versions = new ArrayList<>();
    model
        .states(target.name, target.version)
        .forEach((number, state) -> versions.add(status(number, state)));
    return Reply.json(Map.of("model_version_status", versions));
  }

  private static Map<String, Object> status(long number, VersionState state) {
    Map<String, Object> status = new LinkedHashMap<>();
    status.put(
        "version", String.valueOf(number)); // protobuf's JSON writes 64-bit numbers as strings
    status.put("state", state.state().name());
    Map<String, String> error = new LinkedHashMap<>();
    error.put("error_code", state.error().name());
    error.put("error_message", state.message());
    status.put("status", error);
    return status;
  }

  private Reply metadata(ServedVersion version) {
    Map<String, Object> spec = new LinkedHashMap<>();
    spec.put("name", model.name());
    spec.put("signature_name", "");
    spec.put("version", String.valueOf(version.number()));
    Map<String, Object> signatures = new TreeMap<>();
    version.signatures().forEach((name, signature) -> signatures.put(name, signature(signature)));
    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put("model_spec", spec);
    metadata.put("metadata", Map.of("signature_def", Map.of("signature_def", signatures)));
    return Reply.json(metadata);
  }

  private static Map<String, Object> signature(SignatureDef signature) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("inputs", tensors(signature.getInputsMap()));
    json.put("outputs", tensors(signature.getOutputsMap()));
    json.put("method_name", signature.getMethodName());
    json.put("defaults", Map.of());
    return json;
  }

  private static Map<String, Object> tensors(Map<String, TensorInfo> infos) {
    Map<String, Object> tensors = new TreeMap<>();
    infos.forEach(
        (name, info) -> {
          List<Object> dims = new ArrayList<>();
          for (TensorShapeProto.Dim dim : info.getTensorShape().getDimList()) {
            Map<String, Object> size = new LinkedHashMap<>();
            size.put("size", String.valueOf(dim.getSize()));
            size.put("name", dim.getName());
            dims.add(size);
          }
          Map<String, Object> shape = new LinkedHashMap<>();
          shape.put("dim", dims);
          shape.put("unknown_rank", info.getTensorShape().getUnknownRank());
          Map<String, Object> tensor = new LinkedHashMap<>();
          tensor.put("dtype", info.getDtype().name());
          tensor.put("tensor_shape", shape);
          tensor.put("name", info.getName());
          tensors.put(name, tensor);
        });
    return tensors;
  }
}

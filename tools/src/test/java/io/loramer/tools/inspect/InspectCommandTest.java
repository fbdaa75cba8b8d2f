package io.loramer.tools.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.loramer.savedmodels.files.Json;
import io.loramer.savedmodels.weights.Safetensors;
import io.loramer.tools.testing.CommandLineRun;
import io.loramer.tools.testing.RunFixture;
import io.loramer.tools.testing.TinyEncoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/** The output of inspect for each kind of file or folder. */
class InspectCommandTest {

  @TempDir private static Path shared;
  private static TinyEncoder encoder;

  @TempDir private Path folder;

  @BeforeAll
  static void writeEncoder() throws IOException {
    encoder = TinyEncoder.in(shared);
  }

  private static JsonNode inspect(Path path) throws IOException {
    CommandLineRun outcome = CommandLineRun.of("inspect", "--json", path);
    assertEquals(0, outcome.exitCode(), outcome.err());
    return Json.TREE.readTree(outcome.out());
  }

  @Test
  void checkpointAndItsSavedModelHaveOneArchitectureAndTheSameTargets() throws IOException {
    JsonNode checkpoint = inspect(encoder.checkpoint());
    JsonNode savedModel = inspect(encoder.savedModel());
    assertEquals("checkpoint", checkpoint.path("kind").textValue());
    assertEquals("encoder SavedModel", savedModel.path("kind").textValue());
    for (JsonNode inspected : List.of(checkpoint, savedModel)) {
      assertEquals("wavlm", inspected.path("architecture").textValue());
      assertEquals(
          Json.TREE.readTree(
              """
              {"encoder.layers.*.attention.q_proj": 2, "encoder.layers.*.attention.v_proj": 2}
              """),
          inspected.path("lora").path("matched"));
      assertEquals(Json.TREE.createArrayNode(), inspected.path("problems"));
    }
    // The product of a weight norm replaces magnitude [1, 1, 6] and direction.
    assertEquals(6, checkpoint.path("parameters").asInt() - savedModel.path("parameters").asInt());
    assertEquals(checkpoint.path("parameters"), checkpoint.path("dtypes").path("float32"));
  }

  @Test
  void signaturesAreListedWithDtypesAndShapes() throws IOException {
    JsonNode serving =
        inspect(encoder.savedModel()).path("signatures").path("serve/serving_default");
    assertEquals(
        Json.TREE.readTree("{\"dtype\": \"float32\", \"shape\": [-1, -1]}"),
        serving.path("inputs").path("input_values"));
    assertEquals(
        Json.TREE.readTree("{\"dtype\": \"float32\", \"shape\": [-1, -1, 12]}"),
        serving.path("outputs").path("last_hidden_state"));
    CommandLineRun.of("inspect", encoder.savedModel())
        .assertPrinted("      attention_mask: dtype int32, shape [-1, -1]\n");
  }

  @Test
  void missingAndExtraWeightsOfACheckpointAreListed() throws IOException {
    Files.copy(encoder.checkpoint().resolve("config.json"), folder.resolve("config.json"));
    Map<String, TFloat32> tensors = new LinkedHashMap<>();
    try (Safetensors file = Safetensors.open(encoder.checkpoint().resolve("model.safetensors"))) {
      for (String name : file.names()) {
        tensors.put(
            name.replace("layers.1.attention.k_proj.bias", "layers.1.attention.k_proj.biased"),
            file.float32(name));
      }
    }
    Safetensors.write(folder.resolve("model.safetensors"), tensors);
    tensors.values().forEach(TFloat32::close);

    JsonNode problems = inspect(folder).path("problems");

    assertEquals(
        List.of(
            "encoder.layers.1.attention.k_proj.bias: missing: expected shape [12]",
            "encoder.layers.1.attention.k_proj.biased: extra: config.json describes no such"
                + " parameter"),
        Json.TREE.convertValue(problems, List.class));
  }

  @Test
  void tensorsThatTheEncoderDoesNotUseAreListedByModule() throws IOException {
    Files.copy(encoder.checkpoint().resolve("config.json"), folder.resolve("config.json"));
    Map<String, TFloat32> tensors = new LinkedHashMap<>();
    try (Safetensors file = Safetensors.open(encoder.checkpoint().resolve("model.safetensors"))) {
      for (String name : file.names()) {
        tensors.put("wavlm." + name, file.float32(name));
      }
    }
    tensors.put("classifier.weight", TFloat32.tensorOf(Shape.of(4, 12)));
    tensors.put("classifier.bias", TFloat32.tensorOf(Shape.of(4)));
    Safetensors.write(folder.resolve("model.safetensors"), tensors);
    tensors.values().forEach(TFloat32::close);

    CommandLineRun.of("inspect", folder)
        .assertPrinted("not_used:\n  classifier: tensors 2, parameters 52\n");
    CommandLineRun converted =
        CommandLineRun.of("convert", "--checkpoint", folder, "--out", folder.resolve("encoder"));
    converted.assertPrinted("\nnot used: classifier (2 tensors, 52 parameters)\n");
  }

  @Test
  void unsupportedArchitectureIsReportedWithTheSupportedOnes() throws IOException {
    Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"whisper\"}");
    CommandLineRun outcome = CommandLineRun.of("inspect", folder);
    assertEquals(0, outcome.exitCode());
    outcome.assertPrinted("model_type whisper is not supported; supported: wavlm, hubert");
    outcome.assertPrinted("no weights: expected one of model.safetensors");
  }

  @Test
  void savedModelWithoutItsVariablesIsReported() throws IOException {
    copy("saved_model.pb");
    copy("assets/config.json");
    JsonNode problems = inspect(folder).path("problems");
    assertEquals(
        List.of(folder + ": a SavedModel without its folder variables/"),
        Json.TREE.convertValue(problems, List.class));
  }

  @Test
  void folderOfATfClassIsDescribedByTheSavedModelInIt() throws IOException {
    copy("assets/config.json");
    Files.move(folder.resolve("assets/config.json"), folder.resolve("config.json"));
    Path version = Files.createDirectories(folder.resolve("saved_model/1"));
    Files.copy(encoder.savedModel().resolve("saved_model.pb"), version.resolve("saved_model.pb"));
    JsonNode described = inspect(folder);
    assertEquals("encoder SavedModel", described.path("kind").textValue());
    assertEquals("wavlm", described.path("architecture").textValue());
  }

  @Test
  void emotionModelIsRecognisedByItsAsset() throws IOException {
    copy("saved_model.pb");
    Files.createDirectories(folder.resolve("assets"));
    Files.writeString(
        folder.resolve("assets/emotion_model.json"),
        "{\"labels\": [\"anger\", \"joy\"], \"max_samples\": 16000}");
    JsonNode model = inspect(folder);
    assertEquals("emotion SavedModel", model.path("kind").textValue());
    assertEquals("joy", model.path("model").path("labels").path(1).textValue());
    assertEquals(inspect(encoder.savedModel()).path("parameters"), model.path("parameters"));
  }

  @Test
  void runIsDescribedWithItsAdapterAndMissingEncoders() throws IOException {
    Path run = RunFixture.write(folder.resolve("first"), encoder);
    JsonNode ended = inspect(run);
    assertEquals("run", ended.path("kind").textValue());
    assertEquals(3, ended.path("best_epoch").intValue());
    assertEquals(0.625, ended.path("validation_ua").doubleValue());
    assertEquals(2, ended.path("adapter").path("rank").intValue());
    assertEquals(0, ended.path("problems").size());

    Files.delete(run.resolve("metrics.json"));
    Files.writeString(run.resolve("config.yaml"), "text: {encoder: nowhere}\n");
    JsonNode broken = inspect(run);
    assertEquals(false, broken.path("ended").booleanValue());
    assertEquals(
        "text encoder: no SavedModel there any more", broken.path("problems").get(0).textValue());
  }

  @Test
  void graphIsListedByScopeWithItsParameters() throws IOException {
    CommandLineRun outcome = CommandLineRun.of("inspect", "--graph", encoder.savedModel());
    assertEquals(0, outcome.exitCode(), outcome.err());
    List<String> lines = outcome.out().lines().toList();
    assertEquals(List.of("scope", "ops", "parameters"), List.of(lines.get(0).trim().split(" +")));
    String all = String.format("%,d", inspect(encoder.savedModel()).path("parameters").longValue());
    assertTrue(lines.get(1).matches("\\(all\\) +[0-9,]+ +" + all), lines.get(1));
    assertTrue(outcome.out().contains("\n  encoder "), outcome.out());
    assertTrue(outcome.out().contains("\n    layers.1 "), outcome.out());
    assertFalse(outcome.out().contains("\n        q_proj "), outcome.out());
    assertTrue(
        CommandLineRun.of("inspect", "--graph", "--depth", "4", encoder.savedModel())
            .out()
            .contains("\n        q_proj "));
  }

  @Test
  void graphAsJsonAddsUp() throws IOException {
    CommandLineRun outcome =
        CommandLineRun.of("inspect", "--graph", "--json", "--depth", "4", encoder.savedModel());
    JsonNode layer = child(child(Json.TREE.readTree(outcome.out()), "encoder"), "layers.0");
    JsonNode projection = child(child(layer, "attention"), "q_proj");
    assertEquals(12 * 12 + 12, projection.path("parameters").longValue()); // weight and bias
    long ops = 0;
    for (JsonNode scope : layer.path("scopes")) {
      ops += scope.path("ops").longValue();
    }
    assertTrue(ops <= layer.path("ops").longValue());
  }

  @Test
  void runWithoutEventsHasNoGraph() throws IOException {
    Path run = RunFixture.write(folder.resolve("first"), encoder);
    CommandLineRun outcome = CommandLineRun.of("inspect", "--graph", run);
    assertEquals(1, outcome.exitCode());
    assertTrue(outcome.err().contains("found no graph in its 0 event files"), outcome.err());
  }

  private static JsonNode child(JsonNode scope, String name) {
    for (JsonNode child : scope.path("scopes")) {
      if (child.path("name").textValue().equals(name)) {
        return child;
      }
    }
    throw new AssertionError("no " + name + " in " + scope);
  }

  @Test
  void safetensorsFileIsListedByTensor() throws IOException {
    CommandLineRun outcome =
        CommandLineRun.of("inspect", encoder.checkpoint().resolve("model.safetensors"));
    assertEquals(0, outcome.exitCode());
    outcome.assertPrinted(
        "  encoder.layers.1.attention.q_proj.weight: dtype float32, shape [12, 12]\n");
  }

  @Test
  void unknownKindIsRefusedWithTheKnownOnes() throws IOException {
    Files.writeString(folder.resolve("notes.txt"), "");
    CommandLineRun outcome = CommandLineRun.of("inspect", folder);
    for (String file :
        List.of(
            ".safetensors",
            "adapter_config.json",
            "saved_model.pb",
            "config.yaml",
            "config.json")) {
      outcome.assertFailed(file);
    }
    outcome.assertFailed("found notes.txt");
    CommandLineRun.of("inspect", folder.resolve("absent")).assertFailed("nothing there");
  }

  private void copy(String file) throws IOException {
    Path target = folder.resolve(file);
    Files.createDirectories(target.getParent());
    Files.copy(encoder.savedModel().resolve(file), target);
  }
}

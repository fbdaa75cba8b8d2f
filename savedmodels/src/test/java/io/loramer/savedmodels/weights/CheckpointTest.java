package io.loramer.savedmodels.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.types.TFloat32;

final class CheckpointTest {
  @TempDir private Path folder;

  @Test
  void safetensorsGoBeforePickles() throws IOException {
    Files.writeString(folder.resolve("pytorch_model.bin"), "not even read");
    write("model.safetensors", "a");
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertEquals(Set.of("a"), checkpoint.names());
    }
  }

  @Test
  void shardsAreReadAsOne() throws IOException {
    write("one.safetensors", "a");
    write("two.safetensors", "b");
    index("{\"a\": \"one.safetensors\", \"b\": \"two.safetensors\"}");
    try (Checkpoint checkpoint = Checkpoint.open(folder);
        TFloat32 b = checkpoint.float32("b")) {
      assertEquals(Set.of("a", "b"), checkpoint.names());
      assertEquals(7, b.getFloat());
    }
  }

  @Test
  void folderWithoutWeightsSaysWhatWasLookedForAndWhatIsThere() throws IOException {
    Files.createFile(folder.resolve("tf_model.h5"));
    assertRefused(
        "expected one of model.safetensors, model.safetensors.index.json, pytorch_model.bin,"
            + " pytorch_model.bin.index.json, found tf_model.h5");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../outside.safetensors", "/outside.safetensors", "a/b.bin", "..", "x.txt", ""})
  void shardsAreOnlyLookedForBesideTheIndex(String file) throws IOException {
    index("{\"a\": \"" + file + "\"}");
    assertRefused("refused: a is said to lie in \"" + file + "\"");
  }

  @Test
  void allMissingShardsAreNamed() throws IOException {
    index("{\"a\": \"one.bin\", \"b\": \"two.bin\"}");
    assertRefused("[one.bin, two.bin]");
  }

  @Test
  void tensorsThatAShardLacksAreNamed() throws IOException {
    write("one.safetensors", "a");
    index("{\"a\": \"one.safetensors\", \"b\": \"one.safetensors\"}");
    assertRefused("[b in one.safetensors]");
  }

  @Test
  void gitLfsPointerIsToldFromAFile() throws IOException {
    Files.writeString(
        folder.resolve("model.safetensors"), "version https://git-lfs.github.com/spec/v1\noid");
    assertRefused("git lfs pull");
  }

  private void write(String file, String tensor) throws IOException {
    try (TFloat32 seven = TFloat32.scalarOf(7)) {
      Safetensors.write(folder.resolve(file), Map.of(tensor, seven));
    }
  }

  private void index(String weightMap) throws IOException {
    Files.writeString(
        folder.resolve("model.safetensors.index.json"), "{\"weight_map\": " + weightMap + "}");
  }

  private void assertRefused(String reason) {
    String message =
        assertThrows(IOException.class, () -> Checkpoint.open(folder).close()).getMessage();
    assertTrue(message.startsWith(folder.toString()), message);
    assertTrue(message.contains(reason), message);
  }
}

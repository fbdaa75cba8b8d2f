package io.loramer.tools.adapter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.loramer.savedmodels.files.Json;
import io.loramer.savedmodels.lora.LoraAdapter;
import io.loramer.tools.testing.CommandLineRun;
import io.loramer.tools.testing.RunFixture;
import io.loramer.tools.testing.TinyEncoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands for adapters, on a tiny encoder of random weights. */
@Tag("slow")
class AdapterCommandTest {
  private static final String VARIABLES = "variables/variables.data-00000-of-00001";
  private static final String WEIGHTS = "adapter_model.safetensors";

  @TempDir private static Path shared;
  private static TinyEncoder encoder;
  private static Path adapter;

  @TempDir private Path folder;

  @BeforeAll
  static void writeEncoderAndAdapter() throws IOException {
    encoder = TinyEncoder.in(shared);
    adapter = shared.resolve("adapter");
    encoder.writeAdapter(adapter, 0.5f);
  }

  @Test
  void infoPrintsTargetsAndTheirNorms() {
    CommandLineRun info = CommandLineRun.of("adapter", "info", adapter);
    assertEquals(0, info.exitCode());
    info.assertPrinted("rank: 2");
    info.assertPrinted("alpha: 16");
    info.assertPrinted("layers: [0, 1]");
    info.assertPrinted("parameters: 192"); // 4 targets, 2 · (12 + 12) each
    assertTrue(
        info.out()
            .matches(
                "(?s).*encoder\\.layers\\.1\\.attention\\.v_proj: rank 2, scaling 8, norm_of_b_a"
                    + " [1-9][0-9]*\\.[0-9]+\n.*"),
        info.out());
    info.assertPrinted("problems: none");
  }

  @Test
  void infoWarnsOfAnUntrainedAdapter() throws IOException {
    encoder.writeAdapter(folder, 0);
    CommandLineRun info = CommandLineRun.of("adapter", "info", folder);
    assertEquals(0, info.exitCode());
    info.assertPrinted("norm_of_b_a 0\n");
    info.assertPrinted("every lora_B is zero");
  }

  @Test
  void importWritesWhatFitsTheEncoder() throws IOException {
    Path out = folder.resolve("ours");
    CommandLineRun imported =
        CommandLineRun.of(
            "adapter",
            "import",
            "--adapter",
            adapter,
            "--encoder",
            encoder.savedModel(),
            "--out",
            out);
    assertEquals(0, imported.exitCode(), imported.err());
    imported.assertPrinted("LoRA of 4 linear maps");
    assertEquals(-1, Files.mismatch(adapter.resolve(WEIGHTS), out.resolve(WEIGHTS)));
  }

  @Test
  void importRefusesWhatDoesNotFitAndLeavesNothing() throws IOException {
    Path config = adapter.resolve("adapter_config.json");
    Files.copy(adapter.resolve(WEIGHTS), folder.resolve(WEIGHTS));
    ObjectNode changed = (ObjectNode) Json.TREE.readTree(config.toFile());
    changed.put("target_modules", ".*(q|k|v)_proj");
    Json.TREE.writeValue(folder.resolve("adapter_config.json").toFile(), changed);
    Path out = folder.resolve("ours");

    CommandLineRun refused =
        CommandLineRun.of(
            "adapter",
            "import",
            "--adapter",
            folder,
            "--encoder",
            encoder.savedModel(),
            "--out",
            out);

    refused.assertFailed("(2 problems)");
    refused.assertFailed("encoder.layers.1.attention.k_proj: is a target, but");
    assertFalse(Files.exists(out));
  }

  @Test
  void mergeChangesTheKernelsAndNothingElse() throws IOException {
    Path out = folder.resolve("merged");
    CommandLineRun merged =
        CommandLineRun.of(
            "adapter",
            "merge",
            "--adapter",
            adapter,
            "--encoder",
            encoder.savedModel(),
            "--out",
            out);
    assertEquals(0, merged.exitCode(), merged.err());
    merged.assertPrinted("4 kernels merged");
    Path before = encoder.savedModel();
    assertNotEquals(-1, Files.mismatch(before.resolve(VARIABLES), out.resolve(VARIABLES)));
    for (String file : new String[] {"saved_model.pb", "assets/config.json"}) {
      assertEquals(-1, Files.mismatch(before.resolve(file), out.resolve(file)), file);
    }
  }

  @Test
  void mergingAnUntrainedAdapterChangesNoBit() throws IOException {
    Path untrained = folder.resolve("untrained");
    encoder.writeAdapter(untrained, 0);
    Path out = folder.resolve("merged");
    CommandLineRun.of(
        "adapter",
        "merge",
        "--adapter",
        untrained,
        "--encoder",
        encoder.savedModel(),
        "--out",
        out);
    assertEquals(
        -1, Files.mismatch(encoder.savedModel().resolve(VARIABLES), out.resolve(VARIABLES)));
  }

  @Test
  void exportWritesTheAdapterOfARunAndHowToLoadIt() throws IOException {
    Path run = RunFixture.write(folder.resolve("first"), encoder);
    Path out = folder.resolve("peft");
    CommandLineRun exported =
        CommandLineRun.of(
            "adapter", "export", "--run", run, "--base-model", "acme/tiny-wavlm", "--out", out);
    assertEquals(0, exported.exitCode(), exported.err());
    try (LoraAdapter read = LoraAdapter.read(out)) {
      assertEquals("acme/tiny-wavlm", read.baseModel().orElseThrow());
      assertEquals(4, read.modules().size());
    }
    String readme = Files.readString(out.resolve("README.md"));
    assertTrue(readme.contains("AutoModel.from_pretrained(\"acme/tiny-wavlm\")"), readme);
    assertTrue(readme.contains("merge_and_unload()"), readme);
    assertTrue(readme.contains("epoch 3 of the run `first`, validation UA 0.625"), readme);
  }

  @Test
  void runWithoutAnAdapterIsRefused() throws IOException {
    Path run = RunFixture.write(folder.resolve("first"), encoder);
    Files.writeString(run.resolve("config.yaml"), "audio: {adaptation: frozen}\n");
    CommandLineRun.of("adapter", "export", "--run", run, "--out", folder.resolve("peft"))
        .assertFailed("has no adapter");
  }

  @Test
  void wrongUsageHasItsOwnExitCode() {
    assertEquals(2, CommandLineRun.of("adapter").exitCode());
    assertEquals(2, CommandLineRun.of("adapter", "merge", "--adapter", adapter).exitCode());
  }
}

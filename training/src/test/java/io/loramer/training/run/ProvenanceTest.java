package io.loramer.training.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.model.head.Modality;
import io.loramer.recognition.testing.TestFiles;
import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.training.config.RunConfig;
import io.loramer.training.testing.TinySetup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProvenanceTest {
  @TempDir private Path folder;

  /** Assets determine how a waveform or a text becomes the input; the graph does not. */
  @ParameterizedTest
  @ValueSource(strings = {"config.json", "preprocessor_config.json", "tokenizer.json"})
  void encoderWithAnotherAssetIsAnotherEncoder(String asset) throws IOException {
    Path encoder = TinySetup.in(folder).textEncoder();
    assertChangesWith(encoder, encoder.resolve("assets").resolve(asset));
  }

  @Test
  void encoderWithAnotherTrainingGraphIsAnotherEncoder() throws IOException {
    Path encoder = TinySetup.in(folder).speechEncoder();
    assertChangesWith(encoder, encoder.resolve("training_graph.pb"));
  }

  /** Hugging Face's TF classes write the assets into the folder of the SavedModel's versions. */
  @Test
  void assetBesideTheVersionsOfTransformersCounts() throws IOException {
    Path model = folder.resolve("hub");
    Path version = Files.createDirectories(model.resolve("saved_model")).resolve("1");
    TestFiles.copy(TinySetup.in(folder).textEncoder(), version);
    assertChangesWith(version, model.resolve("preprocessor_config.json"));
  }

  @Test
  void provenanceOfAnOlderVersionHasNoProcessor() throws IOException {
    Path run = Files.createDirectory(folder.resolve("older"));
    Files.writeString(
        run.resolve(RunFolder.PROVENANCE),
        """
        {"lora_mer": "0.1", "tensor_flow": "2.18.0", "java": "17", "processor": "amd64",
         "cores": 2, "seed": 1, "manifest_sha256": "c0", "encoders_sha256": {"audio": "be"}}
        """);
    Provenance older = new RunFolder(run).readProvenance();
    assertEquals(Optional.empty(), older.cpu());
    assertEquals("c0", older.manifestSha256());
  }

  private void assertChangesWith(Path encoder, Path asset) throws IOException {
    RunConfig config =
        new TinySetup(folder.resolve("corpus.jsonl"), encoder, encoder).config().untrained();
    Map<Modality, SavedModelFolder> encoders =
        Map.of(Modality.TEXT, SavedModelFolder.open(encoder));
    Provenance before = Provenance.of(config, encoders);
    before.requireUnchanged(encoders);

    Files.writeString(asset, "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);

    IOException e = assertThrows(IOException.class, () -> before.requireUnchanged(encoders));
    assertTrue(e.getMessage().startsWith(encoder + " has changed"), e.getMessage());
  }
}

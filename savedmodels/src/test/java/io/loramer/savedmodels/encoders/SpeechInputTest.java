package io.loramer.savedmodels.encoders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.testing.Fixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What transformers 5 writes: Wav2Vec2Processor's one file in place of the extractor's own. */
final class SpeechInputTest {
  @TempDir private Path folder;

  @Test
  void processorsFileSaysWhetherTheWaveformIsNormalised() throws IOException {
    assertEquals(false, converted("{\"do_normalize\": false}").normalize());
  }

  @Test
  void processorsFileMayNameNoFeatureExtractor() throws IOException {
    assertEquals(true, converted("null").normalize());
  }

  @Test
  void otherSamplingRateOfTheProcessorsFileIsRefused() {
    String refused =
        assertThrows(IOException.class, () -> converted("{\"sampling_rate\": 8000}")).getMessage();
    assertTrue(
        refused.endsWith("processor_config.json: sampling_rate: expected 16000, found 8000"),
        refused);
  }

  private SpeechInput converted(String featureExtractor) throws IOException {
    Path checkpoint = Files.createDirectory(folder.resolve("checkpoint"));
    for (String file : new String[] {"config.json", "model.safetensors"}) {
      Files.copy(Fixture.of("audio/hubert-tiny").folder().resolve(file), checkpoint.resolve(file));
    }
    Files.writeString(
        checkpoint.resolve("processor_config.json"),
        "{\"feature_extractor\": %s}".formatted(featureExtractor));
    Path encoder = folder.resolve("encoder");
    EncoderConversion.convert(checkpoint, encoder, PaddingInNorm.IGNORED);
    return SpeechInput.of(SavedModelFolder.open(encoder));
  }
}

package io.loramer.savedmodels.encoders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.savedmodels.SavedModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The defaults are those of transformers 5.18's configuration classes. */
final class TextInputTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({"bert, 0, 40", "roberta, 1, 38", "xlm-roberta, 1, 38"})
  void paddingTokenThatIsNotNamedIsThatOfTheFamily(String type, int padId, int maxTokens)
      throws IOException {
    assertEquals(new TextInput(maxTokens, padId), input(type, ""));
    assertEquals(new TextInput(maxTokens, padId), input(type, ", \"pad_token_id\": null"));
  }

  @Test
  void paddingTokenThatIsNoneIsRefused() {
    String refused =
        assertThrows(IOException.class, () -> input("bert", ", \"pad_token_id\": -1")).getMessage();
    assertTrue(refused.endsWith("pad_token_id: expected an integer from 0, found -1"), refused);
  }

  private TextInput input(String type, String more) throws IOException {
    Files.write(folder.resolve("saved_model.pb"), new byte[0]);
    Files.writeString(
        Files.createDirectories(folder.resolve("assets")).resolve("config.json"),
        """
        {"model_type": "%s", "vocab_size": 33, "hidden_size": 9, "num_hidden_layers": 1,
         "num_attention_heads": 3, "intermediate_size": 14, "max_position_embeddings": 40%s}
        """
            .formatted(type, more));
    return TextInput.of(SavedModelFolder.open(folder));
  }
}

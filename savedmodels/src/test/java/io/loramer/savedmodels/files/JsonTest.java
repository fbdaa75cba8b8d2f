package io.loramer.savedmodels.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class JsonTest {
  enum Level {
    HIGH
  }

  record Example(int sampleRate, Level level, Optional<String> note) {
    public boolean isLoud() {
      return true;
    }
  }

  @Test
  void recordsHaveTheirComponentsInSnakeCaseAndNothingElse() throws JsonProcessingException {
    Example example = new Example(16_000, Level.HIGH, Optional.empty());
    String json = Json.RECORDS.writeValueAsString(example);
    assertEquals("{\"sample_rate\":16000,\"level\":\"high\",\"note\":null}", json);
    assertEquals(example, Json.RECORDS.readValue(json, Example.class));
  }

  @Test
  void aRepeatedKeyIsRefusedWhereKeysMustBeUnique() throws JsonProcessingException {
    String repeated = "{\"a\": 1, \"a\": 2}";
    assertEquals(2, Json.TREE.readTree(repeated).path("a").intValue());
    assertThrows(JsonParseException.class, () -> Json.UNIQUE_KEYS.readTree(repeated));
  }
}

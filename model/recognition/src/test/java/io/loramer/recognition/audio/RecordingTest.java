package io.loramer.recognition.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.recognition.testing.SoundFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordingTest {
  private static final int COUNT = 20_011;

  @TempDir private Path folder;

  private Path file() throws IOException {
    short[] samples = new short[COUNT];
    for (int t = 0; t < COUNT; t++) {
      samples[t] = (short) (t - 10_000);
    }
    return Files.write(folder.resolve("ramp.wav"), SoundFiles.wav(16_000, samples));
  }

  @Test
  void overlappingPartsAreSlicesOfTheWholeFileOrWaveform() throws IOException {
    Path file = file();
    Waveform whole = AudioFile.read(file);
    try (Recording decoded =
            Recording.open(file, 0, Double.POSITIVE_INFINITY, OptionalInt.empty());
        Recording held = Recording.of(whole)) {
      for (int[] part : new int[][] {{0, 7000}, {3500, 10_500}, {3500, 9}, {17_000, 24_000}}) {
        int to = Math.max(part[0] + 1, part[1]);
        float[] expected = Arrays.copyOfRange(whole.samples(), part[0], Math.min(COUNT, to));
        assertArrayEquals(expected, decoded.samples(part[0], to));
        assertArrayEquals(expected, held.samples(part[0], to));
      }
      assertEquals(0, decoded.samples(30_000, 30_001).length);
      assertThrows(IllegalArgumentException.class, () -> decoded.samples(5, 9));
    }
  }

  @Test
  void partOfAFileEndsWithItsEnd() throws IOException {
    Path file = file();
    float[] whole = AudioFile.read(file).samples();
    try (Recording part = Recording.open(file, 0.5, 1, OptionalInt.empty())) {
      assertArrayEquals(Arrays.copyOfRange(whole, 8000, 8100), part.samples(0, 100));
      assertTrue(part.isLongerThan(7999));
      assertFalse(part.isLongerThan(8000));
      assertArrayEquals(Arrays.copyOfRange(whole, 15_900, 16_000), part.samples(7900, 9000));
    }
  }
}

package io.loramer.recognition.audio;

import static io.loramer.recognition.testing.SoundFiles.FLOAT;
import static io.loramer.recognition.testing.SoundFiles.littleEndian;
import static io.loramer.recognition.testing.SoundFiles.sine;
import static io.loramer.recognition.testing.SoundFiles.wav;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.recognition.testing.SoundFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SilenceTest {
  private static final String BELOW = "below -70 dBFS after the mean is taken off";
  private static final int COUNT = 5003;

  @TempDir private Path folder;

  private Path file(int rate, float[]... channels) throws IOException {
    float[] frames = new float[channels.length * channels[0].length];
    for (int i = 0; i < frames.length; i++) {
      frames[i] = channels[i % channels.length][i / channels.length];
    }
    byte[] bytes = wav(FLOAT, channels.length, rate, 32, littleEndian(frames));
    return Files.write(Files.createTempFile(folder, "sound", ".wav"), bytes);
  }

  private static float[] constant(double value) {
    float[] samples = new float[COUNT];
    Arrays.fill(samples, (float) value);
    return samples;
  }

  private static float[] tone(double amplitude) {
    float[] samples = sine(400, 16_000, COUNT); // of amplitude 0.5
    for (int i = 0; i < COUNT; i++) {
      samples[i] *= (float) (2 * amplitude);
    }
    return samples;
  }

  private static float[] oneBitDither() {
    Random random = new Random(3);
    float[] samples = new float[COUNT];
    for (int i = 0; i < COUNT; i++) {
      samples[i] = (random.nextInt(3) - 1) / 32768f;
    }
    return samples;
  }

  private static Optional<String> silence(Path file) throws IOException {
    AudioScan scan = AudioFile.scan(file, 0, 99, OptionalInt.empty(), 10);
    assertEquals(scan.silence(), AudioFile.check(file, 0, 99, OptionalInt.empty()).silence());
    return scan.silence();
  }

  private static void assertOdd(String oddity, Path file) throws IOException {
    AudioScan scan = AudioFile.check(file, 0, 99, OptionalInt.empty());
    assertEquals(Optional.empty(), scan.silence());
    assertEquals(Optional.of(oddity), scan.channels());
  }

  @ParameterizedTest
  @ValueSource(ints = {8_000, 16_000, 44_100})
  void constantsAndDitherAreSilentAtAnyRate(int rate) throws IOException {
    for (float[] samples : new float[][] {constant(0), constant(0.3), oneBitDither()}) {
      assertEquals(Optional.of("is silent, " + BELOW), silence(file(rate, samples)));
    }
  }

  @Test
  void levelOfMinus70Divides() throws IOException {
    double root = Math.sqrt(2); // the amplitude of a sine by its root mean square
    assertTrue(silence(file(16_000, tone(root * Math.pow(10, -70.5 / 20)))).isPresent());
    assertEquals(Optional.empty(), silence(file(16_000, tone(root * Math.pow(10, -69.5 / 20)))));
  }

  @Test
  void aWordInALongPauseIsSound() {
    float[] samples = new float[60 * Waveform.SAMPLE_RATE];
    System.arraycopy(tone(0.001), 0, samples, 500_000, 4000);
    assertFalse(new Waveform(samples).isSilent());
    assertTrue(new Waveform(Arrays.copyOf(samples, 500_000)).isSilent());
  }

  @Test
  void aClipWithoutSamplesIsEmptyNotSilent() throws IOException {
    assertEquals(Optional.empty(), silence(file(16_000, new float[0])));
    assertFalse(new Waveform(new float[0]).isSilent());
  }

  @Test
  void channelsThatCancelEachOtherAreNamed() throws IOException {
    assertEquals(
        Optional.of(
            "is silent as one signal, "
                + BELOW
                + ": its channels left and right cancel each other"),
        silence(file(16_000, tone(0.5), tone(-0.5))));
    assertEquals(
        Optional.of(
            "is silent as one signal, " + BELOW + ": its channels 0 and 2 cancel each other"),
        silence(file(16_000, tone(0.5), constant(0), tone(-0.5))));
    assertEquals(
        Optional.of("is silent in each of its 2 channels, " + BELOW),
        silence(file(16_000, constant(0.1), oneBitDither())));
  }

  @Test
  void oddChannelsOfAClipWithSoundAreNamed() throws IOException {
    assertOdd("channel right is empty", file(16_000, tone(0.5), constant(0)));
    assertOdd("channel 1 is empty", file(16_000, tone(0.5), constant(0), tone(0.4)));
    assertOdd(
        "channels left and right nearly cancel each other, which leaves -49 dBFS of -9 dBFS",
        file(16_000, tone(0.5), tone(-0.49)));
    Path stereo = file(16_000, tone(0.5), tone(0.4));
    assertEquals(Optional.empty(), AudioFile.check(stereo, 0, 99, OptionalInt.empty()).channels());
  }

  @Test
  void emptyFrontCentreIsNamedAndEmptyRearChannelsAreNot() throws IOException {
    short[] frames = new short[6 * COUNT];
    for (int i = 0; i < COUNT; i++) {
      frames[6 * i] = (short) (20_000 * Math.sin(0.2 * i));
    }
    Path surround = folder.resolve("surround.wav");
    Files.write(surround, SoundFiles.extensibleWav(6, 0x3f, 16_000, frames));
    assertOdd("front centre is empty, so the mean of all channels is taken", surround);
    assertEquals(Optional.empty(), silence(surround));
    for (int i = 0; i < COUNT; i++) {
      frames[6 * i + 2] = frames[6 * i];
    }
    Files.write(surround, SoundFiles.extensibleWav(6, 0x3f, 16_000, frames));
    assertEquals(
        Optional.empty(), AudioFile.check(surround, 0, 99, OptionalInt.empty()).channels());
  }

  @Test
  void onlyThePartIsMeasured() throws IOException {
    float[] samples = tone(0.5);
    Arrays.fill(samples, 0, 3200, 0.25f);
    Path file = file(16_000, samples);
    assertTrue(AudioFile.scan(file, 0, 0.2, OptionalInt.empty(), 9).silence().isPresent());
    assertFalse(AudioFile.scan(file, 0.2, 0.3, OptionalInt.empty(), 9).silence().isPresent());
  }
}

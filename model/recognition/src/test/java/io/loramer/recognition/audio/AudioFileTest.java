package io.loramer.recognition.audio;

import static io.loramer.recognition.testing.SoundFiles.FLOAT;
import static io.loramer.recognition.testing.SoundFiles.PCM;
import static io.loramer.recognition.testing.SoundFiles.chunk;
import static io.loramer.recognition.testing.SoundFiles.extensibleWav;
import static io.loramer.recognition.testing.SoundFiles.littleEndian;
import static io.loramer.recognition.testing.SoundFiles.riff;
import static io.loramer.recognition.testing.SoundFiles.sine;
import static io.loramer.recognition.testing.SoundFiles.wav;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.recognition.testing.SoundFiles;
import io.loramer.recognition.testing.TestFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AudioFileTest {
  private static final Path RESOURCES =
      TestFiles.ofRepository("model/recognition/src/test/resources/audio");
  private static final short[] SHORTS = {-32768, 32767, 0, 1, -1, 12345, -23456};
  private static final float[] FLOATS = {
    -1f, 32767 / 32768f, 0f, 1 / 32768f, -1 / 32768f, 12345 / 32768f, -23456 / 32768f
  };

  @TempDir Path folder;

  static Stream<Arguments> losslessForms() {
    return Stream.of(
        Arguments.of("16 bits", wav(16_000, SHORTS)),
        Arguments.of("extensible", SoundFiles.extensibleWav(1, 4, 16_000, SHORTS)),
        Arguments.of("24 bits", wav(PCM, 1, 16_000, 24, widened(24))),
        Arguments.of("32 bits", wav(PCM, 1, 16_000, 32, widened(32))),
        Arguments.of("float", wav(FLOAT, 1, 16_000, 32, littleEndian(FLOATS))),
        Arguments.of("float of 64 bits", wav(FLOAT, 1, 16_000, 64, doubles())),
        Arguments.of("AIFF named .wav", SoundFiles.aiff(SHORTS)),
        Arguments.of(
            "chunks beside the sound, one of odd size",
            riff(
                chunk("JUNK", new byte[4099]),
                chunk("fmt ", SoundFiles.format(PCM, 1, 16_000, 16)),
                chunk("LIST", "INFOISFT\2\0\0\0me".getBytes(US_ASCII)),
                chunk("data", littleEndian(SHORTS)),
                chunk("LIST", "INFOISFT\2\0\0\0me".getBytes(US_ASCII)))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("losslessForms")
  void losslessFormatsGiveTheSameSamples(String form, byte[] bytes) throws IOException {
    assertArrayEquals(FLOATS, AudioFile.read(file(bytes)).samples());
  }

  /** Samples of fewer bits lie at the upper end of their containers, whose lower bits are zero. */
  @ParameterizedTest
  @CsvSource({"16, 24", "16, 32", "20, 24", "20, 32", "24, 32", "32, 32", "8, 16", "12, 16"})
  void pcmIsDecodedByTheWidthOfItsContainer(int validBits, int containerBits) throws IOException {
    byte[] data = containerBits == 16 ? littleEndian(SHORTS) : widened(containerBits);
    byte[] format = SoundFiles.format(0xfffe, 1, 16_000, containerBits);
    assertArrayEquals(
        FLOATS, AudioFile.read(file(extensibleWav(format, validBits, 4, data))).samples());
  }

  @Test
  void widthOfTheContainerCountsWithoutAnExtendedHeaderToo() throws IOException {
    byte[] format = SoundFiles.format(PCM, 1, 16_000, 32);
    format[14] = 24; // bits of a sample; the block of a channel keeps its 4 bytes
    Path file = file(riff(chunk("fmt ", format), chunk("data", widened(32))));
    assertArrayEquals(FLOATS, AudioFile.read(file).samples());
  }

  @Test
  void wideContainersOfSeveralChannelsAreAveraged() throws IOException {
    byte[] format = SoundFiles.format(0xfffe, 2, 16_000, 32);
    byte[] data = littleEndian(new short[] {0, 8192, 0, -16384, 0, 0, 0, 4096});
    assertArrayEquals(
        new float[] {-0.125f, 0.0625f},
        AudioFile.read(file(extensibleWav(format, 24, 3, data))).samples());
  }

  @Test
  void wideContainersThatBreakOffAreRefused() throws IOException {
    byte[] format = SoundFiles.format(0xfffe, 1, 16_000, 32);
    byte[] wav = extensibleWav(format, 24, 4, new byte[64_000]);
    assertEquals(16_000, AudioFile.read(file(wav)).samples().length);
    assertFails("decoded 0.50 s of 1.00 s", file(Arrays.copyOf(wav, wav.length - 32_000)));
  }

  @Test
  void eightBitsAreCentredOn128() throws IOException {
    byte[] bytes = {0, (byte) 255, (byte) 128, 64};
    float[] expected = {-1f, 127 / 128f, 0f, -0.5f};
    assertArrayEquals(expected, AudioFile.read(file(wav(PCM, 1, 16_000, 8, bytes))).samples());
  }

  @Test
  void channelsAreAveraged() throws IOException {
    float[] frames = {0.5f, -0.25f, 0.25f, 1f, 0.5f, 0.75f, -1f, -0.5f, -0.75f};
    Path stereo = file(wav(FLOAT, 2, 16_000, 32, littleEndian(Arrays.copyOf(frames, 8))));
    Path three = file(wav(FLOAT, 3, 16_000, 32, littleEndian(frames)));
    assertArrayEquals(
        new float[] {0.125f, 0.625f, 0.625f, -0.75f}, AudioFile.read(stereo).samples());
    assertArrayEquals(
        new float[] {0.5f / 3, 0.75f, -0.75f}, AudioFile.read(three).samples(), 1e-7f);
  }

  @Test
  void oneChannelIsTakenWhereItIsNamed() throws IOException {
    float[] frames = {0.5f, -0.25f, 0.25f, 1f};
    Path stereo = file(wav(FLOAT, 2, 16_000, 32, littleEndian(frames)));
    Path mono = file(wav(FLOAT, 1, 16_000, 32, littleEndian(frames)));
    Path surround =
        file(
            SoundFiles.extensibleWav(
                6,
                0x3f,
                16_000,
                (short) 8192,
                (short) 2,
                (short) 3,
                (short) 4,
                (short) 5,
                (short) 6));

    assertArrayEquals(new float[] {0.5f, 0.25f}, channel(stereo, 0));
    assertArrayEquals(new float[] {-0.25f, 1f}, channel(stereo, 1));
    assertArrayEquals(frames, channel(mono, 0));
    assertArrayEquals(new float[] {0.25f}, channel(surround, 0));
    assertEquals(
        stereo + ": expected a channel from 0 to 1, found channel 2",
        assertThrows(IOException.class, () -> channel(stereo, 2)).getMessage());
  }

  private static float[] channel(Path file, int channel) throws IOException {
    return AudioFile.read(file, 0, 99, OptionalInt.of(channel)).samples();
  }

  @Test
  void aGitLfsPointerIsNamed() throws IOException {
    Path pointer = file("version https://git-lfs.github.com/spec/v1\noid x".getBytes(US_ASCII));

    assertFails("a Git LFS pointer, not the file itself; run `git lfs pull`", pointer);
  }

  @Test
  void frontCentreOfSurroundSoundIsTaken() throws IOException {
    short[] frames = {900, 800, 16384, 700, 600, 500, 90, 80, -8192, 70, 60, 50};
    Path surround = file(SoundFiles.extensibleWav(6, 0x3f, 16_000, frames));
    Path array = file(SoundFiles.extensibleWav(6, 0, 16_000, frames)); // of microphones
    assertArrayEquals(new float[] {0.5f, -0.25f}, AudioFile.read(surround).samples());
    assertArrayEquals(
        new float[] {19884 / 6f / 32768, -7842 / 6f / 32768},
        AudioFile.read(array).samples(),
        1e-6f);
  }

  @Test
  void meanIsTakenWhereTheFrontCentreIsSilent() throws IOException {
    short[] frames = {900, 800, 0, 700, 600, 500, 90, 80, 1, 70, 60, 50};
    Path surround = file(SoundFiles.extensibleWav(6, 0x3f, 16_000, frames));
    float[] mean = {3500 / 6f / 32768, 351 / 6f / 32768};
    assertArrayEquals(mean, AudioFile.read(surround).samples(), 1e-7f);
    assertArrayEquals(
        mean, AudioFile.scan(surround, 0, 9, OptionalInt.empty(), 5).beginning().samples(), 1e-7f);
    try (Recording recording = Recording.open(surround, 0, 9, OptionalInt.empty())) {
      assertArrayEquals(mean, recording.samples(0, 5), 1e-7f);
    }
  }

  @Test
  void flacDecodesToTheChecksumInItsHeader() throws Exception {
    Path flac = RESOURCES.resolve("12a02Ac.flac");
    float[] samples = AudioFile.read(flac).samples();
    short[] shorts = new short[samples.length];
    for (int i = 0; i < samples.length; i++) {
      shorts[i] = (short) (samples[i] * 32768);
    }
    byte[] md5 = MessageDigest.getInstance("MD5").digest(littleEndian(shorts));
    assertArrayEquals(Arrays.copyOfRange(Files.readAllBytes(flac), 26, 42), md5);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tone.mp3", "tone.ogg", "tone-vorbis.ogg", "tone.m4a", "tone.mp4"})
  void lossyFormatsKeepTheSignalAndItsTiming(String name) throws IOException {
    Waveform waveform = AudioFile.read(RESOURCES.resolve(name));
    double frameSeconds = 1024.0 / 44_100; // AAC does not state the padding of its last frame
    assertEquals(0.4, waveform.durationSeconds(), frameSeconds);
    assertTone(1000, waveform.samples(), 800, 0.05);
  }

  /** 24414 Hz has no small ratio to 16 kHz; 8000 and 11025 Hz go up instead of down. */
  @ParameterizedTest
  @ValueSource(ints = {8_000, 11_025, 22_050, 24_414, 44_100, 48_000, 96_000})
  void resamplingKeepsTonesAndTheirTiming(int rate) throws IOException {
    for (int hertz : new int[] {100, 1000, 3500}) {
      float[] samples = AudioFile.read(tone(hertz, rate)).samples();
      assertEquals(8000, samples.length, 1);
      assertTone(hertz, samples, 300, 2e-5);
    }
    if (rate > 16_000) {
      assertEquals(0, decibels(AudioFile.read(tone(7300, rate)).samples()), 0.1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "44100, 8050",
    "44100, 9000",
    "44100, 15000",
    "44100, 22000",
    "48000, 8050",
    "48000, 17000",
    "24414, 8050",
    "24414, 12000",
    "96000, 8050",
    "96000, 31000",
    "96000, 47000"
  })
  void nothingAboveEightKilohertzAliases(int rate, int hertz) throws IOException {
    float[] samples = AudioFile.read(tone(hertz, rate)).samples();
    assertTrue(decibels(samples) < -60, () -> decibels(samples) + " dB");
  }

  /** The frequency rises from 7 kHz to half the rate; aliases would fall below 8 kHz. */
  @ParameterizedTest
  @ValueSource(ints = {22_050, 24_414, 44_100, 48_000, 96_000})
  void aSineSweptThroughEightKilohertzFadesAndDoesNotAlias(int rate) throws IOException {
    int seconds = 4;
    double slope = (rate / 2.0 - 7000) / seconds; // Hz per second
    float[] sweep = new float[seconds * rate];
    for (int i = 0; i < sweep.length; i++) {
      double t = (double) i / rate;
      sweep[i] = (float) (0.5 * Math.sin(2 * Math.PI * (7000 * t + slope / 2 * t * t)));
    }
    float[] samples = AudioFile.read(file(wav(FLOAT, 1, rate, 32, littleEndian(sweep)))).samples();

    int block = 160; // 10 ms
    for (int start = 10 * block; start < samples.length - 10 * block; start += block) {
      double level = decibels(samples, start, start + block);
      double lowest = 7000 + slope * start / Waveform.SAMPLE_RATE;
      double highest = 7000 + slope * (start + block) / Waveform.SAMPLE_RATE;
      if (lowest > 8100) {
        assertTrue(level < -60, () -> level + " dB at " + lowest + " Hz");
      } else if (highest < 7300) {
        assertEquals(0, level, 0.2, () -> "at " + highest + " Hz");
      }
    }
  }

  @Test
  void aPartIsASliceOfTheWhole() throws IOException {
    Path file = tone(440, 44_100);
    float[] whole = AudioFile.read(file).samples();
    assertArrayEquals(
        Arrays.copyOfRange(whole, 1600, 5601), AudioFile.read(file, 0.1, 0.35006).samples());
    assertArrayEquals(
        Arrays.copyOfRange(whole, 7200, 8000), AudioFile.read(file, 0.45, 99).samples());
    assertEquals(0, AudioFile.read(file, 7, 8).samples().length);
  }

  /** Opus depends on all frames before, which it forgets in time. */
  @ParameterizedTest
  @CsvSource({
    "sweep.flac, true, 0",
    "sweep.mp3, true, 0",
    "sweep.ogg, true, 1e-5",
    "sweep-vorbis.ogg, false, 0",
    "sweep.m4a, false, 0"
  })
  void aLatePartIsASliceOfTheWholeWhereverDecodingBegins(
      String name, boolean moves, float difference) throws IOException {
    Path file = RESOURCES.resolve(name);
    assertLatePartsAreSlices(file, difference);
    long sample = 6 * Waveform.SAMPLE_RATE;
    try (AudioDecoder decoder = AudioDecoder.at(sample, file, ChannelMix.USUAL)) {
      assertTrue(decoder.position() > sample - Waveform.SAMPLE_RATE, "drops what is before");
      assertEquals(moves, decoder.hasMoved());
    }
  }

  /** 24414 Hz has no small ratio to 16 kHz. */
  @ParameterizedTest
  @ValueSource(ints = {16_000, 24_414, 44_100, 48_000})
  void aLatePartOfAWavIsASliceOfTheWhole(int rate) throws IOException {
    float[] sweep = new float[4 * rate];
    for (int i = 0; i < sweep.length; i++) {
      double t = (double) i / rate;
      sweep[i] = (float) (0.5 * Math.sin(2 * Math.PI * (100 * t + 500 * t * t)));
    }
    assertLatePartsAreSlices(file(wav(FLOAT, 1, rate, 32, littleEndian(sweep))), 0);
  }

  /** FFmpeg divides the bytes by the rate that the header states. */
  @Test
  void aPartOfAWavWithAWrongByteRateIsASliceOfTheWhole() throws IOException {
    byte[] bytes = wav(FLOAT, 1, 16_000, 32, littleEndian(sine(440.3, 16_000, 48_000)));
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(28, 48_000);
    assertLatePartsAreSlices(file(bytes), 0);
  }

  private static void assertLatePartsAreSlices(Path file, float difference) throws IOException {
    float[] whole = AudioFile.read(file).samples();
    double seconds = (double) whole.length / Waveform.SAMPLE_RATE;
    for (double start : new double[] {0.3 * seconds, 0.61803 * seconds, seconds - 0.7}) {
      int from = (int) Math.rint(start * Waveform.SAMPLE_RATE);
      int to = (int) Math.rint((start + 0.5) * Waveform.SAMPLE_RATE);
      assertArrayEquals(
          Arrays.copyOfRange(whole, from, to),
          AudioFile.read(file, start, start + 0.5).samples(),
          difference);
      assertArrayEquals(
          Arrays.copyOfRange(whole, from, whole.length),
          AudioFile.read(file, start, 99).samples(),
          difference);
    }
    assertEquals(0, AudioFile.read(file, seconds + 1, seconds + 2).samples().length);
  }

  @Test
  void partsThatEndBeforeTheirStartAreRefused() {
    for (double[] part : new double[][] {{2, 1}, {1, 1}, {-1, 1}, {Double.NaN, 1}}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> AudioFile.read(RESOURCES.resolve("tone.mp3"), part[0], part[1]));
    }
  }

  @Test
  void fileWithAHeaderOnlyHasNoSamples() throws IOException {
    assertEquals(0, AudioFile.read(file(wav(16_000))).samples().length);
  }

  @Test
  void wholeChunksBehindAnEmptyDataChunkAreNoSound() throws IOException {
    byte[] format = chunk("fmt ", SoundFiles.format(PCM, 1, 16_000, 16));
    byte[] note = chunk("LIST", "INFOISFT\2\0\0\0me".getBytes(US_ASCII));
    byte[] odd = chunk("JUNK", new byte[4099]);
    byte[] unpadded = Arrays.copyOf(odd, odd.length - 1);
    for (byte[] behind : new byte[][] {note, SoundFiles.concat(odd, note), odd, unpadded}) {
      Path file = file(riff(format, chunk("data", new byte[0]), behind));
      assertEquals(0, AudioFile.read(file).samples().length);
      assertEquals(0, AudioFile.check(file, 0, 1, OptionalInt.empty()).samples());
      assertEquals(0, AudioFile.read(file, 0.3, 1).samples().length);
    }
  }

  /** The sizes that FFmpeg, SoX and recorders write before the length is known. */
  @ParameterizedTest
  @ValueSource(ints = {-1, 0x7ffff000, 0})
  void wavWithoutALengthIsReadToItsEnd(int length) throws IOException {
    byte[] bytes = wav(16_000, SHORTS);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(40, length);
    assertArrayEquals(FLOATS, AudioFile.read(file(bytes)).samples());
  }

  @Test
  void messagesForBadFilesStateTheFileAndTheProblem() throws IOException {
    byte[] flac = Files.readAllBytes(RESOURCES.resolve("12a02Ac.flac"));
    byte[] wav = wav(16_000, new short[16_000]);
    byte[] nan = wav(FLOAT, 1, 16_000, 32, littleEndian(0f, 0f, Float.NaN));
    assertFails("does not exist", folder.resolve("missing.wav"));
    assertFails("is a folder", Files.createDirectory(folder.resolve("folder.wav")));
    assertFails("is empty", file(new byte[0]));
    assertFails("is not audio", file("Hello, this is text.\n".repeat(99).getBytes(US_ASCII)));
    assertFails("has no sound track", RESOURCES.resolve("silent.mp4"));
    assertFails("decoded 0.50 s of 1.00 s", file(Arrays.copyOf(wav, 44 + 16_000)));
    assertFails("decoded 0.51 s of 1.23 s", file(Arrays.copyOf(flac, flac.length / 2)));
    assertFails("decoded 1.02 s of 1.23 s", file(Arrays.copyOf(flac, flac.length - 1)));
    assertFails("expected finite samples, found NaN at sample 2", file(nan));
    assertFails("cannot be resampled", file(wav(PCM, 70, 16_000, 16, new byte[1400])));
  }

  @Test
  void severalThreadsMayDecodeAtOnce() throws Exception {
    List<Path> files = new ArrayList<>();
    for (String name : List.of("12a02Ac.flac", "tone.mp3", "tone.ogg", "tone.mp4")) {
      files.add(RESOURCES.resolve(name));
    }
    List<Callable<Waveform>> reads = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      Path file = files.get(i % files.size());
      reads.add(() -> AudioFile.read(file));
    }
    ExecutorService threads = Executors.newFixedThreadPool(4);
    List<Future<Waveform>> waveforms = threads.invokeAll(reads);
    threads.shutdown();
    for (int i = 0; i < waveforms.size(); i++) {
      assertArrayEquals(
          AudioFile.read(files.get(i % files.size())).samples(), waveforms.get(i).get().samples());
    }
  }

  private static void assertFails(String problem, Path file) {
    String message = assertThrows(IOException.class, () -> AudioFile.read(file)).getMessage();
    assertTrue(message.startsWith(file + ": ") && message.contains(problem), message);
  }

  /** Checks for a sine of amplitude 0.5 and phase 0, except for some samples at both ends. */
  private static void assertTone(double hertz, float[] samples, int margin, double tolerance) {
    float[] expected = sine(hertz, Waveform.SAMPLE_RATE, samples.length);
    for (int i = margin; i < samples.length - margin; i++) {
      assertEquals(expected[i], samples[i], tolerance, "sample " + i);
    }
  }

  /** Returns the level, without the ends, relative to a sine of amplitude 0.5. */
  private static double decibels(float[] samples) {
    return decibels(samples, 500, samples.length - 500);
  }

  private static double decibels(float[] samples, int from, int to) {
    double squares = 0;
    for (int i = from; i < to; i++) {
      squares += samples[i] * samples[i];
    }
    return 10 * Math.log10(squares / (to - from) / 0.125);
  }

  /** Returns half a second of a sine. */
  private Path tone(int hertz, int rate) throws IOException {
    return file(wav(FLOAT, 1, rate, 32, littleEndian(sine(hertz, rate, rate / 2))));
  }

  private static byte[] widened(int bits) {
    byte[] samples = new byte[SHORTS.length * bits / 8];
    for (int i = 0; i < SHORTS.length; i++) {
      byte[] low = littleEndian(SHORTS[i]);
      System.arraycopy(low, 0, samples, (i + 1) * bits / 8 - 2, 2);
    }
    return samples;
  }

  private static byte[] doubles() {
    ByteBuffer bytes = ByteBuffer.allocate(8 * FLOATS.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float sample : FLOATS) {
      bytes.putDouble(sample);
    }
    return bytes.array();
  }

  private Path file(byte[] bytes) throws IOException {
    return Files.write(Files.createTempFile(folder, "sound", ".wav"), bytes);
  }
}

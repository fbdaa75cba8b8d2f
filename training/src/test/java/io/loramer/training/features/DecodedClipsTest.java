package io.loramer.training.features;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.recognition.audio.Recording;
import io.loramer.recognition.corpus.Utterance.Clip;
import io.loramer.recognition.testing.SoundFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A clip whose file was deleted can come from memory only. */
class DecodedClipsTest {
  private static final int MAX_SAMPLES = 5;

  @TempDir private Path folder;

  /** Clip i has i samples, 1, 2 and so on. */
  private Clip clip(int samples) throws IOException {
    short[] counted = new short[samples];
    for (int t = 0; t < samples; t++) {
      counted[t] = (short) (t + 1);
    }
    Path file = folder.resolve(samples + ".wav");
    return Clip.whole(Files.write(file, SoundFiles.wav(16_000, counted)));
  }

  private static DecodedClips clips(int samplesThatFit) {
    return new DecodedClips(
        clip -> clip.scan(MAX_SAMPLES), MAX_SAMPLES, (long) samplesThatFit * Float.BYTES);
  }

  private static float[] counted(int samples) {
    float[] counted = new float[samples];
    for (int t = 0; t < samples; t++) {
      counted[t] = (t + 1) / 32768f;
    }
    return counted;
  }

  private static float[] whole(DecodedClips clips, Clip clip) throws IOException {
    try (Recording recording = clips.open(clip)) {
      return recording.samples(0, 99);
    }
  }

  private static void assertKept(int samples, DecodedClips clips, Clip clip) throws IOException {
    Files.delete(clip.file());
    assertArrayEquals(counted(samples), clips.cropped(clip));
  }

  private static void assertNotKept(DecodedClips clips, Clip clip) throws IOException {
    assertTrue(clips.cropped(clip).length > 0);
    Files.delete(clip.file());
    assertThrows(IOException.class, () -> clips.cropped(clip));
  }

  @Test
  void keptClipIsNotDecodedAgain() throws IOException {
    DecodedClips clips = clips(9);
    Clip four = clip(4);
    clips.decode(four);
    assertKept(4, clips, four);
    assertArrayEquals(counted(4), whole(clips, four));
  }

  @Test
  void croppedClipIsKeptCroppedAndDecodedWhole() throws IOException {
    DecodedClips clips = clips(9);
    Clip seven = clip(7);
    assertEquals(7, clips.decode(seven).samples());
    assertArrayEquals(counted(7), whole(clips, seven));
    assertEquals(ContentHash.of(counted(5), 5), clips.hash(seven));
    assertKept(5, clips, seven);
  }

  @Test
  void clipBeyondTheLimitIsDecodedAgain() throws IOException {
    DecodedClips clips = clips(6);
    Clip four = clip(4);
    Clip three = clip(3);
    Clip two = clip(2);
    clips.decode(four);
    clips.decode(three); // does not fit
    clips.decode(two); // still does
    assertKept(4, clips, four);
    assertKept(2, clips, two);
    assertArrayEquals(counted(3), clips.cropped(three));
    assertNotKept(clips, three);
  }

  @Test
  void longClipBeyondTheLimitIsCropped() throws IOException {
    DecodedClips clips = clips(0);
    Clip seven = clip(7);
    clips.decode(seven);
    assertArrayEquals(counted(5), clips.cropped(seven));
  }

  @Test
  void clipOfTwoUtterancesTakesItsRoomOnce() throws IOException {
    DecodedClips clips = clips(6);
    Clip three = clip(3);
    Clip two = clip(2);
    clips.decode(three);
    clips.decode(three);
    clips.decode(two);
    assertKept(2, clips, two);
  }

  /** More threads than room: whatever is kept, the samples are right. */
  private static int keptLength(DecodedClips clips, Clip deleted) {
    try {
      return clips.cropped(deleted).length;
    } catch (IOException e) {
      return 0; // it is decoded again, and its file is gone
    }
  }

  @Test
  void threadsTogetherKeepNoMoreThanTheLimit() throws IOException {
    DecodedClips clips = clips(20);
    for (int i = 1; i <= 60; i++) {
      clip(i);
    }
    IntStream.rangeClosed(1, 60).parallel().forEach(i -> decodeUnchecked(clips, i));
    int kept = 0;
    for (int i = 1; i <= 60; i++) {
      Clip clip = Clip.whole(folder.resolve(i + ".wav"));
      assertArrayEquals(counted(Math.min(i, MAX_SAMPLES)), clips.cropped(clip));
      Files.delete(clip.file());
      kept += keptLength(clips, clip);
    }
    assertTrue(kept > 0 && kept <= 20, "kept " + kept);
  }

  @Test
  void releasedClipsAreDecodedAgain() throws IOException {
    DecodedClips clips = clips(9);
    Clip four = clip(4);
    clips.decode(four);
    clips.release();
    assertArrayEquals(counted(4), clips.cropped(four));
    assertNotKept(clips, four);
  }

  private void decodeUnchecked(DecodedClips clips, int samples) {
    try {
      clips.decode(Clip.whole(folder.resolve(samples + ".wav")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

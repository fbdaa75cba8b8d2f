package io.loramer.training.features;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.loramer.recognition.audio.Waveform;
import io.loramer.recognition.corpus.Utterance.Clip;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DecodedClipsTest {
  private static final int MAX_SAMPLES = 5;

  private final AtomicInteger decodes = new AtomicInteger();

  /** Clip i has i samples, 1, 2 and so on. */
  private Waveform decode(Clip clip) {
    decodes.incrementAndGet();
    float[] samples = new float[Integer.parseInt(clip.file().toString())];
    for (int t = 0; t < samples.length; t++) {
      samples[t] = t + 1;
    }
    return new Waveform(samples);
  }

  private static Clip clip(int samples) {
    return Clip.whole(Path.of(String.valueOf(samples)));
  }

  private DecodedClips clips(int samplesThatFit) {
    return new DecodedClips(this::decode, MAX_SAMPLES, (long) samplesThatFit * Float.BYTES);
  }

  @Test
  void keptClipIsNotDecodedAgain() throws IOException {
    DecodedClips clips = clips(9);
    clips.decode(clip(4));
    assertArrayEquals(new float[] {1, 2, 3, 4}, clips.cropped(clip(4)));
    assertArrayEquals(new float[] {1, 2, 3, 4}, clips.whole(clip(4)).samples());
    assertEquals(1, decodes.get());
  }

  @Test
  void croppedClipIsKeptCroppedAndDecodedWhole() throws IOException {
    DecodedClips clips = clips(9);
    assertEquals(7, clips.decode(clip(7)).samples().length);
    assertArrayEquals(new float[] {1, 2, 3, 4, 5}, clips.cropped(clip(7)));
    assertEquals(1, decodes.get());
    assertEquals(7, clips.whole(clip(7)).samples().length);
    assertEquals(2, decodes.get());
    assertEquals(ContentHash.of(new float[] {1, 2, 3, 4, 5}, 5), clips.hash(clip(7)));
  }

  @Test
  void clipBeyondTheLimitIsDecodedAgain() throws IOException {
    DecodedClips clips = clips(6);
    clips.decode(clip(4));
    clips.decode(clip(3)); // does not fit
    clips.decode(clip(2)); // still does
    assertArrayEquals(new float[] {1, 2, 3, 4}, clips.cropped(clip(4)));
    assertArrayEquals(new float[] {1, 2}, clips.cropped(clip(2)));
    assertEquals(3, decodes.get());
    assertArrayEquals(new float[] {1, 2, 3}, clips.cropped(clip(3)));
    assertEquals(4, decodes.get());
  }

  @Test
  void clipOfTwoUtterancesTakesItsRoomOnce() throws IOException {
    DecodedClips clips = clips(6);
    clips.decode(clip(3));
    clips.decode(clip(3));
    clips.decode(clip(2));
    clips.cropped(clip(2));
    assertEquals(3, decodes.get());
  }

  /** More threads than room: whatever is kept, the samples are right. */
  @Test
  void threadsTogetherKeepNoMoreThanTheLimit() {
    DecodedClips clips = clips(20);
    IntStream.rangeClosed(1, 200).parallel().forEach(i -> decodeQuietly(clips, clip(i)));
    int before = decodes.get();
    int kept = 0;
    for (int i = 1; i <= 200; i++) {
      float[] samples = croppedQuietly(clips, clip(i));
      assertEquals(Math.min(i, MAX_SAMPLES), samples.length);
      if (decodes.get() == before) {
        kept += samples.length;
      }
      before = decodes.get();
    }
    assertEquals(true, kept <= 20, "kept " + kept);
  }

  @Test
  void releasedClipsAreDecodedAgain() throws IOException {
    DecodedClips clips = clips(9);
    clips.decode(clip(4));
    clips.release();
    assertEquals(
        Arrays.hashCode(new float[] {1, 2, 3, 4}), Arrays.hashCode(clips.cropped(clip(4))));
    assertEquals(2, decodes.get());
  }

  private static void decodeQuietly(DecodedClips clips, Clip clip) {
    try {
      clips.decode(clip);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static float[] croppedQuietly(DecodedClips clips, Clip clip) {
    try {
      return clips.cropped(clip);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}

package io.loramer.recognition.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AudioWindowTest {
  private static Waveform ramp(int samples) {
    float[] ramp = new float[samples];
    for (int i = 0; i < samples; i++) {
      ramp[i] = i;
    }
    return new Waveform(ramp);
  }

  @Test
  void lastWindowEndsWithTheRecording() {
    List<AudioWindow> windows = AudioWindow.cut(ramp(10), 4, 3);
    assertEquals(List.of(0, 3, 6), windows.stream().map(AudioWindow::start).toList());
    assertArrayEquals(new float[] {6, 7, 8, 9}, windows.get(2).waveform().samples());
    windows = AudioWindow.cut(ramp(11), 4, 3);
    assertEquals(List.of(0, 3, 6, 7), windows.stream().map(AudioWindow::start).toList());
    assertArrayEquals(new float[] {7, 8, 9, 10}, windows.get(3).waveform().samples());
    assertEquals(7 / 16e3, windows.get(3).startSeconds());
    assertEquals(11 / 16e3, windows.get(3).endSeconds(), 1e-12);
  }

  @Test
  void recordingNoLongerThanAWindowStaysWhole() {
    Waveform recording = ramp(4);
    assertEquals(List.of(AudioWindow.whole(recording)), AudioWindow.cut(recording, 4, 1));
  }

  @Test
  void windowsAreViewsOfTheRecording() {
    Waveform recording = ramp(10);
    AudioWindow window = AudioWindow.cut(recording, 4, 3).get(1);
    recording.samples()[5] = -1;
    assertEquals(-1, window.samples().get(2));
    assertEquals(4, window.samples().remaining());
  }

  @ParameterizedTest
  @CsvSource({"0, 4, 3", "4, 4, 3", "5, 4, 3", "10, 4, 3", "11, 4, 3", "300, 100, 50", "9, 2, 1"})
  void countEqualsTheNumberOfWindows(int samples, int length, int hop) {
    List<AudioWindow> windows = AudioWindow.cut(ramp(samples), length, hop);
    assertEquals(windows.size(), AudioWindow.count(samples, length, hop));
  }

  @Test
  void lengthAndHopOfLessThanOneSampleAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> AudioWindow.count(10, 0, 1));
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> AudioWindow.cut(ramp(10), 4, 0));
    assertEquals(
        "windows: expected a length and a hop of at least one sample, found 4 and 0",
        e.getMessage());
  }
}

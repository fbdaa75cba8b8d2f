package io.loramer.recognition;

import io.loramer.recognition.measures.Recognition;
import java.util.List;

/**
 * A model's outputs for a long recording.
 *
 * @param mean the mean over the windows, see {@link Recognition#mean}
 * @param windows in the order of their times; one if the recording is no longer than a window
 */
public record LongRecognition(Recognition mean, List<Window> windows) {
  /**
   * A model's outputs for a part of the recording.
   *
   * @param startSeconds from the start of the recording
   * @param endSeconds from the start of the recording
   */
  public record Window(double startSeconds, double endSeconds, Recognition recognition) {}
}

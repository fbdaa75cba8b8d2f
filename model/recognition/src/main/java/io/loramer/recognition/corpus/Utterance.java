package io.loramer.recognition.corpus;

import io.loramer.recognition.audio.AudioFile;
import io.loramer.recognition.audio.Waveform;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One labelled utterance of a corpus.
 *
 * @param line its line in the manifest, from 1; 0 while it is in none
 * @param id unique in the corpus
 * @param clip where its speech lies
 * @param text its words; absent where speech recognition is to find them
 * @param session the recording session, by which a corpus is divided into folds
 * @param textConfidence of words that were recognised, see {@link Transcription}; absent of others
 */
public record Utterance(
    int line,
    String id,
    Clip clip,
    Optional<String> text,
    String label,
    String speaker,
    Optional<String> session,
    Optional<Split> split,
    OptionalDouble textConfidence) {

  /**
   * A stretch of an audio or video file.
   *
   * @param file absolute
   * @param start seconds; absent for the beginning of the file
   * @param end seconds; absent for the end of the file
   */
  public record Clip(Path file, OptionalDouble start, OptionalDouble end) {
    /** A whole file. */
    public static Clip whole(Path file) {
      return new Clip(file, OptionalDouble.empty(), OptionalDouble.empty());
    }

    /**
     * Decodes it, not cropped.
     *
     * @throws IOException with the path and the reason, if it is no audio that can be decoded
     */
    public Waveform read() throws IOException {
      return AudioFile.read(file, start.orElse(0), end.orElse(Double.POSITIVE_INFINITY));
    }
  }

  /** An utterance as somebody wrote it down, or without words. */
  public Utterance(
      int line,
      String id,
      Clip clip,
      Optional<String> text,
      String label,
      String speaker,
      Optional<String> session,
      Optional<Split> split) {
    this(line, id, clip, text, label, speaker, session, split, OptionalDouble.empty());
  }

  /** Returns it with another label. */
  public Utterance labelled(String other) {
    return new Utterance(line, id, clip, text, other, speaker, session, split, textConfidence);
  }

  /** Returns it on another line. */
  Utterance onLine(int other) {
    return new Utterance(other, id, clip, text, label, speaker, session, split, textConfidence);
  }

  /** Returns it with recognised words. */
  public Utterance recognized(Transcription words) {
    return new Utterance(
        line,
        id,
        clip,
        Optional.of(words.text()),
        label,
        speaker,
        session,
        split,
        OptionalDouble.of(words.confidence()));
  }

  /** Returns it with the empty text. */
  public Utterance wordless() {
    return new Utterance(line, id, clip, Optional.of(""), label, speaker, session, split);
  }
}

package io.loramer.training;

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
 */
public record Utterance(
    int line,
    String id,
    Clip clip,
    Optional<String> text,
    String label,
    String speaker,
    Optional<String> session,
    Optional<Split> split) {

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
  }

  /** Returns it with another label. */
  public Utterance labelled(String other) {
    return new Utterance(line, id, clip, text, other, speaker, session, split);
  }

  /** Returns it on another line. */
  Utterance onLine(int other) {
    return new Utterance(other, id, clip, text, label, speaker, session, split);
  }
}

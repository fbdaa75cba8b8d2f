package io.loramer.recognition.corpus;

import io.loramer.recognition.audio.AudioFile;
import io.loramer.recognition.audio.AudioScan;
import io.loramer.recognition.audio.Recording;
import io.loramer.recognition.audio.Waveform;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * One labelled utterance of a corpus.
 *
 * @param line the line in the manifest, from 1; 0 outside a manifest
 * @param id unique in the corpus
 * @param clip the audio of the utterance
 * @param text the words; absent if they are to be recognised
 * @param session the recording session, by which a corpus is divided into folds
 * @param textConfidence of recognised words, see {@link Transcription}; absent for transcripts
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
   * A part of an audio or video file.
   *
   * @param file absolute
   * @param start seconds; absent for the beginning of the file
   * @param end seconds; absent for the end of the file
   * @param channel the only channel that is used, from 0; absent for the mean of the channels
   */
  public record Clip(Path file, OptionalDouble start, OptionalDouble end, OptionalInt channel) {
    /** Creates a clip of all channels. */
    public Clip(Path file, OptionalDouble start, OptionalDouble end) {
      this(file, start, end, OptionalInt.empty());
    }

    /** Returns the clip of a whole file. */
    public static Clip whole(Path file) {
      return new Clip(file, OptionalDouble.empty(), OptionalDouble.empty());
    }

    /**
     * Decodes the clip, without cropping it.
     *
     * @throws IOException with the path and the reason, if the clip cannot be decoded
     */
    public Waveform read() throws IOException {
      return AudioFile.read(file, startSeconds(), endSeconds(), channel);
    }

    /**
     * Decodes the clip to its end, and keeps its beginning.
     *
     * @param kept the most samples to keep
     * @throws IOException as {@link #read}
     */
    public AudioScan scan(int kept) throws IOException {
      return AudioFile.scan(file, startSeconds(), endSeconds(), channel, kept);
    }

    /**
     * Decodes the clip to its end, keeps none of it, and measures its channels.
     *
     * @throws IOException as {@link #read}
     */
    public AudioScan check() throws IOException {
      return AudioFile.check(file, startSeconds(), endSeconds(), channel);
    }

    /**
     * Decodes the beginning of the clip.
     *
     * @param samples the most samples to decode
     * @throws IOException as {@link #read}
     */
    public float[] beginning(int samples) throws IOException {
      try (Recording recording = open()) {
        return recording.samples(0, samples);
      }
    }

    /**
     * Opens the clip, to be decoded part by part.
     *
     * @throws IOException as {@link #read}
     */
    public Recording open() throws IOException {
      return Recording.open(file, startSeconds(), endSeconds(), channel);
    }

    private double startSeconds() {
      return start.orElse(0);
    }

    private double endSeconds() {
      return end.orElse(Double.POSITIVE_INFINITY);
    }
  }

  /** Creates an utterance with a transcript, or without words. */
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

  /** Returns this utterance with another label. */
  public Utterance labelled(String other) {
    return new Utterance(line, id, clip, text, other, speaker, session, split, textConfidence);
  }

  /** Returns this utterance on another line. */
  Utterance onLine(int other) {
    return new Utterance(other, id, clip, text, label, speaker, session, split, textConfidence);
  }

  /** Returns this utterance with recognised words. */
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

  /** Returns this utterance with the empty text. */
  public Utterance wordless() {
    return new Utterance(line, id, clip, Optional.of(""), label, speaker, session, split);
  }
}

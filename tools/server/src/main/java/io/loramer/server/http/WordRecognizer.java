package io.loramer.server.http;

import io.loramer.recognition.audio.Waveform;
import io.loramer.recognition.corpus.Transcription;
import io.loramer.recognition.words.SpeechRecognizer;
import io.loramer.server.limits.BatchLimits;
import io.loramer.server.model.Refusal;
import io.loramer.server.model.RefusedException;
import io.loramer.server.model.ServerMetrics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.logging.log4j.message.StringMapMessage;

/**
 * Recognises the words of sound that came without, one after the other on a thread of its own: who
 * brings words does not wait for those who do not.
 */
public final class WordRecognizer implements AutoCloseable {
  private static final Logger LOG = LogManager.getLogger(WordRecognizer.class);

  /** The longest that the end waits for sound that is being heard. */
  private static final int CLOSE_SECONDS = 60;

  private final SpeechRecognizer recognizer;
  private final BatchLimits limits;
  private final ServerMetrics metrics;
  private final ThreadPoolExecutor thread;
  private volatile boolean closed;

  private WordRecognizer(SpeechRecognizer recognizer, BatchLimits limits, ServerMetrics metrics) {
    this.recognizer = recognizer;
    this.limits = limits;
    this.metrics = metrics;
    thread =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(limits.maxQueued()),
            task -> {
              Thread made = new Thread(task, "words");
              made.setDaemon(true);
              return made;
            },
            (task, pool) -> {
              throw new RefusedException(
                  Refusal.BUSY, "The queue of the speech recogniser is full");
            });
  }

  /**
   * Loads a recogniser.
   *
   * @param limits of which the number of calls that wait, and for how long, hold here too
   * @throws IOException if the folder has none
   */
  public static WordRecognizer load(Path folder, BatchLimits limits, ServerMetrics metrics)
      throws IOException {
    return new WordRecognizer(SpeechRecognizer.load(folder), limits, metrics);
  }

  /**
   * Recognises words.
   *
   * @throws RefusedException if too many wait already
   */
  CompletableFuture<Transcription> recognize(Waveform sound) {
    long since = System.nanoTime();
    return CompletableFuture.supplyAsync(() -> recognize(sound, since), thread);
  }

  private Transcription recognize(Waveform sound, long since) {
    if (closed) {
      throw new RefusedException(Refusal.UNAVAILABLE, "The server is shutting down");
    }
    long start = System.nanoTime();
    if (start - since > limits.maxAge().toNanos()) {
      throw new RefusedException(
          Refusal.DEADLINE_EXCEEDED, "The call waited too long for its words to be recognised");
    }
    try {
      Transcription words = recognizer.recognize(sound);
      metrics.recognized(System.nanoTime() - start);
      return words;
    } catch (IllegalArgumentException e) { // the sound is too short for it
      throw RefusedException.invalid("audio: %s", e.getMessage());
    }
  }

  /** Ends after the sound that is being heard; what waits is refused, not left without an end. */
  @Override
  public void close() {
    closed = true;
    thread.shutdown();
    try {
      if (thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        recognizer.close();
      } else {
        LOG.warn(new StringMapMessage().with("event", "still_recognizing"));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

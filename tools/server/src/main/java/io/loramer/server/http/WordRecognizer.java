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
 * Recognises the words of audio that was sent without, one clip at a time on its own thread, so
 * that calls with words do not wait for it.
 */
public final class WordRecognizer implements AutoCloseable {
  private static final Logger LOG = LogManager.getLogger(WordRecognizer.class);

  /** The longest time that {@link #close} waits for the clip in progress. */
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
   * Loads a recogniser and starts its thread.
   *
   * @param limits its limits of waiting calls and of their age apply here too
   * @throws IOException if the folder has no CTC encoder
   */
  public static WordRecognizer load(Path folder, BatchLimits limits, ServerMetrics metrics)
      throws IOException {
    return new WordRecognizer(SpeechRecognizer.load(folder), limits, metrics);
  }

  /**
   * Queues a clip for recognition.
   *
   * @throws RefusedException if the queue is full
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
    } catch (IllegalArgumentException e) { // the audio is too short
      throw RefusedException.invalid("audio: %s", e.getMessage());
    }
  }

  /** Ends after the clip in progress; waiting clips are refused. */
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

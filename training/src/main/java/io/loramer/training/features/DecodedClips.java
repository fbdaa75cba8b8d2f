package io.loramer.training.features;

import io.loramer.recognition.audio.AudioScan;
import io.loramer.recognition.audio.Recording;
import io.loramer.recognition.audio.Waveform;
import io.loramer.recognition.corpus.CorpusCheck;
import io.loramer.recognition.corpus.Utterance;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The clips of a corpus, decoded and cropped, which are kept in memory from the check of the corpus
 * until the encoder's states are stored. Up to a limit each clip is so decoded once; a clip beyond
 * it is decoded whenever it is needed. Either way the samples are the same.
 */
public final class DecodedClips {
  /**
   * The part of the heap for samples. The check of the corpus, which runs meanwhile, has one whole
   * clip per core in the same heap; weights and graphs are outside of it.
   */
  private static final int HEAP_PARTS = 4;

  private final CorpusCheck.Decoder decoder;
  private final int maxSamples;
  private final long limit;
  private final AtomicLong keptBytes = new AtomicLong();
  private final Map<Utterance.Clip, float[]> kept = new ConcurrentHashMap<>();
  private final Map<Utterance.Clip, ContentHash> hashes = new ConcurrentHashMap<>();

  /**
   * Creates an empty set of clips.
   *
   * @param maxSamples the length to which longer clips are cropped
   * @param limit bytes of samples that may be kept
   */
  public DecodedClips(CorpusCheck.Decoder decoder, int maxSamples, long limit) {
    this.decoder = decoder;
    this.maxSamples = maxSamples;
    this.limit = limit;
  }

  /** Returns the number of bytes that clips may take: a quarter of the heap. */
  public static long heapLimit() {
    return Runtime.getRuntime().maxMemory() / HEAP_PARTS;
  }

  /**
   * Decodes a clip to its end, hashes its samples up to the limit of length, and keeps them if
   * there is room. May be called by several threads at once.
   *
   * @throws IOException with the path and the reason, if the clip cannot be decoded
   */
  public AudioScan decode(Utterance.Clip clip) throws IOException {
    AudioScan scan = decoder.decode(clip);
    float[] samples = scan.beginning().samples();
    hashes.put(clip, ContentHash.of(samples, samples.length));
    keep(clip, samples);
    return scan;
  }

  private void keep(Utterance.Clip clip, float[] samples) {
    long bytes = (long) samples.length * Float.BYTES;
    // Reserved first, so that threads together never exceed the limit.
    if (keptBytes.addAndGet(bytes) > limit || kept.putIfAbsent(clip, samples) != null) {
      keptBytes.addAndGet(-bytes);
    }
  }

  /** Returns the hash of the cropped samples of a clip that was decoded by {@link #decode}. */
  public ContentHash hash(Utterance.Clip clip) {
    return hashes.get(clip);
  }

  /**
   * Opens a whole clip, from memory if it is kept and was not cropped.
   *
   * @throws IOException if it can no longer be decoded
   */
  public Recording open(Utterance.Clip clip) throws IOException {
    float[] samples = kept.get(clip);
    return samples != null && samples.length < maxSamples
        ? Recording.of(new Waveform(samples))
        : clip.open();
  }

  /**
   * Returns the cropped samples of a clip, from memory if they are kept.
   *
   * @throws IOException if it can no longer be decoded
   */
  float[] cropped(Utterance.Clip clip) throws IOException {
    float[] samples = kept.get(clip);
    return samples != null ? samples : clip.beginning(maxSamples);
  }

  /** Frees the memory; later calls decode. */
  void release() {
    kept.clear();
    keptBytes.set(limit); // nothing more is kept
  }
}

package io.loramer.model;

/**
 * The names of the signatures of an exported emotion model, and of their inputs and outputs.
 *
 * <p>The default signature is {@code serving_default}. Inputs are lengths rather than masks: TF
 * Serving pads the rows of a batch with each tensor's first element, so a padded mask would be all
 * ones.
 */
public final class EmotionSignature {
  /** Signature for WAV files, and its input string [B]: files of 16-bit PCM at 16 kHz. */
  public static final String WAV_BYTES = "wav_bytes";

  /** Signature with the outputs of the default one and the attention of the pooling. */
  public static final String EXPLAIN = "explain";

  /** Input float32 [B, samples]: waveforms at 16 kHz in [-1, 1]. */
  public static final String INPUT_VALUES = "input_values";

  /** Input int32 [B]: the number of samples of each waveform. */
  public static final String AUDIO_LENGTHS = "audio_lengths";

  /** Input int32 [B, S]: token ids. */
  public static final String INPUT_IDS = "input_ids";

  /** Input int32 [B]: the number of tokens of each text. */
  public static final String TEXT_LENGTHS = "text_lengths";

  /** Output float32 [B, labels]: the softmax of the logits. */
  public static final String PROBABILITIES = "probabilities";

  /** Output float32 [B, labels]: the classifier's output. */
  public static final String LOGITS = "logits";

  /** Output string [B]: the most probable label. */
  public static final String LABELS = "labels";

  /** Output float32 [B, D]: the fused features. */
  public static final String EMBEDDING = "embedding";

  /** Output float32 [B, 2]: the shares of audio and text, of a model of both modalities. */
  public static final String FUSION_WEIGHTS = "fusion_weights";

  /** Output float32 [B, T] of {@link #EXPLAIN}; each row sums to 1 and is 0 on padding. */
  public static final String AUDIO_ATTENTION = "audio_attention";

  /**
   * Output int32 [B] of {@link #EXPLAIN}: the number of valid columns of {@link #AUDIO_ATTENTION}.
   */
  public static final String AUDIO_FRAMES = "audio_frames";

  /** Output float32 [B, S] of {@link #EXPLAIN}; each row sums to 1 and is 0 on padding. */
  public static final String TEXT_ATTENTION = "text_attention";

  private EmotionSignature() {}
}

package io.loramer.savedmodels;

/**
 * Names of the inputs and outputs of an encoder SavedModel's {@code serving_default}.
 *
 * <p>They are those of transformers. A speech encoder takes {@link #INPUT_VALUES} and {@link
 * #ATTENTION_MASK}, a text encoder {@link #INPUT_IDS} and {@link #ATTENTION_MASK}; either returns
 * {@link #LAST_HIDDEN_STATE}. B is the batch, T the number of frames or tokens, H the hidden size.
 */
public final class EncoderSignature {
  /** Samples per second of the waveforms that speech encoders take. */
  public static final int SAMPLE_RATE = 16_000;

  /**
   * Input float32 [B, samples] of a speech encoder: waveforms at {@link #SAMPLE_RATE}, normalised
   * as the checkpoint's preprocessor says, padded with zeros.
   */
  public static final String INPUT_VALUES = "input_values";

  /** Input int32 [B, T] of a text encoder: token ids. */
  public static final String INPUT_IDS = "input_ids";

  /** Input int32 [B, samples] or [B, T]: 1 for a sample or token, 0 for the padding behind it. */
  public static final String ATTENTION_MASK = "attention_mask";

  /**
   * Input int32 [B, T] of BERT and RoBERTa: which text of a pair a token belongs to. A converted
   * encoder that tells them apart has a second signature of this name, with this third input; in
   * {@code serving_default}, which lacks it, all are 0.
   */
  public static final String TOKEN_TYPE_IDS = "token_type_ids";

  /** Output float32 [B, T, H]: the encoder's output, which is the last of the hidden states. */
  public static final String LAST_HIDDEN_STATE = "last_hidden_state";

  /** Output float32 [layers + 1, B, T, H]: the input of each layer, then the encoder's output. */
  public static final String HIDDEN_STATES = "hidden_states";

  /** Output int32 [B, T] of a speech encoder: 1 for a frame of the clip, 0 for padding. */
  public static final String FRAME_MASK = "frame_mask";

  /** Output float32 [B, T, vocabulary] of a speech encoder with a CTC head. */
  public static final String LOGITS = "logits";

  private EncoderSignature() {}
}

/**
 * Pretrained encoders as TensorFlow graphs, and the conversion of Hugging Face checkpoints to
 * SavedModels.
 *
 * <p>In: a checkpoint's folder with {@code config.json} and weights. Out: an encoder SavedModel
 * with a graph for inference and one for training; or {@link
 * io.loramer.savedmodels.encoders.EncoderContents}, a description of a checkpoint or SavedModel.
 * There is one implementation for WavLM, HuBERT and wav2vec 2.0, and one for BERT, RoBERTa and
 * XLM-RoBERTa.
 *
 * <pre>{@code
 * EncoderConversion.convert(
 *     Path.of("wavlm-base"), Path.of("encoders/wavlm-base"), PaddingInNorm.IGNORED);
 * }</pre>
 *
 * <p>Public API.
 */
package io.loramer.savedmodels.encoders;

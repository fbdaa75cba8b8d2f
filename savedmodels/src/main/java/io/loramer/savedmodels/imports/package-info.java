/**
 * Imports encoder SavedModels into a bigger graph: whole or up to a hidden state, with LoRA, and as
 * several forward passes over one set of variables.
 *
 * <p>In: an encoder SavedModel that {@code convert} or Hugging Face's TF classes wrote. Out: an
 * {@link io.loramer.savedmodels.imports.ImportedEncoder}, whose inputs and outputs are operands of
 * the graph, and whose variables are restored from the SavedModel.
 *
 * <pre>{@code
 * EncoderSavedModel model = EncoderSavedModel.of(SavedModelFolder.open(folder));
 * ImportedEncoder encoder =
 *     ImportedEncoder.into(
 *         graph, variables, "audio", model, MetaGraph.SERVE,
 *         Optional.empty(), Optional.empty(), Computation.FLOAT32);
 * encoder.restore(session);
 * Operand<TFloat32> states = encoder.output(EncoderSignature.LAST_HIDDEN_STATE, TFloat32.class);
 * }</pre>
 *
 * <p>Internal: used by LoRA-MER's own modules only; may change without notice.
 */
package io.loramer.savedmodels.imports;

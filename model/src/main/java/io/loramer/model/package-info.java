/**
 * The LoRA-MER model as a TensorFlow graph: encoders, LoRA and the head in one forward pass.
 *
 * <p>In: encoder SavedModels, a {@link io.loramer.model.ModelSpec}, and a graph with its variables.
 * Out: {@link io.loramer.model.ForwardPass}es, the placeholders and outputs of the graph. {@link
 * io.loramer.model.LoraMer} is the whole model, {@link io.loramer.model.TrainablePart} the part of
 * it that is trained on cached states, {@link io.loramer.model.Frontier} the border between.
 *
 * <pre>{@code
 * ModelSpec spec = new ModelSpec(Optional.of(lora), Computation.FLOAT32, HeadConfig.defaults(), 4);
 * LoraMer model = new LoraMer(graph, variables, encoders, spec, ForwardPass.Mode.INFERENCE);
 * Operand<TFloat32> probabilities = model.forward().outputs().probabilities(); // [B, 4]
 * }</pre>
 *
 * <p>A layer creates its variables once, in its constructor. Its forward pass may then be built any
 * number of times, with dropout for training and without for evaluation, under the scope of the
 * {@link org.tensorflow.op.Ops} that it is given. Dimension letters: B batch, T frames or tokens, H
 * the encoder's hidden size, D the head's size, C labels.
 *
 * <p>Public API: {@link io.loramer.model.EmotionSignature}. The other types are internal: used by
 * LoRA-MER's own modules only; may change without notice.
 */
package io.loramer.model;

/**
 * The layers above the encoders, one type per box of the paper's figure 1: pooling, projection,
 * fusion, classifier, loss.
 *
 * <p>In: {@link io.loramer.model.head.Sequence}s of hidden states and their masks. Out: {@link
 * io.loramer.model.head.HeadOutputs} and {@link io.loramer.model.head.Losses}.
 *
 * <pre>{@code
 * EmotionHead head = EmotionHead.create(variables, HeadConfig.defaults(), sizes, 4);
 * HeadOutputs outputs = head.forward(tf, sequences, Optional.empty(), Dropout.none());
 * Losses losses = head.losses(tf, outputs, labels, Optional.empty());
 * }</pre>
 *
 * <p>{@link io.loramer.model.head.HeadConfig}, {@link io.loramer.model.head.SpeakerConfig}, {@link
 * io.loramer.model.head.Layers} and {@link io.loramer.model.head.PoolingOrder} are part of a run's
 * configuration, whose keys are stable.
 *
 * <p>Internal: used by LoRA-MER's own modules only; may change without notice.
 */
package io.loramer.model.head;

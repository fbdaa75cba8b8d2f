/**
 * The paper's figure, one type per box, on top of sequences that encoders have already encoded:
 * pooling, projection, fusion, classifier, mutual information, loss.
 *
 * <p>A box makes its variables once, in its constructor, and may then be built into the graph any
 * number of times: once with dropout to train, once without to evaluate, each under the scope of
 * the {@link org.tensorflow.op.Ops} it is given. Dimension letters: B batch, T frames or tokens, H
 * the encoder's hidden size, D the head's size, C labels.
 */
package io.loramer.model;

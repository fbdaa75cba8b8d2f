package io.loramer.model.head;

import io.loramer.savedmodels.graph.Dropout;
import io.loramer.savedmodels.graph.VariableInitializer;
import io.loramer.savedmodels.graph.Variables;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * The classifier: from the features, and optionally the speaker, to logits.
 *
 * <pre>
 *   logits = mlp([h s])      s = the speaker's row of a trained table [S + 1, N]
 * </pre>
 *
 * <p>Such a row is a speaker code: trained with the rest of the model (Abdel-Hamid and Jiang,
 * ICASSP 2013), and an additional input of a layer with weights of its own (Xue et al., ICASSP
 * 2014). All rows start as zeros, so all speakers start as the unknown one.
 */
final class Classifier {
  /**
   * The rate at which training replaces a speaker by the unknown one, so that row 0 is trained too:
   * that of classifier-free guidance (Ho and Salimans 2022, arXiv 2207.12598).
   */
  private static final float UNKNOWN_RATE = 0.1f;

  private final TwoLayerMlp mlp;
  private final Optional<Operand<TFloat32>> speakerRows; // [S + 1, N]

  Classifier(Variables variables, HeadConfig head, int labels) {
    OptionalInt rowSize = head.speaker().size();
    int in = head.size() + rowSize.orElse(0);
    mlp = new TwoLayerMlp(variables.scope("classifier"), in, head.size(), labels, head.dropout());
    speakerRows =
        rowSize.isEmpty()
            ? Optional.empty()
            : Optional.of(
                variables.trainable(
                    "speaker.rows",
                    Shape.of(head.speaker().known().size() + 1, rowSize.getAsInt()),
                    VariableInitializer.zeros()));
  }

  /**
   * Computes the logits.
   *
   * @param h float32 [B, D]
   * @param speakers int32 [B], their rows; empty if all are unknown
   * @return float32 [B, C]
   * @throws IllegalArgumentException if speakers are given to a head without speaker rows
   */
  Operand<TFloat32> logits(
      Ops tf, Operand<TFloat32> h, Optional<Operand<TInt32>> speakers, Dropout dropout) {
    if (speakers.isPresent() && speakerRows.isEmpty()) {
      throw new IllegalArgumentException(
          "head: expected no speakers without speaker.size, found some");
    }
    var x =
        speakerRows
            .map(rows -> withSpeaker(tf.withSubScope("speaker"), h, rows, speakers, dropout))
            .orElse(h); // [B, D + N]
    return mlp.apply(tf.withSubScope("classifier"), x, dropout);
  }

  private static Operand<TFloat32> withSpeaker(
      Ops tf,
      Operand<TFloat32> h,
      Operand<TFloat32> rows,
      Optional<Operand<TInt32>> speakers,
      Dropout dropout) {
    var batch = tf.slice(tf.shape(h), tf.constant(new int[] {0}), tf.constant(new int[] {1}));
    Operand<TInt32> row = tf.fill(batch, tf.constant(SpeakerConfig.UNKNOWN)); // [B]
    if (speakers.isPresent()) {
      var kept = dropout.apply(tf, tf.fill(batch, tf.constant(1f)), UNKNOWN_RATE); // 0: replaced
      row = tf.select(tf.math.greater(kept, tf.constant(0f)), speakers.get(), row);
    }
    return tf.concat(List.of(h, tf.gather(rows, row, tf.constant(0))), tf.constant(-1));
  }
}

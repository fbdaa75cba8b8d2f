package io.loramer.training.run;

import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.measures.Prediction;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.types.TFloat32;

/**
 * A prediction with the utterance's embedding.
 *
 * @param embedding the D inputs of the classifier: the fused h, or the features of the only
 *     modality
 */
public record EmbeddedPrediction(Prediction prediction, List<Float> embedding) {
  /**
   * Creates one from a row of a batch's embeddings.
   *
   * @param embeddings float32 [B, D]
   */
  public static EmbeddedPrediction ofRow(int row, Prediction prediction, TFloat32 embeddings) {
    List<Float> embedding = new ArrayList<>();
    for (int i = 0; i < embeddings.shape().get(1); i++) {
      embedding.add(embeddings.getFloat(row, i));
    }
    return new EmbeddedPrediction(prediction, embedding);
  }

  /** Returns this prediction as one of a split. */
  public EmbeddedPrediction in(Split split) {
    return new EmbeddedPrediction(prediction.in(split), embedding);
  }
}

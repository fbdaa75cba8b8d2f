package io.loramer.model.head;

import io.loramer.savedmodels.graph.Dropout;
import io.loramer.savedmodels.graph.Variables;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;

/** Pooling, projection and classifier of one modality: the unimodal rows of the paper's table 1. */
final class SingleModalityHead implements EmotionHead {
  private final Modality modality;
  private final ModalityBranch branch;
  private final Classifier classifier;

  SingleModalityHead(
      Variables variables, HeadConfig head, Modality modality, EncoderSize encoder, int labels) {
    this.modality = modality;
    branch = new ModalityBranch(variables, head, modality, encoder);
    classifier = new Classifier(variables, head, labels);
  }

  @Override
  public HeadOutputs forward(
      Ops tf,
      Map<Modality, Sequence> encoded,
      Optional<Operand<TInt32>> speakers,
      Dropout dropout) {
    var features = branch.features(tf, encoded, dropout); // f [B, D]
    var vector = features.vector();
    var logits = classifier.logits(tf, vector, speakers, dropout); // [B, C]
    return new HeadOutputs(
        logits,
        tf.withName("probabilities").nn.softmax(logits),
        vector,
        Optional.empty(),
        Map.of(modality, features));
  }

  @Override
  public Losses losses(
      Ops tf, HeadOutputs outputs, Operand<TInt32> labels, Optional<Operand<TInt32>> shuffle) {
    if (shuffle.isPresent()) {
      throw new IllegalArgumentException("loss: a head of one modality takes no permutation");
    }
    return Losses.classification(tf.withSubScope("loss"), outputs.logits(), labels);
  }
}

package io.loramer.model.head;

import io.loramer.model.information.MutualInformation;
import io.loramer.savedmodels.graph.Dropout;
import io.loramer.savedmodels.graph.Variables;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;

/** The head for audio and text: the paper's figure 1 above its encoders. */
final class LoraMerHead implements EmotionHead {
  private final ModalityBranch audioBranch;
  private final ModalityBranch textBranch;
  private final AtFusion fusion;
  private final Classifier classifier;
  private final MutualInformation mine;
  private final float lambda;

  LoraMerHead(
      Variables variables, HeadConfig head, EncoderSize audio, EncoderSize text, int labels) {
    int size = head.size();
    lambda = head.mine().lambda();
    audioBranch = new ModalityBranch(variables, head, Modality.AUDIO, audio);
    textBranch = new ModalityBranch(variables, head, Modality.TEXT, text);
    fusion = new AtFusion(variables.scope("fusion"), size);
    classifier = new Classifier(variables, head, labels);
    mine = new MutualInformation(variables.scope("mine"), size, head.mine());
  }

  @Override
  public HeadOutputs forward(
      Ops tf,
      Map<Modality, Sequence> encoded,
      Optional<Operand<TInt32>> speakers,
      Dropout dropout) {
    var audio = audioBranch.features(tf, encoded, dropout); // f_a [B, D]
    var text = textBranch.features(tf, encoded, dropout); // f_t [B, D]
    var fused = fusion.fuse(tf.withSubScope("fusion"), audio.vector(), text.vector()); // h [B, D]
    var logits = classifier.logits(tf, fused.h(), speakers, dropout); // [B, C]
    return new HeadOutputs(
        logits,
        tf.withName("probabilities").nn.softmax(logits),
        fused.h(),
        Optional.of(fused.weights()),
        Map.of(Modality.AUDIO, audio, Modality.TEXT, text));
  }

  @Override
  public Losses losses(
      Ops tf, HeadOutputs outputs, Operand<TInt32> labels, Optional<Operand<TInt32>> shuffle) {
    var audio = outputs.features().get(Modality.AUDIO).vector();
    var text = outputs.features().get(Modality.TEXT).vector();
    var information = mine.estimate(tf.withSubScope("mine"), audio, text, shuffle);
    return Losses.regularized(
        tf.withSubScope("loss"), outputs.logits(), labels, information, lambda);
  }
}

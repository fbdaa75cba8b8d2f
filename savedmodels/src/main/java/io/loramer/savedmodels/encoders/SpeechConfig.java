package io.loramer.savedmodels.encoders;

import io.loramer.savedmodels.EncoderSignature;
import io.loramer.savedmodels.MetaGraph;
import io.loramer.savedmodels.MetaGraph.CallSignature;
import io.loramer.savedmodels.graph.Dropout;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * The configuration of a speech encoder's graph, from its {@code config.json}.
 *
 * @param convolutions the feature extractor, first to last
 * @param convolutionBias whether its convolutions have a bias
 * @param featureNorm how its convolutions are normalised
 * @param stableLayerNorm whether layers normalise before attention and feed-forward (large models)
 * @param normalizesFeatures whether the feature projection begins with a layer norm
 * @param positionKernel taps of the positional convolution
 * @param positionGroups its groups
 * @param relativeBuckets buckets of WavLM's relative positions
 * @param maxRelativeDistance the distance from which all positions share the last bucket
 * @param ctc the head for speech recognition, of the {@code *ForCTC} architectures
 */
record SpeechConfig(
    SpeechFamily family,
    List<Convolution> convolutions,
    boolean convolutionBias,
    FeatureNorm featureNorm,
    Activation featureActivation,
    boolean stableLayerNorm,
    boolean normalizesFeatures,
    int positionKernel,
    int positionGroups,
    int relativeBuckets,
    int maxRelativeDistance,
    Optional<Ctc> ctc,
    PaddingInNorm paddingInNorm,
    TransformerConfig transformer)
    implements EncoderConfig {

  /** A convolution of the feature extractor. */
  record Convolution(int channels, int kernel, int stride) {}

  /**
   * The linear head of connectionist temporal classification.
   *
   * @param dropout on the last hidden state, before the head
   * @see <a href="https://doi.org/10.1145/1143844.1143891">Graves et al. 2006</a>
   */
  record Ctc(int vocabularySize, float dropout) {}

  /** How the feature extractor is normalised. */
  enum FeatureNorm {
    /** GroupNorm with a group per channel, after the first convolution (base models). */
    GROUP,
    /** A layer norm after each convolution (large models). */
    LAYER
  }

  /** Reads the keys of transformers' WavLMConfig, HubertConfig and Wav2Vec2Config. */
  static SpeechConfig of(
      ConfigFile config, SpeechFamily family, PaddingInNorm paddingInNorm, Set<String> tensors)
      throws IOException {
    List<Integer> channels = config.sizes("conv_dim", List.of(512, 512, 512, 512, 512, 512, 512));
    List<Integer> kernels = config.sizes("conv_kernel", List.of(10, 3, 3, 3, 3, 2, 2));
    List<Integer> strides = config.sizes("conv_stride", List.of(5, 2, 2, 2, 2, 2, 2));
    boolean sameLength = channels.size() == kernels.size() && kernels.size() == strides.size();
    config.require(sameLength, "conv_dim, conv_kernel and conv_stride must have the same length");
    int convolutionCount = config.size("num_feat_extract_layers", channels.size());
    config.require(
        convolutionCount == channels.size(),
        "num_feat_extract_layers: expected the length of conv_dim, %d, found %d"
            .formatted(channels.size(), convolutionCount));
    List<Convolution> convolutions =
        IntStream.range(0, sameLength ? channels.size() : 1)
            .mapToObj(i -> new Convolution(channels.get(i), kernels.get(i), strides.get(i)))
            .toList();
    TransformerConfig transformer = TransformerConfig.ofSpeech(config);
    int positionGroups = config.size("num_conv_pos_embedding_groups", 16);
    config.require(
        transformer.hiddenSize() % positionGroups == 0,
        "hidden_size must be a multiple of num_conv_pos_embedding_groups");
    SpeechConfig speech =
        new SpeechConfig(
            family,
            convolutions,
            config.flag("conv_bias", false),
            config.choice("feat_extract_norm", FeatureNorm.class, FeatureNorm.GROUP),
            config.choice("feat_extract_activation", Activation.class, Activation.GELU),
            config.flag("do_stable_layer_norm", false),
            family != SpeechFamily.HUBERT || config.flag("feat_proj_layer_norm", true),
            config.size("num_conv_pos_embeddings", 128),
            positionGroups,
            config.size("num_buckets", 320),
            config.size("max_bucket_distance", 800),
            hasCtcHead(config, tensors)
                ? Optional.of(
                    new Ctc(config.size("vocab_size", 32), config.rate("final_dropout", 0.1)))
                : Optional.empty(),
            paddingInNorm,
            transformer);
    config.check();
    return speech;
  }

  /** A config.json without architectures does not say; then the checkpoint's tensors do. */
  private static boolean hasCtcHead(ConfigFile config, Set<String> tensors) {
    return config.isOn("architectures")
        ? config.lists("architectures", "ForCTC")
        : tensors.contains(Weights.HEAD + "weight");
  }

  @Override
  public String base() {
    return family.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public List<CallSignature> build(Parameters parameters, Dropout dropout) {
    Ops tf = parameters.tf();
    Shape batch = Shape.of(-1, -1);
    var inputValues =
        tf.withName(EncoderSignature.INPUT_VALUES)
            .placeholder(TFloat32.class, Placeholder.shape(batch));
    var attentionMask =
        tf.withName(EncoderSignature.ATTENTION_MASK)
            .placeholder(TInt32.class, Placeholder.shape(batch));
    EncoderOutputs outputs =
        new SpeechEncoder(parameters, this).apply(inputValues, attentionMask, dropout);
    return List.of(
        new CallSignature(
            MetaGraph.DEFAULT_SIGNATURE,
            Map.of(
                EncoderSignature.INPUT_VALUES,
                inputValues,
                EncoderSignature.ATTENTION_MASK,
                attentionMask),
            outputs.named(tf)));
  }
}

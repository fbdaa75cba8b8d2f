package io.loramer.model;

import io.loramer.model.head.EmotionHead;
import io.loramer.model.head.EncoderSize;
import io.loramer.model.head.HeadConfig;
import io.loramer.model.head.Layers;
import io.loramer.model.head.Modality;
import io.loramer.model.head.Sequence;
import io.loramer.model.head.SpeakerConfig;
import io.loramer.savedmodels.EncoderSignature;
import io.loramer.savedmodels.MetaGraph;
import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.encoders.SpeechInput;
import io.loramer.savedmodels.encoders.TextInput;
import io.loramer.savedmodels.graph.Dropout;
import io.loramer.savedmodels.graph.Variables;
import io.loramer.savedmodels.imports.EncoderInput;
import io.loramer.savedmodels.imports.EncoderSavedModel;
import io.loramer.savedmodels.imports.EncoderStates;
import io.loramer.savedmodels.imports.ImportedEncoder;
import io.loramer.savedmodels.lora.LoraAdapter;
import io.loramer.savedmodels.lora.LoraConfig;
import io.loramer.savedmodels.lora.LoraTarget;
import io.loramer.savedmodels.optimize.Computation;
import io.loramer.savedmodels.rewrite.FixedSizes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * The whole model in one graph: a speech encoder with LoRA, a frozen text encoder, and above them
 * the head that the paper's figure 1 shows. Its variables are made once; the way from waveform and
 * words to emotions can be laid several times over them.
 */
public final class LoraMer {
  /**
   * Input int32 [B] of the graph {@link #beyond} frontiers whose head is told who speaks: {@link
   * SpeakerConfig#row}. The whole model, which hears strangers, has none: all are unknown to it.
   */
  public static final String SPEAKERS = "speakers";

  /** Scope of what stands before an encoder, and of what is fed in place of one. */
  private static final String STAGE = "input";

  private final Graph graph;
  private final Variables variables;
  private final HeadConfig config;
  private final boolean adapted;
  private final Map<Modality, EncoderInput> stages;
  private final Map<Modality, ImportedEncoder> encoders = new EnumMap<>(Modality.class);
  private final EmotionHead head;
  private final ForwardPass first;

  /** What a way through the graph is for. */
  public enum Mode {
    /** With dropout, in the head and in a speech encoder with LoRA. */
    TRAINING,
    /** Without. */
    INFERENCE
  }

  /**
   * Builds the whole model, from waveform and words on.
   *
   * @param variables takes in those of the encoders, frozen, of LoRA and of the head, trainable
   * @param folders the encoder SavedModel of each modality; one or two
   * @param lora of the speech encoder; empty leaves it frozen
   * @param computation of the encoders
   * @param labels how many emotions there are
   * @param mode of the first way, whose nodes lie at the top of the graph
   * @throws IOException if a SavedModel is not an encoder of its modality
   */
  public LoraMer(
      Graph graph,
      Variables variables,
      Map<Modality, SavedModelFolder> folders,
      Optional<LoraConfig> lora,
      Computation computation,
      HeadConfig config,
      int labels,
      Mode mode)
      throws IOException {
    this(
        graph,
        variables,
        stages(folders),
        prepared(folders),
        lora,
        computation,
        config,
        labels,
        mode);
  }

  private LoraMer(
      Graph graph,
      Variables variables,
      Map<Modality, EncoderInput> stages,
      Map<Modality, EncoderSavedModel> encoders,
      Optional<LoraConfig> lora,
      Computation computation,
      HeadConfig config,
      int labels,
      Mode mode)
      throws IOException {
    this(
        graph,
        variables,
        stages,
        encoders,
        sizes(encoders),
        lora,
        computation,
        config,
        labels,
        mode);
  }

  /**
   * Builds what of the model lies beyond the frontiers of its encoders: what is trained.
   *
   * @param frontiers of each modality, found for the same {@code lora} and {@code config}
   * @param computation of what lies beyond in an encoder
   * @see #LoraMer(Graph, Variables, Map, Optional, Computation, HeadConfig, int, Mode) the other
   *     parameters
   */
  public static LoraMer beyond(
      Graph graph,
      Variables variables,
      Map<Modality, Frontier> frontiers,
      Optional<LoraConfig> lora,
      Computation computation,
      HeadConfig config,
      int labels,
      Mode mode)
      throws IOException {
    Map<Modality, EncoderInput> stages = new EnumMap<>(Modality.class);
    Map<Modality, EncoderSavedModel> split = new EnumMap<>(Modality.class);
    Map<Modality, EncoderSize> sizes = new EnumMap<>(Modality.class);
    frontiers.forEach(
        (modality, frontier) -> {
          stages.put(modality, new CachedStatesInput(frontier, computation.fused()));
          sizes.put(modality, EncoderSize.of(frontier.size()));
          if (frontier.splitsEncoder()) {
            split.put(modality, frontier.encoder());
          }
        });
    return new LoraMer(
        graph, variables, stages, split, sizes, lora, computation, config, labels, mode);
  }

  /**
   * Builds.
   *
   * @param stages of each modality
   * @param models of those modalities whose stage leads into an encoder
   */
  private LoraMer(
      Graph graph,
      Variables variables,
      Map<Modality, EncoderInput> stages,
      Map<Modality, EncoderSavedModel> models,
      Map<Modality, EncoderSize> sizes,
      Optional<LoraConfig> lora,
      Computation computation,
      HeadConfig config,
      int labels,
      Mode mode)
      throws IOException {
    this.graph = graph;
    this.variables = variables;
    this.config = config;
    this.stages = stages;
    adapted = lora.isPresent();
    for (var entry : models.entrySet()) {
      Modality modality = entry.getKey();
      ImportedEncoder encoder =
          ImportedEncoder.into(
              graph,
              variables,
              modality.scope(),
              entry.getValue(),
              tag(modality, mode),
              modality == Modality.AUDIO ? lora : Optional.empty(),
              Optional.of(stages.get(modality)),
              computation);
      requireAnySize(entry.getValue().folder(), encoder.fixedSizes());
      encoders.put(modality, encoder);
    }
    head = EmotionHead.create(variables, config, sizes, labels);
    first = lay(Ops.create(graph), stages, encoders, mode);
  }

  /** Returns the way that the model was built with. */
  public ForwardPass first() {
    return first;
  }

  /** Lays another way over the same variables, its nodes under a scope. */
  public ForwardPass again(String scope, Mode mode) throws IOException {
    return again(scope, mode, stages);
  }

  /**
   * Lays a way for inference that takes {@code wav_bytes} string [B], WAV files of 16-bit PCM at 16
   * kHz, in place of waveforms and lengths; of a model that hears.
   */
  public ForwardPass fromWavFiles(String scope) throws IOException {
    Map<Modality, EncoderInput> fromFiles = new EnumMap<>(stages);
    WaveformInput waveform = (WaveformInput) stages.get(Modality.AUDIO);
    fromFiles.put(Modality.AUDIO, new WavFilesInput(waveform.normalize()));
    return again(scope, Mode.INFERENCE, fromFiles);
  }

  private ForwardPass again(String scope, Mode mode, Map<Modality, EncoderInput> stages)
      throws IOException {
    Map<Modality, ImportedEncoder> again = new EnumMap<>(Modality.class);
    for (var entry : encoders.entrySet()) {
      Modality modality = entry.getKey();
      again.put(
          modality,
          entry
              .getValue()
              .again(
                  scope + "/" + modality.scope(),
                  tag(modality, mode),
                  Optional.of(stages.get(modality))));
    }
    return lay(Ops.create(graph).withSubScope(scope), stages, again, mode);
  }

  /** Returns what of the speech encoder LoRA adapts; nothing, where that is frozen or absent. */
  public List<LoraTarget> loraTargets() {
    return encoders.containsKey(Modality.AUDIO)
        ? encoders.get(Modality.AUDIO).targets()
        : List.of();
  }

  /** Returns the head, for its losses. */
  public EmotionHead head() {
    return head;
  }

  /**
   * Puts an adapter to work: in the bypasses of a model with LoRA, else in the kernels themselves,
   * in place of an earlier one.
   *
   * @throws IOException if the kernels cannot be read
   */
  public void adapt(LoraAdapter adapter, Session session) throws IOException {
    ImportedEncoder audio = encoders.get(Modality.AUDIO);
    if (adapted) {
      audio.assign(adapter, variables, session);
    } else {
      audio.merge(adapter, variables, session);
    }
  }

  /**
   * Gives the frozen variables the values of their SavedModels.
   *
   * @throws IOException if those are missing or damaged
   */
  public void restoreEncoders(Session session) throws IOException {
    for (ImportedEncoder encoder : encoders.values()) {
      encoder.restore(session);
    }
  }

  private ForwardPass lay(
      Ops tf,
      Map<Modality, EncoderInput> stages,
      Map<Modality, ImportedEncoder> encoders,
      Mode mode) {
    Map<String, Operand<?>> inputs = new LinkedHashMap<>();
    Map<Modality, Sequence> encoded = new EnumMap<>(Modality.class);
    List<String> seeds = new ArrayList<>();
    for (var entry : stages.entrySet()) {
      Modality modality = entry.getKey();
      if (encoders.containsKey(modality)) {
        ImportedEncoder encoder = encoders.get(modality);
        encoder.dropoutSeed().ifPresent(seeds::add);
        inputs.putAll(encoder.stageInputs());
        encoded.put(modality, encoded(modality, encoder));
      } else {
        CachedStatesInput stage = (CachedStatesInput) entry.getValue();
        Ops scoped = tf.withSubScope(modality.scope()).withSubScope(STAGE);
        encoded.put(modality, stage.sequence(scoped, config.layers(), inputs));
      }
    }
    Optional<Operand<TInt32>> speakers = Optional.empty();
    boolean beyond = stages.values().stream().allMatch(CachedStatesInput.class::isInstance);
    if (beyond && config.speaker().size().isPresent()) {
      var rows = Placeholder.shape(Shape.of(-1));
      speakers = Optional.of(tf.withName(SPEAKERS).placeholder(TInt32.class, rows));
      inputs.put(SPEAKERS, speakers.get());
    }
    Dropout dropout = Dropout.none();
    if (mode == Mode.TRAINING) {
      var seed =
          tf.withName(Dropout.SEED).placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
      seeds.add(seed.op().name());
      dropout = Dropout.seededBy(seed);
    }
    return new ForwardPass(inputs, head.emotions(tf, encoded, speakers, dropout), seeds);
  }

  private Sequence encoded(Modality modality, ImportedEncoder encoder) {
    String states =
        config.layers() == Layers.LAST
            ? EncoderSignature.LAST_HIDDEN_STATE
            : EncoderSignature.HIDDEN_STATES;
    var hidden = encoder.output(states, TFloat32.class);
    return switch (modality) {
      case AUDIO -> new Sequence(hidden, encoder.output(EncoderSignature.FRAME_MASK, TInt32.class));
      case TEXT -> new Sequence(hidden, encoder.input(TokenInput.MASK, TInt32.class));
    };
  }

  /** Utterances have every length, and the last batch of an epoch another size. */
  static void requireAnySize(SavedModelFolder folder, FixedSizes sizes) throws IOException {
    if (sizes.batch().isPresent() || sizes.length().isPresent()) {
      throw new IOException(
          "%s: expected an encoder of batches of any size and length, found %s; convert the"
                  .formatted(folder.path(), sizes)
              + " checkpoint it was exported from");
    }
  }

  static EncoderInput stage(Modality modality, SavedModelFolder folder) throws IOException {
    return switch (modality) {
      case AUDIO -> new WaveformInput(SpeechInput.of(folder).normalize());
      case TEXT -> new TokenInput(TextInput.of(folder).padId());
    };
  }

  /** Only an encoder that learns is trained with dropout: a frozen one gives the same each time. */
  private String tag(Modality modality, Mode mode) {
    boolean learns = modality == Modality.AUDIO && adapted;
    return learns && mode == Mode.TRAINING ? MetaGraph.TRAIN : MetaGraph.SERVE;
  }

  private static Map<Modality, EncoderInput> stages(Map<Modality, SavedModelFolder> folders)
      throws IOException {
    Map<Modality, EncoderInput> stages = new EnumMap<>(Modality.class);
    for (var entry : folders.entrySet()) {
      stages.put(entry.getKey(), stage(entry.getKey(), entry.getValue()));
    }
    return stages;
  }

  private static Map<Modality, EncoderSavedModel> prepared(
      Map<Modality, SavedModelFolder> folders) {
    Map<Modality, EncoderSavedModel> prepared = new EnumMap<>(Modality.class);
    folders.forEach((modality, folder) -> prepared.put(modality, EncoderSavedModel.of(folder)));
    return prepared;
  }

  private static Map<Modality, EncoderSize> sizes(Map<Modality, EncoderSavedModel> models)
      throws IOException {
    Map<Modality, EncoderSize> sizes = new EnumMap<>(Modality.class);
    for (var entry : models.entrySet()) {
      EncoderStates states = EncoderStates.of(entry.getValue(), Optional.empty());
      sizes.put(entry.getKey(), EncoderSize.of(states));
    }
    return sizes;
  }
}

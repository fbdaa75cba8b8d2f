package io.loramer.savedmodels.imports;

import io.loramer.savedmodels.EncoderSignature;
import io.loramer.savedmodels.rewrite.GraphDefEditor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.AttrValue.ListValue;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Derives the frame mask of a speech encoder whose SavedModel has none, such as Hugging Face's.
 *
 * <p>Each convolution between the waveform and the first linear map has {@code ⌊(n − kernel) /
 * stride⌋ + 1} output frames for n input frames.
 */
final class DerivedFrameMask {
  private static final String SCOPE = EncoderSignature.FRAME_MASK;
  private static final String ATTENTION_MASK = EncoderSignature.ATTENTION_MASK;
  private static final String STATES = "states";

  /** Ops at which the search for convolutions ends: linear maps, and shapes in place of values. */
  private static final Set<String> BEYOND = Set.of("MatMul", "BatchMatMulV2", "Shape");

  /** Part of the kernels' names: other architectures may shorten the waveform elsewhere too. */
  private static final String KERNELS = "/feature_extractor/conv_layers.";

  /** No kernel or stride is a second long. */
  private static final long MAX_SAMPLES = EncoderSignature.SAMPLE_RATE;

  private record Convolution(int kernel, int stride) {}

  private DerivedFrameMask() {}

  /**
   * Adds a frame mask, int32 [B, T].
   *
   * @param waveform the tensor that is fed with the samples
   * @param attentionMask int32 [B, samples]
   * @param states float32 [B, T, any size]
   * @return its name; empty if the convolutions are not those of wav2vec 2.0 and its relatives
   */
  static Optional<String> addTo(
      GraphDefEditor editor, String waveform, String attentionMask, String states) {
    List<Convolution> convolutions = new ArrayList<>();
    for (NodeDef.Builder node : convolutionsAfter(editor, waveform)) {
      Optional<Convolution> convolution = convolution(editor, node);
      if (convolution.isEmpty()) {
        return Optional.empty();
      }
      convolutions.add(convolution.get());
    }
    if (convolutions.isEmpty()) {
      return Optional.empty();
    }
    try (Graph graph = new Graph()) {
      Operand<TInt32> mask = build(Ops.create(graph).withSubScope(SCOPE), convolutions);
      Map<String, String> standIns =
          Map.of(SCOPE + "/" + ATTENTION_MASK, attentionMask, SCOPE + "/" + STATES, states);
      editor.splice(graph.toGraphDef(), standIns, node -> standIns.containsKey(node.getName()));
      return Optional.of(mask.op().name() + ":0");
    }
  }

  private static Operand<TInt32> build(Ops tf, List<Convolution> convolutions) {
    var mask = tf.withName(ATTENTION_MASK).placeholder(TInt32.class);
    var states = tf.withName(STATES).placeholder(TFloat32.class);
    Operand<TInt32> lengths = tf.reduceSum(mask, tf.constant(1)); // [B]
    for (Convolution convolution : convolutions) {
      var steps =
          tf.math.floorDiv(
              tf.math.sub(lengths, tf.constant(convolution.kernel)),
              tf.constant(convolution.stride));
      lengths = tf.math.add(steps, tf.constant(1));
    }
    var time = tf.gather(tf.shape(states), tf.constant(1), tf.constant(0));
    var positions = tf.range(tf.constant(0), time, tf.constant(1)); // [T]
    var valid = tf.math.less(positions, tf.expandDims(lengths, tf.constant(-1))); // [B, T]
    return tf.dtypes.cast(valid, TInt32.class);
  }

  /** Returns the convolutions from the waveform on, in order. */
  private static List<NodeDef.Builder> convolutionsAfter(GraphDefEditor editor, String waveform) {
    Map<String, List<NodeDef.Builder>> readers = editor.readers();
    List<NodeDef.Builder> convolutions = new ArrayList<>();
    Set<String> passed = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(List.of(GraphDefEditor.nodeName(waveform)));
    while (!open.isEmpty()) {
      for (NodeDef.Builder node : readers.getOrDefault(open.remove(), List.of())) {
        if (!BEYOND.contains(node.getOp()) && passed.add(node.getName())) {
          open.add(node.getName());
          if (node.getOp().equals("Conv2D")) {
            convolutions.add(node);
          }
        }
      }
    }
    return convolutions;
  }

  /** Returns a Keras Conv1D: a Conv2D of height 1 whose kernel [k, in, out] gets a dimension. */
  private static Optional<Convolution> convolution(GraphDefEditor editor, NodeDef.Builder node) {
    ListValue strides = node.getAttrOrThrow("strides").getList();
    NodeDef.Builder kernel = editor.producer(node.getInput(1));
    for (String op : List.of("ExpandDims", "ReadVariableOp")) {
      if (!kernel.getOp().equals(op)) {
        return Optional.empty();
      }
      kernel = editor.producer(kernel.getInput(0));
    }
    TensorShapeProto shape = kernel.getAttrOrThrow("shape").getShape();
    boolean known =
        node.getAttrOrThrow("padding").getS().toStringUtf8().equals("VALID")
            && strides.getICount() == 4
            && shape.getDimCount() == 3
            && isPlausible(strides.getI(2))
            && isPlausible(shape.getDim(0).getSize())
            && GraphDefEditor.sharedName(kernel).contains(KERNELS);
    return known
        ? Optional.of(new Convolution((int) shape.getDim(0).getSize(), (int) strides.getI(2)))
        : Optional.empty();
  }

  private static boolean isPlausible(long samples) {
    return 0 < samples && samples <= MAX_SAMPLES;
  }
}

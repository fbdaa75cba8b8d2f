package io.loramer.savedmodels.imports;

import io.loramer.savedmodels.EncoderSignature;
import io.loramer.savedmodels.rewrite.GraphDefEditor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Changes an encoder's inputs to the contract's dtypes: {@code TFWav2Vec2ForCTC} has a float mask,
 * and Hugging Face's BERT and RoBERTa require {@code token_type_ids}, which here default to zeros.
 */
final class InputTypes {
  /** The shape [B, samples or tokens], of any sizes. */
  private static final AttrValue ANY_SIZES =
      AttrValue.newBuilder()
          .setShape(
              TensorShapeProto.newBuilder()
                  .addDim(TensorShapeProto.Dim.newBuilder().setSize(-1))
                  .addDim(TensorShapeProto.Dim.newBuilder().setSize(-1)))
          .build();

  private InputTypes() {}

  /**
   * Replaces the inputs by placeholders of the contract's dtypes.
   *
   * @param inputs the signature's, by name; those that no node reads are removed, others replaced
   * @param saverFilename the saver's placeholder, which is the only other one allowed
   * @throws IllegalArgumentException if the outputs need inputs that no encoder has
   */
  static void adapt(GraphDefEditor editor, Map<String, String> inputs, String saverFilename) {
    inputs.values().removeIf(tensor -> !editor.contains(GraphDefEditor.nodeName(tensor)));
    Set<String> fed = new TreeSet<>(Set.of(GraphDefEditor.nodeName(saverFilename)));
    for (String name :
        List.of(
            EncoderSignature.INPUT_VALUES,
            EncoderSignature.INPUT_IDS,
            EncoderSignature.ATTENTION_MASK,
            EncoderSignature.TOKEN_TYPE_IDS)) {
      if (inputs.containsKey(name)) {
        inputs.put(name, placeholder(editor, inputs, name).getName() + ":0");
        fed.add(GraphDefEditor.nodeName(inputs.get(name)));
      }
    }
    if (inputs.containsKey(EncoderSignature.INPUT_IDS)
        && inputs.containsKey(EncoderSignature.TOKEN_TYPE_IDS)) {
      defaultToZeros(editor, inputs);
    }
    List<String> unknown =
        editor.nodes().stream()
            .filter(node -> node.getOp().equals("Placeholder") && !fed.contains(node.getName()))
            .map(NodeDef.Builder::getName)
            .toList();
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "its outputs need more inputs than an encoder has: " + String.join(", ", unknown));
    }
  }

  /**
   * Returns the placeholder of an input, of any size and the contract's dtype. If the graph
   * requires a size, an EnsureShape behind it checks that: TensorFlow would accept others, and
   * repeat the one frame of a short clip 49 times.
   */
  private static NodeDef.Builder placeholder(
      GraphDefEditor editor, Map<String, String> inputs, String name) {
    DataType type =
        name.equals(EncoderSignature.INPUT_VALUES) ? DataType.DT_FLOAT : DataType.DT_INT32;
    NodeDef.Builder node = editor.producer(inputs.get(name));
    if (!node.getOp().startsWith("Placeholder")) {
      throw new IllegalArgumentException("input " + name + " is no placeholder: " + node.getOp());
    }
    DataType found = node.getAttrOrThrow("dtype").getType();
    AttrValue shape = node.getAttrOrDefault("shape", ANY_SIZES);
    boolean fixed = shape.getShape().getDimList().stream().anyMatch(size -> size.getSize() >= 0);
    if (found == type && !fixed) {
      return node;
    }
    if (found == DataType.DT_STRING || !node.getOp().equals("Placeholder")) {
      throw new IllegalArgumentException(
          "input %s: expected %s, found %s".formatted(name, type, found));
    }
    NodeDef.Builder placeholder =
        NodeDef.newBuilder()
            .setName(node.getName() + "/fed")
            .setOp("Placeholder")
            .putAttr("dtype", AttrValue.newBuilder().setType(type).build())
            .putAttr("shape", ANY_SIZES);
    NodeDef.Builder cast = NodeDef.newBuilder().setName(node.getName() + "/cast");
    GraphDefEditor.becomeCast(cast, placeholder.getName(), type, found);
    editor.add(placeholder.build());
    editor.add(cast.build());
    node.setOp("EnsureShape").clearAttr().addInput(cast.getName()).putAttr("shape", shape);
    node.putAttr("T", AttrValue.newBuilder().setType(found).build());
    return editor.producer(placeholder.getName());
  }

  private static void defaultToZeros(GraphDefEditor editor, Map<String, String> inputs) {
    NodeDef.Builder placeholder = editor.producer(inputs.get(EncoderSignature.TOKEN_TYPE_IDS));
    NodeDef zeros =
        NodeDef.newBuilder()
            .setName(placeholder.getName() + "/zeros")
            .setOp("ZerosLike")
            .addInput(inputs.get(EncoderSignature.INPUT_IDS))
            .putAttr("T", placeholder.getAttrOrThrow("dtype"))
            .build();
    editor.add(zeros);
    placeholder.setOp("PlaceholderWithDefault").addInput(zeros.getName());
  }
}

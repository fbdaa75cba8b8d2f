package io.loramer.savedmodels.rewrite;

import static io.loramer.savedmodels.testing.Fixture.floats;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.savedmodels.graph.Variables;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.types.TFloat32;

/** Inlined functions against TensorFlow's own calls of them. */
final class FunctionInliningTest {
  private static final AttrValue FLOAT = type(DataType.DT_FLOAT);
  private static final AttrValue INT = type(DataType.DT_INT32);

  /**
   * {@code outer(x) = (x, indices of the two largest in each row of tanh x, erfc of those two)},
   * the last two by way of {@code inner}, through an IdentityN, waiting for each other.
   */
  private static GraphDef graph() {
    FunctionDef.Builder inner = function("inner", "y");
    addResult(inner, "values", DataType.DT_FLOAT, "top:values:0");
    addResult(inner, "indices", DataType.DT_INT32, "top:indices:0");
    TensorProto.Builder two = TensorProto.newBuilder().setDtype(DataType.DT_INT32).addIntVal(2);
    two.getTensorShapeBuilder();
    inner.addNodeDef(
        node("two", "Const")
            .putAttr("dtype", INT)
            .putAttr("value", AttrValue.newBuilder().setTensor(two).build()));
    inner.addNodeDef(node("top", "TopKV2", "y", "two:output:0").putAttr("T", FLOAT));

    FunctionDef.Builder outer = function("outer", "x");
    addResult(outer, "same", DataType.DT_FLOAT, "x");
    addResult(outer, "indices", DataType.DT_INT32, "both:output:1");
    addResult(outer, "erfc", DataType.DT_FLOAT, "erfc:y:0");
    outer.addNodeDef(node("tanh", "Tanh", "x", "^x").putAttr("T", FLOAT));
    outer.addNodeDef(call("inner", DataType.DT_FLOAT, DataType.DT_INT32).addInput("tanh:y:0"));
    outer.addNodeDef(
        node("both", "IdentityN", "inner:output:0", "inner:output:1", "^inner")
            .putAttr("T", types(DataType.DT_FLOAT, DataType.DT_INT32)));
    outer.addNodeDef(node("erfc", "Erfc", "both:output:0").putAttr("T", FLOAT));

    GraphDef.Builder graph = GraphDef.newBuilder();
    graph.addNode(node("input", "Placeholder").putAttr("dtype", FLOAT));
    graph.addNode(
        call("outer", DataType.DT_FLOAT, DataType.DT_INT32, DataType.DT_FLOAT).addInput("input"));
    graph.getLibraryBuilder().addFunction(inner).addFunction(outer);
    return graph.build();
  }

  private static Map<String, String> inline(GraphDefEditor editor) {
    return FunctionInlining.inline(editor, graph().getLibrary());
  }

  @Test
  void inlinedFunctionsGiveWhatTheirCallsGive() {
    GraphDefEditor editor = new GraphDefEditor(graph().toBuilder().clearLibrary().build());
    Map<String, String> results = inline(editor);
    Map<String, String> moved = DifferentiableOps.rewrite(editor);
    assertEquals("input:0", results.get("outer:0"));
    try (Graph called = new Graph();
        Graph inlined = new Graph();
        TFloat32 input =
            TFloat32.tensorOf(StdArrays.ndCopyOf(new float[][] {{3, -1, .5f}, {-2, .25f, 1.5f}}));
        Result expected = run(called, graph(), input, "outer:1", "outer:2");
        Result actual =
            run(
                inlined,
                editor.toGraphDef(),
                input,
                moved.get(results.get("outer:1")),
                results.get("outer:2"))) {
      assertEquals(expected.get(0), actual.get(0));
      assertArrayEquals(
          floats((TFloat32) expected.get(1)), floats((TFloat32) actual.get(1)), 1e-6f);
    }
  }

  @Test
  void gradientsPassThroughWhatWasInlined() {
    GraphDefEditor editor = new GraphDefEditor(graph().toBuilder().clearLibrary().build());
    Map<String, String> results = inline(editor);
    DifferentiableOps.rewrite(editor);
    try (Graph graph = new Graph();
        Session session = new Session(graph);
        TFloat32 two = TFloat32.tensorOf(StdArrays.ndCopyOf(new float[][] {{.3f, -.8f}}))) {
      graph.importGraphDef(editor.toGraphDef());
      Output<?> values = graph.outputOrThrow("outer/inner/top:0");
      Output<?>[] gradients =
          graph.addGradients(graph.outputOrThrow(results.get("outer:2")), new Output<?>[] {values});
      try (Result result = session.runner().feed(values, two).fetch(gradients[0]).run()) {
        float[] expected = new float[2]; // d erfc(v) / dv
        for (int i = 0; i < 2; i++) {
          double v = two.getFloat(0, i);
          expected[i] = (float) (-2 / Math.sqrt(Math.PI) * Math.exp(-v * v));
        }
        assertArrayEquals(expected, floats((TFloat32) result.get(0)), 1e-6f);
      }
    }
  }

  @Test
  void whatWaitsForACallWaitsForWhatTheFunctionPromisesToRun() {
    FunctionDef.Builder assigning = FunctionDef.newBuilder().putControlRet("done", "assign");
    assigning
        .getSignatureBuilder()
        .setName("assigning")
        .addInputArg(OpDef.ArgDef.newBuilder().setName("handle").setType(DataType.DT_RESOURCE))
        .addInputArg(OpDef.ArgDef.newBuilder().setName("value").setType(DataType.DT_FLOAT));
    assigning.addNodeDef(
        node("assign", "AssignVariableOp", "handle", "value").putAttr("dtype", FLOAT));
    try (Graph graph = new Graph();
        TFloat32 value = TFloat32.vectorOf(5, 7)) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> read = new Variables(graph, 1).frozen("w", Shape.of(2));
      tf.withName("value").placeholder(TFloat32.class);
      GraphDef.Builder calling = graph.toGraphDef().toBuilder();
      calling.addNode(call("assigning").addInput("w").addInput("value"));
      GraphDefEditor editor = new GraphDefEditor(calling.build());
      calling.getLibraryBuilder().addFunction(assigning);
      FunctionInlining.inline(editor, calling.getLibrary());
      try (Graph inlined = new Graph();
          Session other = new Session(inlined)) {
        inlined.importGraphDef(editor.toGraphDef());
        other.runner().feed("value", value).addTarget("assigning").run().close();
        try (Result result = other.runner().fetch(read.op().name()).run()) {
          assertEquals(value, result.get(0));
        }
      }
    }
  }

  @Test
  void callWithTooFewArgumentsIsRefused() {
    GraphDef.Builder graph = graph().toBuilder();
    graph.getNodeBuilder(1).clearInput();
    GraphDefEditor editor = new GraphDefEditor(graph.build());
    var refused = assertThrows(IllegalArgumentException.class, () -> inline(editor));
    assertTrue(refused.getMessage().contains("outer: expected 1 arguments of outer, found 0"));
  }

  private static Result run(Graph graph, GraphDef nodes, TFloat32 input, String... outputs) {
    graph.importGraphDef(nodes);
    try (Session session = new Session(graph)) {
      Session.Runner runner = session.runner().feed("input", input);
      for (String output : outputs) {
        runner.fetch(output);
      }
      return runner.run();
    }
  }

  private static FunctionDef.Builder function(String name, String argument) {
    FunctionDef.Builder function = FunctionDef.newBuilder();
    function
        .getSignatureBuilder()
        .setName(name)
        .addInputArg(OpDef.ArgDef.newBuilder().setName(argument).setType(DataType.DT_FLOAT));
    return function;
  }

  private static void addResult(
      FunctionDef.Builder function, String name, DataType type, String tensor) {
    function.getSignatureBuilder().addOutputArgBuilder().setName(name).setType(type);
    function.putRet(name, tensor);
  }

  private static NodeDef.Builder call(String function, DataType... results) {
    AttrValue.Builder called = AttrValue.newBuilder();
    called.getFuncBuilder().setName(function);
    DataType[] arguments =
        results.length == 0
            ? new DataType[] {DataType.DT_RESOURCE, DataType.DT_FLOAT}
            : new DataType[] {DataType.DT_FLOAT};
    return node(function, "StatefulPartitionedCall")
        .putAttr("f", called.build())
        .putAttr("Tin", types(arguments))
        .putAttr("Tout", types(results));
  }

  private static NodeDef.Builder node(String name, String op, String... inputs) {
    return NodeDef.newBuilder().setName(name).setOp(op).addAllInput(List.of(inputs));
  }

  private static AttrValue type(DataType type) {
    return AttrValue.newBuilder().setType(type).build();
  }

  private static AttrValue types(DataType... types) {
    AttrValue.Builder value = AttrValue.newBuilder();
    for (DataType type : types) {
      value.getListBuilder().addType(type);
    }
    return value.build();
  }
}

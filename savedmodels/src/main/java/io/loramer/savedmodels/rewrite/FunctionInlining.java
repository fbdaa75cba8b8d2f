package io.loramer.savedmodels.rewrite;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.FunctionDefLibrary;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

/**
 * Replaces function calls by the functions' bodies. TensorFlow 2 exports a graph of variables and
 * one call; all other nodes are in nested functions, where LoRA cannot be injected.
 *
 * <p>A body's nodes get the call's name as a prefix. The call itself becomes a {@code NoOp} of the
 * same name with control inputs from the nodes that the function always runs, so control inputs and
 * targets that name the call stay valid.
 *
 * @see <a
 *     href="https://github.com/tensorflow/tensorflow/blob/v2.18.0/tensorflow/core/framework/function.proto">function.proto,
 *     on how bodies name tensors</a>
 */
public final class FunctionInlining {
  private static final Set<String> CALLS = Set.of("PartitionedCall", "StatefulPartitionedCall");

  /** Exports of TensorFlow nest three to five deep; a limit keeps the names short. */
  private static final int MAX_DEPTH = 64;

  /** HuBERT large has about 12,000; functions that each call another twice could need 2^64. */
  private static final int MAX_NODES = 100_000;

  /**
   * The limit on what inlining adds to the functions' size. Names grow with the depth, by a few MB
   * in all; a large constant in a function that is called often has no limit of its own.
   */
  private static final long MAX_GROWTH_BYTES = 64L << 20;

  private final GraphDefEditor graph;
  private long bytesLeft;
  private final Map<String, FunctionDef> library = new HashMap<>();
  private final Map<String, String> results = new HashMap<>();

  private FunctionInlining(GraphDefEditor graph, FunctionDefLibrary library) {
    this.graph = graph;
    bytesLeft = MAX_GROWTH_BYTES + library.getSerializedSize();
    library.getFunctionList().forEach(f -> this.library.put(f.getSignature().getName(), f));
  }

  /**
   * Inlines every call in a graph.
   *
   * @return the tensor that replaces each output of a call
   * @throws IllegalArgumentException if a function is missing, calls itself or is malformed
   */
  public static Map<String, String> inline(GraphDefEditor graph, FunctionDefLibrary library) {
    FunctionInlining inlining = new FunctionInlining(graph, library);
    for (NodeDef.Builder node : List.copyOf(graph.nodes())) {
      if (CALLS.contains(node.getOp())) {
        inlining.inline(node, List.of());
      }
    }
    return graph.redirect(inlining.results);
  }

  private void inline(NodeDef.Builder call, List<String> callers) {
    FunctionDef function = function(call, callers);
    List<String> inner = new ArrayList<>(callers);
    inner.add(function.getSignature().getName());
    Body body = new Body(call, function);
    for (NodeDef node : function.getNodeDefList()) {
      add(body.translate(node));
    }
    for (int i = 0; i < function.getSignature().getOutputArgCount(); i++) {
      results.put(call.getName() + ":" + i, body.result(i));
    }
    body.replaceCall();
    for (NodeDef node : function.getNodeDefList()) {
      if (CALLS.contains(node.getOp())) {
        inline(graph.producer(body.name(node.getName())), inner);
      }
    }
  }

  private void add(NodeDef node) {
    graph.add(node);
    bytesLeft -= node.getSerializedSize();
    if (graph.nodes().size() > MAX_NODES || bytesLeft < 0) {
      throw new IllegalArgumentException(
          "its functions have more than %,d nodes when inlined, or grow by more than %d MB"
              .formatted(MAX_NODES, MAX_GROWTH_BYTES >> 20));
    }
  }

  private FunctionDef function(NodeDef.Builder call, List<String> callers) {
    String name = call.getAttrOrThrow("f").getFunc().getName();
    FunctionDef function = library.get(name);
    if (function == null) {
      throw new IllegalArgumentException(
          call.getName() + " calls the function " + name + ", which the SavedModel lacks");
    }
    if (callers.contains(name) || callers.size() == MAX_DEPTH) {
      throw new IllegalArgumentException(
          "%s calls itself, or functions nest deeper than %d".formatted(name, MAX_DEPTH));
    }
    if (function.getSignature().getAttrCount() > 0) {
      throw new IllegalArgumentException(
          "function " + name + " has attributes; TensorFlow 2's functions have none");
    }
    return function;
  }

  /** A function's body under the name of a call. */
  private static final class Body {
    private final NodeDef.Builder call;
    private final FunctionDef function;
    private final Map<String, String> arguments = new HashMap<>();
    private final Map<String, NodeDef> nodes;
    private final List<String> callWaitsFor;

    Body(NodeDef.Builder call, FunctionDef function) {
      this.call = call;
      this.function = function;
      nodes =
          function.getNodeDefList().stream()
              .collect(Collectors.toMap(NodeDef::getName, node -> node, (first, second) -> second));
      List<String> given =
          call.getInputList().stream().filter(i -> !GraphDefEditor.isControl(i)).toList();
      callWaitsFor = call.getInputList().stream().filter(GraphDefEditor::isControl).toList();
      List<OpDef.ArgDef> expected = function.getSignature().getInputArgList();
      if (given.size() != expected.size()) {
        throw new IllegalArgumentException(
            "%s: expected %d arguments of %s, found %d"
                .formatted(
                    call.getName(),
                    expected.size(),
                    function.getSignature().getName(),
                    given.size()));
      }
      for (int i = 0; i < given.size(); i++) {
        arguments.put(expected.get(i).getName(), given.get(i));
      }
    }

    String name(String node) {
      return call.getName() + "/" + node;
    }

    NodeDef translate(NodeDef node) {
      NodeDef.Builder translated = node.toBuilder().setName(name(node.getName())).clearInput();
      boolean startsBody = true;
      for (String input : node.getInputList()) {
        startsBody &= arguments.containsKey(input);
        translated.addInput(GraphDefEditor.isControl(input) ? control(input) : tensor(input));
      }
      if (startsBody) {
        translated.addAllInput(callWaitsFor);
      }
      // TensorFlow's internal attributes: inferred shapes, colocation by names within the body.
      node.getAttrMap().keySet().stream()
          .filter(attribute -> attribute.startsWith("_"))
          .forEach(translated::removeAttr);
      if (node.getDevice().isEmpty()) {
        translated.setDevice(call.getDevice());
      }
      return translated.build();
    }

    String result(int i) {
      String name = function.getSignature().getOutputArg(i).getName();
      return tensor(function.getRetOrThrow(name));
    }

    void replaceCall() {
      call.setOp("NoOp").clearAttr().clearInput().addAllInput(callWaitsFor);
      function.getControlRetMap().values().forEach(node -> call.addInput("^" + name(node)));
    }

    private String control(String input) {
      String node = input.substring(1);
      String argument = arguments.get(node);
      return "^" + (argument == null ? name(node) : GraphDefEditor.nodeName(argument));
    }

    /** Translates {@code argument} or {@code node:output:place}. */
    private String tensor(String input) {
      String argument = arguments.get(input);
      if (argument != null) {
        return argument;
      }
      String[] parts = input.split(":", -1);
      NodeDef node = nodes.get(parts[0]);
      boolean placed = parts.length == 3 && parts[2].matches("[0-9]{1,6}");
      if (node == null || !(parts.length == 2 || placed)) {
        throw new IllegalArgumentException(
            "function %s has no tensor %s".formatted(function.getSignature().getName(), input));
      }
      long place = placed ? Integer.parseInt(parts[2]) : 0;
      // GraphCheck later reports all ops that are not registered.
      boolean registered = RegisteredOps.find(node.getOp()).isPresent();
      return name(parts[0])
          + ":"
          + (registered ? RegisteredOps.place(node, parts[1], place) : place);
    }
  }
}

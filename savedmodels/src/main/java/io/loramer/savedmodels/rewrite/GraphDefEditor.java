package io.loramer.savedmodels.rewrite;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.NodeDefOrBuilder;
import org.tensorflow.proto.TensorProto;

/**
 * Edits a graph before its import. TensorFlow can only add nodes to an imported graph, not
 * reconnect the inputs of its ops.
 *
 * <p>Tensors are named {@code node}, for output 0, or {@code node:output}; a control input is
 * {@code ^node}.
 */
public final class GraphDefEditor {
  private final GraphDef original;
  private final Map<String, NodeDef.Builder> nodes = new LinkedHashMap<>();
  private final List<FunctionDef> functions = new ArrayList<>();

  public GraphDefEditor(GraphDef graph) {
    original = graph;
    graph.getNodeList().forEach(this::add);
  }

  public Collection<NodeDef.Builder> nodes() {
    return nodes.values();
  }

  /**
   * Returns the node that computes an input, or that a control input names.
   *
   * @throws IllegalArgumentException if the graph has no such node
   */
  public NodeDef.Builder producer(String input) {
    NodeDef.Builder node = nodes.get(nodeName(input));
    if (node == null) {
      throw new IllegalArgumentException("graph has no node " + nodeName(input));
    }
    return node;
  }

  /** Returns the BiasAdd that is the only reader of a node, or else the node itself. */
  public String withBias(String node) {
    List<NodeDef.Builder> readers =
        nodes.values().stream()
            .filter(other -> other.getInputList().stream().anyMatch(i -> nodeName(i).equals(node)))
            .toList();
    boolean biased = readers.size() == 1 && readers.get(0).getOp().equals("BiasAdd");
    return biased ? readers.get(0).getName() : node;
  }

  /** Returns the nodes that have an input or control input from a node, by that node's name. */
  public Map<String, List<NodeDef.Builder>> readers() {
    Map<String, List<NodeDef.Builder>> readers = new HashMap<>();
    for (NodeDef.Builder node : nodes.values()) {
      node.getInputList().stream()
          .map(GraphDefEditor::nodeName)
          .distinct()
          .forEach(name -> readers.computeIfAbsent(name, n -> new ArrayList<>()).add(node));
    }
    return readers;
  }

  /**
   * Returns the tensor from which an output is passed on by Identity nodes, or the output itself.
   */
  public String passedOn(String output) {
    String end = output;
    Set<String> passed = new HashSet<>();
    while (producer(end).getOp().equals("Identity") && passed.add(end)) {
      end = producer(end).getInput(0);
    }
    return end;
  }

  /** Returns the values of an integer constant; empty if the input is not a constant. */
  public List<Long> integers(String input) {
    NodeDef.Builder node = producer(input);
    if (!node.getOp().equals("Const")) {
      return List.of();
    }
    TensorProto value = node.getAttrOrThrow("value").getTensor();
    boolean wide = value.getDtype() == DataType.DT_INT64;
    if (value.getTensorContent().isEmpty()) {
      return wide
          ? value.getInt64ValList()
          : value.getIntValList().stream().map(Integer::longValue).toList();
    }
    List<Long> integers = new ArrayList<>();
    ByteBuffer content =
        value.getTensorContent().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    while (content.remaining() >= (wide ? Long.BYTES : Integer.BYTES)) {
      integers.add(wide ? content.getLong() : content.getInt());
    }
    return integers;
  }

  public boolean contains(String name) {
    return nodes.containsKey(name);
  }

  /**
   * Adds a node.
   *
   * @throws IllegalArgumentException if the graph has a node of that name
   */
  public void add(NodeDef node) {
    if (nodes.putIfAbsent(node.getName(), node.toBuilder()) != null) {
      throw new IllegalArgumentException("graph has a node " + node.getName() + " already");
    }
  }

  /** Adds functions to the graph's library; their names must be new. */
  public void addFunctions(Collection<FunctionDef> added) {
    functions.addAll(added);
  }

  /**
   * Adds the nodes and functions of another graph.
   *
   * @param names new names of nodes of that graph; the other nodes keep their names
   * @param isStandIn whether a node stands for one that this graph has already, and is not added
   */
  public void splice(GraphDef other, Map<String, String> names, Predicate<NodeDef> isStandIn) {
    functions.addAll(other.getLibrary().getFunctionList());
    for (NodeDef node : other.getNodeList()) {
      if (!isStandIn.test(node)) {
        NodeDef.Builder taken = node.toBuilder();
        taken.setName(names.getOrDefault(node.getName(), node.getName()));
        for (int i = 0; i < node.getInputCount(); i++) {
          taken.setInput(i, renamed(node.getInput(i), names));
        }
        add(taken.build());
      }
    }
  }

  private static String renamed(String input, Map<String, String> names) {
    String node = nodeName(input);
    return input.replace(node, names.getOrDefault(node, node));
  }

  /** Replaces output 0 of one node by that of another as an input of all nodes. */
  public void redirect(String from, String to) {
    for (NodeDef.Builder node : nodes.values()) {
      for (int i = 0; i < node.getInputCount(); i++) {
        if (node.getInput(i).equals(from) || node.getInput(i).equals(from + ":0")) {
          node.setInput(i, to);
        }
      }
    }
  }

  /**
   * Replaces outputs ({@code node:output}) as inputs of all nodes. A replacement may be replaced
   * itself.
   *
   * @return the final replacement of each output
   */
  public Map<String, String> redirect(Map<String, String> outputs) {
    Map<String, String> ends = new LinkedHashMap<>();
    for (String output : outputs.keySet()) {
      Set<String> passed = new HashSet<>();
      String end = output;
      while (outputs.containsKey(end)) {
        if (!passed.add(end)) {
          throw new IllegalArgumentException(output + " is computed from itself");
        }
        end = withPlace(outputs.get(end));
      }
      ends.put(output, end);
    }
    for (NodeDef.Builder node : nodes.values()) {
      for (int i = 0; i < node.getInputCount(); i++) {
        String end = ends.get(withPlace(node.getInput(i)));
        if (end != null) {
          node.setInput(i, end);
        }
      }
    }
    return ends;
  }

  /** Removes nodes that have no outputs, and the control inputs from them. */
  public void remove(Predicate<NodeDef.Builder> unwanted) {
    Set<String> removed = new HashSet<>();
    nodes.values().removeIf(node -> unwanted.test(node) && removed.add("^" + node.getName()));
    for (NodeDef.Builder node : nodes.values()) {
      List<String> inputs = List.copyOf(node.getInputList());
      node.clearInput().addAllInput(inputs.stream().filter(i -> !removed.contains(i)).toList());
    }
  }

  /** Removes the assignments of variables that these outputs do not read. */
  public void removeAssignmentsOfUnread(Collection<String> outputs) {
    Set<String> read = neededBy(outputs);
    remove(
        node ->
            node.getOp().equals("AssignVariableOp")
                && node.getInputCount() > 0
                && !read.contains(nodeName(node.getInput(0))));
  }

  /** Removes every node that these outputs do not depend on. */
  public void keepOnly(Collection<String> outputs) {
    nodes.keySet().retainAll(neededBy(outputs));
  }

  /** Returns the names of the nodes that these outputs depend on, their own included. */
  public Set<String> neededBy(Collection<String> outputs) {
    return neededBy(outputs, Set.of());
  }

  /**
   * Returns the names of the nodes that these outputs depend on if some nodes are fed.
   *
   * @param fed names of nodes; they and what only they depend on are left out
   */
  public Set<String> neededBy(Collection<String> outputs, Set<String> fed) {
    Set<String> needed = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(outputs);
    while (!open.isEmpty()) {
      NodeDef.Builder node = producer(open.pop());
      if (!fed.contains(node.getName()) && needed.add(node.getName())) {
        open.addAll(node.getInputList());
      }
    }
    return needed;
  }

  /** Turns a node into a cast of an input. */
  public static void becomeCast(NodeDef.Builder node, String input, DataType from, DataType to) {
    node.setOp("Cast")
        .clearInput()
        .addInput(input)
        .clearAttr()
        .putAttr("SrcT", AttrValue.newBuilder().setType(from).build())
        .putAttr("DstT", AttrValue.newBuilder().setType(to).build());
  }

  /**
   * Gives each variable a unique shared name: the one it has, or its node's name if it has none,
   * has one that another variable has too, or has a mere number, which is TensorFlow's count of
   * objects and may be the same in two SavedModels.
   */
  public void nameVariables() {
    Set<String> taken = new HashSet<>();
    for (NodeDef.Builder node : nodes.values()) {
      if (node.getOp().equals("VarHandleOp")) {
        String name = sharedName(node);
        boolean unusable = name.matches("[0-9]*") || !taken.add(name);
        setSharedName(node, unusable ? node.getName() : name);
      }
    }
  }

  /** Puts a prefix before the shared name of every variable. */
  public void prefixSharedNames(String prefix) {
    for (NodeDef.Builder node : nodes.values()) {
      if (node.getOp().equals("VarHandleOp")) {
        setSharedName(node, prefix + sharedName(node));
      }
    }
  }

  /** Returns the variables by the names of their nodes. */
  public Map<String, NodeDef> variables() {
    Map<String, NodeDef> variables = new LinkedHashMap<>();
    for (NodeDef.Builder node : nodes.values()) {
      if (node.getOp().equals("VarHandleOp")) {
        variables.put(node.getName(), node.build());
      }
    }
    return variables;
  }

  /** Returns the name of a node that reads a variable; adds such a node if there is none. */
  public String ensureRead(String variable) {
    for (NodeDef.Builder node : nodes.values()) {
      if (node.getOp().equals("ReadVariableOp") && nodeName(node.getInput(0)).equals(variable)) {
        return node.getName();
      }
    }
    NodeDef read =
        NodeDef.newBuilder()
            .setName(variable + "/read")
            .setOp("ReadVariableOp")
            .addInput(variable)
            .putAttr("dtype", producer(variable).getAttrOrThrow("dtype"))
            .build();
    add(read);
    return read.getName();
  }

  /** Returns a tensor's name with its output index: {@code node:0} for {@code node}. */
  public static String withPlace(String output) {
    return output.contains(":") || isControl(output) ? output : output + ":0";
  }

  /** Returns a boolean attribute; SavedModels may leave out one that is false. */
  public static boolean flag(NodeDefOrBuilder node, String name) {
    return node.getAttrOrDefault(name, AttrValue.getDefaultInstance()).getB();
  }

  public static boolean isControl(String input) {
    return input.startsWith("^");
  }

  public static String sharedName(NodeDefOrBuilder variable) {
    return variable
        .getAttrOrDefault("shared_name", AttrValue.getDefaultInstance())
        .getS()
        .toStringUtf8();
  }

  private static void setSharedName(NodeDef.Builder variable, String name) {
    ByteString bytes = ByteString.copyFromUtf8(name);
    variable.putAttr("shared_name", AttrValue.newBuilder().setS(bytes).build());
  }

  public GraphDef toGraphDef() {
    GraphDef.Builder edited = original.toBuilder().clearNode();
    nodes.values().forEach(edited::addNode);
    edited.getLibraryBuilder().addAllFunction(functions);
    return edited.build();
  }

  public static String nodeName(String input) {
    String name = isControl(input) ? input.substring(1) : input;
    int colon = name.indexOf(':');
    return colon < 0 ? name : name.substring(0, colon);
  }
}

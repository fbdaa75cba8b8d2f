package io.loramer.savedmodels;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.NodeDefOrBuilder;

/**
 * Rewrites a graph before it is imported. (An imported graph can only grow: TensorFlow lets nobody
 * reconnect the inputs of its ops.)
 */
final class GraphDefEditor {
  private final GraphDef original;
  private final Map<String, NodeDef.Builder> nodes = new LinkedHashMap<>();
  private final List<FunctionDef> functions = new ArrayList<>();

  GraphDefEditor(GraphDef graph) {
    original = graph;
    graph.getNodeList().forEach(node -> nodes.put(node.getName(), node.toBuilder()));
  }

  Collection<NodeDef.Builder> nodes() {
    return nodes.values();
  }

  /** Returns the node that an input comes from, control inputs included. */
  NodeDef.Builder producer(String input) {
    NodeDef.Builder node = nodes.get(nodeName(input));
    if (node == null) {
      throw new IllegalArgumentException("graph has no node " + input);
    }
    return node;
  }

  boolean contains(String name) {
    return nodes.containsKey(name);
  }

  /** Adds a node; its name must be new. */
  void add(NodeDef node) {
    if (nodes.putIfAbsent(node.getName(), node.toBuilder()) != null) {
      throw new IllegalArgumentException("graph has a node " + node.getName() + " already");
    }
  }

  /**
   * Adds the nodes and functions of another graph.
   *
   * @param names what a node of that graph is called here; one that is not named keeps its name
   * @param isStandIn tells the nodes that stand for ones that are here already, and stay out
   */
  void splice(GraphDef other, Map<String, String> names, Predicate<NodeDef> isStandIn) {
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

  /** Lets everything that reads output 0 of one node read that of another. */
  void redirect(String from, String to) {
    for (NodeDef.Builder node : nodes.values()) {
      for (int i = 0; i < node.getInputCount(); i++) {
        if (node.getInput(i).equals(from) || node.getInput(i).equals(from + ":0")) {
          node.setInput(i, to);
        }
      }
    }
  }

  /**
   * Returns the variable whose value an input is, if nothing but reading, casting and passing on
   * lies between.
   */
  Optional<NodeDef.Builder> variableRead(String input) {
    NodeDef.Builder node = producer(input);
    return switch (node.getOp()) {
      case "VarHandleOp" -> Optional.of(node);
      case "ReadVariableOp", "Identity", "Cast" -> variableRead(node.getInput(0));
      default -> Optional.empty();
    };
  }

  /** Drops every node that none of these needs. */
  void keepOnly(Collection<String> outputs) {
    Set<String> needed = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(outputs);
    while (!open.isEmpty()) {
      NodeDef.Builder node = producer(open.pop());
      if (needed.add(node.getName())) {
        open.addAll(node.getInputList());
      }
    }
    nodes.keySet().retainAll(needed);
  }

  /** Puts a prefix before the shared name of every variable. */
  void prefixSharedNames(String prefix) {
    for (NodeDef.Builder node : nodes.values()) {
      if (node.getOp().equals("VarHandleOp")) {
        ByteString name = ByteString.copyFromUtf8(prefix + sharedName(node));
        node.putAttr("shared_name", AttrValue.newBuilder().setS(name).build());
      }
    }
  }

  /** Returns the variables by the names of their nodes. */
  Map<String, NodeDef> variables() {
    Map<String, NodeDef> variables = new LinkedHashMap<>();
    for (NodeDef.Builder node : nodes.values()) {
      if (node.getOp().equals("VarHandleOp")) {
        variables.put(node.getName(), node.build());
      }
    }
    return variables;
  }

  /** Returns the name of a node that reads a variable, which is made if there is none. */
  String ensureRead(String variable) {
    for (NodeDef.Builder node : nodes.values()) {
      if (node.getOp().equals("ReadVariableOp") && node.getInput(0).equals(variable)) {
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

  static String sharedName(NodeDefOrBuilder variable) {
    return variable.getAttrOrThrow("shared_name").getS().toStringUtf8();
  }

  GraphDef toGraphDef() {
    GraphDef.Builder edited = original.toBuilder().clearNode();
    nodes.values().forEach(edited::addNode);
    edited.getLibraryBuilder().addAllFunction(functions);
    return edited.build();
  }

  private static String nodeName(String input) {
    String name = input.startsWith("^") ? input.substring(1) : input;
    int colon = name.indexOf(':');
    return colon < 0 ? name : name.substring(0, colon);
  }
}

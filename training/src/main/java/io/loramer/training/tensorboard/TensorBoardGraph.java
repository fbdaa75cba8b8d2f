package io.loramer.training.tensorboard;

import io.loramer.model.head.Modality;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.proto.DeviceStepStats;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.NodeExecStats;
import org.tensorflow.proto.RunMetadata;

/**
 * The graph of a training step for TensorBoard: its nodes only, in scopes like the paper's boxes.
 *
 * <pre>
 *   audio, text                       input, encoder, pooling, projection
 *   fusion, classifier, mine, loss
 *   optimizer                         the learning rate, Adam and its moments
 *   optimizer/gradients/SCOPE         the gradients of the nodes in SCOPE
 * </pre>
 *
 * <p>Only the names differ from the graph that runs, in which TensorFlow numbers the nodes of
 * gradients consecutively and names a scope that is entered twice {@code text_1}.
 */
public final class TensorBoardGraph {
  /** TensorFlow's prefix for the nodes of gradients. */
  private static final String GRADIENTS = "gradients/";

  private final GraphDef original;
  private final Map<String, NodeDef> nodes = new LinkedHashMap<>();
  private final Map<String, String> names = new HashMap<>();
  private final Set<String> taken = new HashSet<>();

  /**
   * Selects and renames the nodes that a step needs.
   *
   * @param ends names of the nodes that a step runs
   */
  public TensorBoardGraph(GraphDef graph, Collection<String> ends) {
    original = graph;
    Set<String> needed = neededBy(graph, ends);
    for (NodeDef node : graph.getNodeList()) {
      if (needed.contains(node.getName())) {
        nodes.put(node.getName(), node);
      }
    }
    for (String name : nodes.keySet()) {
      if (!name.startsWith(GRADIENTS)) {
        name(name, forward(name));
      }
    }
    gradientScopes()
        .forEach(
            (name, scope) ->
                name(
                    name,
                    "optimizer/gradients/"
                        + scope
                        + name.substring(GRADIENTS.length()).replace('/', '_')));
  }

  private static Set<String> neededBy(GraphDef graph, Collection<String> ends) {
    Map<String, NodeDef> all = new HashMap<>();
    graph.getNodeList().forEach(node -> all.put(node.getName(), node));
    Set<String> needed = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(ends);
    while (!open.isEmpty()) {
      String name = open.pop();
      if (needed.add(name)) {
        all.get(name).getInputList().forEach(input -> open.add(producer(input)));
      }
    }
    return needed;
  }

  private void name(String node, String wanted) {
    String free = wanted;
    for (int i = 1; !taken.add(free); i++) {
      free = wanted + "_" + i;
    }
    names.put(node, free);
  }

  private static String forward(String name) {
    String scoped = name;
    for (Modality modality : Modality.values()) {
      scoped = scoped.replaceFirst("^" + modality.scope() + "_[0-9]+/", modality.scope() + "/");
    }
    return scoped
        .replaceFirst("^train/", "optimizer/")
        .replaceFirst("^labels$", "loss/labels")
        .replaceFirst("^shuffle$", "mine/shuffle")
        .replaceFirst("^([^.]*(projection|classifier|mine))\\.([0-9]+)/", "$1/$3/");
  }

  /**
   * Returns the scope of each gradient node: that of a forward node among its inputs or, without
   * one, that of a node that it feeds.
   */
  private Map<String, String> gradientScopes() {
    Map<String, String> scopes = new LinkedHashMap<>();
    List<NodeDef> backwards = new ArrayList<>();
    for (NodeDef node : nodes.values()) {
      if (node.getName().startsWith(GRADIENTS)) {
        scopes.put(node.getName(), scopeOfInputs(node, scopes));
      }
      backwards.add(node);
    }
    Collections.reverse(backwards); // so that a node's scope is known before that of its inputs
    for (NodeDef reader : backwards) {
      for (String input : reader.getInputList()) {
        String scope = scopes.getOrDefault(reader.getName(), "");
        scopes.replace(producer(input), "", scope);
      }
    }
    return scopes;
  }

  private String scopeOfInputs(NodeDef node, Map<String, String> scopes) {
    String scope = "";
    for (String input : node.getInputList()) {
      String producer = producer(input);
      if (!producer.startsWith(GRADIENTS)) {
        String name = names.get(producer);
        return name.substring(0, name.lastIndexOf('/') + 1);
      }
      scope = scopes.getOrDefault(producer, scope); // the last input's, the shape of a forward node
    }
    return scope;
  }

  /** Returns the graph with the new names. */
  public GraphDef graph() {
    GraphDef.Builder readable = original.toBuilder().clearNode();
    for (NodeDef node : nodes.values()) {
      NodeDef.Builder renamed = node.toBuilder().setName(names.get(node.getName()));
      for (int i = 0; i < node.getInputCount(); i++) {
        String input = node.getInput(i);
        String producer = producer(input);
        renamed.setInput(i, input.replace(producer, names.get(producer)));
      }
      readable.addNode(renamed);
    }
    return readable.build();
  }

  /** Returns a trace with this graph's names in place of those of the graph that ran. */
  public RunMetadata readable(RunMetadata trace) {
    RunMetadata.Builder readable = trace.toBuilder();
    for (DeviceStepStats.Builder device : readable.getStepStatsBuilder().getDevStatsBuilderList()) {
      for (NodeExecStats.Builder node : device.getNodeStatsBuilderList()) {
        node.setNodeName(names.getOrDefault(node.getNodeName(), node.getNodeName()));
      }
    }
    return readable.build();
  }

  /** Returns the name of the node in an input such as {@code node:1} or {@code ^node}. */
  private static String producer(String input) {
    String name = input.startsWith("^") ? input.substring(1) : input;
    int colon = name.indexOf(':');
    return colon < 0 ? name : name.substring(0, colon);
  }
}

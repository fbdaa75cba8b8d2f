package io.loramer.tools.inspect;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.loramer.recognition.EmotionModelInfo;
import io.loramer.savedmodels.MetaGraph;
import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.files.Json;
import io.loramer.savedmodels.imports.EncoderSavedModel;
import io.loramer.training.run.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorShapeProto;

/**
 * A scope of a graph with its nested scopes.
 *
 * @param ops the number of ops in it and in its nested scopes
 * @param parameters the number of elements of its variables, those of the optimiser included
 * @param scopes the nested scopes in the order of the graph
 */
record GraphScope(String name, long ops, long parameters, List<GraphScope> scopes) {
  /**
   * Reads the graph of an encoder SavedModel, an emotion SavedModel or a run.
   *
   * @param depth the depth of the nested scopes
   * @throws IOException if there is no graph
   */
  static GraphScope read(Path path, int depth) throws IOException {
    return of("(all)", nodes(graph(path)), depth);
  }

  private static GraphDef graph(Path path) throws IOException {
    if (Files.exists(path.resolve("config.yaml"))) {
      return new RunFolder(path).readGraph();
    }
    SavedModelFolder model = SavedModelFolder.open(path);
    return Files.exists(model.asset(EmotionModelInfo.FILE))
        ? model.metaGraph(MetaGraph.SERVE).orElseThrow().getGraphDef()
        : EncoderSavedModel.of(model).graphDef();
  }

  /** Returns the number of parameters of each node by its name. */
  private static Map<String, Long> nodes(GraphDef graph) {
    Map<String, Long> nodes = new LinkedHashMap<>();
    for (NodeDef node : graph.getNodeList()) {
      boolean variable = node.getOp().equals("VarHandleOp");
      nodes.put(node.getName(), variable ? elements(node.getAttrOrThrow("shape").getShape()) : 0L);
    }
    return nodes;
  }

  private static long elements(TensorShapeProto shape) {
    return shape.getDimList().stream()
        .mapToLong(TensorShapeProto.Dim::getSize)
        .reduce(1, (a, b) -> a * b);
  }

  /**
   * Groups nodes by their scopes.
   *
   * @param nodes the parameters of each node by its name within this scope
   */
  private static GraphScope of(String name, Map<String, Long> nodes, int depth) {
    Map<String, Map<String, Long>> within = new LinkedHashMap<>();
    nodes.forEach(
        (node, parameters) -> {
          int slash = node.indexOf('/');
          if (slash > 0) {
            within
                .computeIfAbsent(node.substring(0, slash), scope -> new LinkedHashMap<>())
                .put(node.substring(slash + 1), parameters);
          }
        });
    // A variable is both a node and, with the nodes that read it, a scope.
    within.forEach(
        (scope, children) -> {
          if (nodes.containsKey(scope)) {
            children.put("", nodes.get(scope));
          }
        });
    List<GraphScope> scopes = new ArrayList<>();
    if (depth > 0) {
      within.forEach((scope, children) -> scopes.add(of(scope, children, depth - 1)));
    }
    long parameters = nodes.values().stream().mapToLong(Long::longValue).sum();
    return new GraphScope(name, nodes.size(), parameters, scopes);
  }

  /** Returns the scopes as JSON. */
  String json() throws JsonProcessingException {
    return Json.TREE.writerWithDefaultPrettyPrinter().writeValueAsString(this);
  }

  /** Returns a line per scope, indented. */
  @Override
  public String toString() {
    int width = width("");
    StringBuilder text = new StringBuilder(line(width, "scope", "ops", "parameters"));
    append(text, width, "");
    return text.toString().stripTrailing();
  }

  private int width(String indent) {
    return scopes.stream()
        .mapToInt(scope -> scope.width(indent + "  "))
        .reduce(indent.length() + name.length(), Math::max);
  }

  private void append(StringBuilder text, int width, String indent) {
    String values = parameters == 0 ? "" : String.format(Locale.ROOT, "%,d", parameters);
    text.append(line(width, indent + name, String.format(Locale.ROOT, "%,d", ops), values));
    scopes.forEach(scope -> scope.append(text, width, indent + "  "));
  }

  private static String line(int width, String name, String ops, String parameters) {
    return String.format("%-" + width + "s %8s %14s", name, ops, parameters).stripTrailing() + "\n";
  }
}

package io.loramer.savedmodels.lora;

import io.loramer.savedmodels.graph.Dropout;
import io.loramer.savedmodels.graph.Variables;
import io.loramer.savedmodels.rewrite.GraphDefEditor;
import io.loramer.savedmodels.rewrite.LinearKernel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * Injects LoRA into an encoder's graph: every {@code MatMul} that reads a target's kernel gets a
 * low-rank bypass.
 *
 * <pre>
 *   x ──► MatMul(W0) ──► bias, if any ────────► + ──► the readers of the bias, or of the MatMul
 *   └──► dropout ──► A ──► · alpha/rank ──► B ──┘
 * </pre>
 *
 * The bypass is added behind the bias, so that TensorFlow still fuses the bias with the MatMul.
 *
 * <p>The bypasses are built in a graph of their own, whose nodes are then added to the encoder's.
 */
public final class LoraInjection {
  /** Placeholders in the bypasses' graph for the input and the output of the MatMul. */
  private static final String INPUT = "input";

  private static final String BASE = "base";

  /** A MatMul that reads the kernel of a module. */
  private record Site(NodeDef.Builder matMul, LoraTarget target) {
    String scope() {
      return Variables.path(target.module()) + "/lora";
    }
  }

  private final GraphDefEditor graph;
  private final LoraConfig config;
  private final boolean training;

  private LoraInjection(GraphDefEditor graph, LoraConfig config, boolean training) {
    this.graph = graph;
    this.config = config;
    this.training = training;
  }

  /**
   * Adds a bypass to every MatMul of every target.
   *
   * @param training whether x passes through dropout, seeded by the graph's {@link Dropout#SEED}
   * @return the targets, in the order of the graph
   * @throws IllegalArgumentException if a target matches no linear map; the message lists them all
   */
  public static List<LoraTarget> inject(GraphDefEditor graph, LoraConfig config, boolean training) {
    return new LoraInjection(graph, config, training).inject();
  }

  /** Returns all linear maps that can be targets, in the order of the graph. */
  public static List<LoraTarget> linearMaps(GraphDefEditor graph) {
    return sites(graph).stream().map(Site::target).distinct().toList();
  }

  private List<LoraTarget> inject() {
    List<Site> sites = findSites();
    try (Graph bypasses = new Graph()) {
      Ops tf = Ops.create(bypasses);
      Dropout dropout =
          training
              ? Dropout.seededBy(tf.withName(Dropout.SEED).placeholder(TInt64.class))
              : Dropout.none();
      Variables variables =
          new Variables(bypasses, 0); // initialised in the graph that they are imported into
      Map<LoraTarget, Matrices> matrices = new LinkedHashMap<>();
      List<String> sums = new ArrayList<>();
      for (int i = 0; i < sites.size(); i++) {
        LoraTarget target = sites.get(i).target();
        Matrices ab = matrices.computeIfAbsent(target, t -> Matrices.create(variables, t, config));
        float scaling = config.scaling(target.module());
        sums.add(bypass(tf.withSubScope("site" + i), ab, scaling, dropout));
      }
      takeOver(bypasses, sites, sums);
      return List.copyOf(matrices.keySet());
    }
  }

  /** A [rank, in] and B [out, rank] of a target. */
  private record Matrices(Operand<TFloat32> a, Operand<TFloat32> b) {
    static Matrices create(Variables variables, LoraTarget target, LoraConfig config) {
      int rank = config.rank(target.module());
      return new Matrices(
          variables.frozen(target.loraA(), Shape.of(rank, target.in())),
          variables.frozen(target.loraB(), Shape.of(target.out(), rank)));
    }
  }

  /** Builds {@code base + scaling · B A dropout(x)} on rows, and returns the sum's name. */
  private String bypass(Ops tf, Matrices matrices, float scaling, Dropout dropout) {
    var base = tf.withName(BASE).placeholder(TFloat32.class); // [N, out]
    var x = tf.withName(INPUT).placeholder(TFloat32.class); // [N, in]
    var transposed = MatMul.transposeB(true);
    var dropped = dropout.apply(tf, x, config.dropout());
    var down = tf.withName("A").linalg.matMul(dropped, matrices.a, transposed); // [N, rank]
    var scaled = tf.math.mul(down, tf.constant(scaling)); // here, where the tensor is small
    var up = tf.withName("B").linalg.matMul(scaled, matrices.b, transposed); // [N, out]
    return tf.withName("sum").math.add(base, up).op().name();
  }

  private void takeOver(Graph bypasses, List<Site> sites, List<String> sums) {
    Map<String, String> names = new LinkedHashMap<>(); // in the bypasses' graph, in the encoder's
    for (int i = 0; i < sites.size(); i++) {
      Site site = sites.get(i);
      names.put("site" + i + "/" + INPUT, site.matMul.getInput(0));
      names.put("site" + i + "/" + BASE, graph.withBias(site.matMul.getName()));
    }
    GraphDef nodes = bypasses.toGraphDef();
    for (NodeDef node : nodes.getNodeList()) {
      if (node.getName().startsWith("site")) {
        int slash = node.getName().indexOf('/');
        int site = Integer.parseInt(node.getName().substring("site".length(), slash));
        names.putIfAbsent(
            node.getName(), unused(sites.get(site).scope() + node.getName().substring(slash)));
      }
    }
    for (int i = 0; i < sites.size(); i++) {
      graph.redirect(names.get("site" + i + "/" + BASE), names.get(sums.get(i)));
    }
    Set<String> standIns = new HashSet<>();
    for (int i = 0; i < sites.size(); i++) {
      standIns.addAll(List.of("site" + i + "/" + INPUT, "site" + i + "/" + BASE));
    }
    if (graph.contains(Dropout.SEED)) {
      standIns.add(Dropout.SEED);
    }
    graph.splice(nodes, names, node -> standIns.contains(node.getName()));
  }

  /** Returns a new node name: a kernel that two MatMuls read has two bypasses in one scope. */
  private String unused(String name) {
    String candidate = name;
    for (int i = 1; graph.contains(candidate); i++) {
      candidate = name + "_" + i;
    }
    return candidate;
  }

  private List<Site> findSites() {
    List<Site> all = sites(graph);
    List<Site> matching =
        all.stream().filter(site -> config.targetModules().matches(site.target.module())).toList();
    List<String> problems = new ArrayList<>();
    for (String name : config.targetModules().unmatched(modules(matching))) {
      problems.add("target_modules: " + name + " matches no linear map of the encoder");
    }
    for (String key : config.unmatchedPatterns(modules(matching))) {
      problems.add("rank_pattern, alpha_pattern: " + key + " matches none of target_modules");
    }
    if (!problems.isEmpty()) {
      Set<String> known = new TreeSet<>();
      all.forEach(site -> known.add(site.target.family()));
      throw new IllegalArgumentException(
          "LoRA %s; there are %s".formatted(String.join("; ", problems), String.join(", ", known)));
    }
    return matching;
  }

  private static List<String> modules(List<Site> sites) {
    return sites.stream().map(site -> site.target.module()).toList();
  }

  private static List<Site> sites(GraphDefEditor graph) {
    List<Site> sites = new ArrayList<>();
    for (NodeDef.Builder node : graph.nodes()) {
      if (multipliesRows(node)) {
        LinearKernel.readBy(graph, node.getInput(1))
            .ifPresent(kernel -> sites.add(new Site(node, target(node, kernel))));
      }
    }
    return sites;
  }

  /** Returns whether a node is a MatMul whose first input is x [N, in], float32. */
  private static boolean multipliesRows(NodeDef.Builder node) {
    return node.getOp().equals("MatMul")
        && node.getAttrOrThrow("T").getType() == DataType.DT_FLOAT
        && !GraphDefEditor.flag(node, "transpose_a");
  }

  private static LoraTarget target(NodeDef.Builder matMul, LinearKernel kernel) {
    boolean transposed = GraphDefEditor.flag(matMul, "transpose_b");
    return new LoraTarget(
        GraphDefEditor.sharedName(kernel.variable()),
        transposed ? kernel.columns() : kernel.rows(),
        transposed ? kernel.rows() : kernel.columns(),
        transposed != kernel.flipped());
  }
}

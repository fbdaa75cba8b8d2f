package io.loramer.savedmodels.imports;

import io.loramer.savedmodels.MetaGraph;
import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.lora.LoraInjection;
import io.loramer.savedmodels.lora.LoraTarget;
import io.loramer.savedmodels.rewrite.FixedSizes;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;

/**
 * An encoder SavedModel whose graphs are prepared for import: inlined, checked and made
 * differentiable.
 *
 * <p>A graph is prepared when it is first needed, once for each tag. All imports of a run start
 * from copies of it, so one object of this class should be passed to all of them.
 */
public final class EncoderSavedModel {
  private static final Logger LOG = LogManager.getLogger(EncoderSavedModel.class);

  private final SavedModelFolder folder;
  private final Map<String, EncoderGraph> byTag = new HashMap<>();

  private EncoderSavedModel(SavedModelFolder folder) {
    this.folder = folder;
  }

  /** Takes an opened SavedModel; its graphs are not checked before they are needed. */
  public static EncoderSavedModel of(SavedModelFolder folder) {
    return new EncoderSavedModel(folder);
  }

  /** Returns the SavedModel's folder. */
  public SavedModelFolder folder() {
    return folder;
  }

  /**
   * Returns the encoder's graph for inference as it is imported, without function calls.
   *
   * @throws IOException if the SavedModel cannot be used as an encoder
   */
  public GraphDef graphDef() throws IOException {
    return graph(MetaGraph.SERVE).editor().toGraphDef();
  }

  /**
   * Returns the batch size and the length that the graph requires, if any.
   *
   * @throws IOException if the SavedModel cannot be used as an encoder
   */
  public FixedSizes fixedSizes() throws IOException {
    return graph(MetaGraph.SERVE).fixedSizes();
  }

  /**
   * Returns the linear maps of the encoder that LoRA can adapt, in the order of the graph.
   *
   * @throws IOException if the SavedModel cannot be used as an encoder
   */
  public List<LoraTarget> linearMaps() throws IOException {
    return LoraInjection.linearMaps(graph(MetaGraph.SERVE).editor());
  }

  /**
   * Returns the prepared graph of a tag.
   *
   * @param tag {@link MetaGraph#TRAIN} falls back to {@link MetaGraph#SERVE} if the SavedModel has
   *     no such graph
   * @throws IOException if the SavedModel cannot be used as an encoder
   */
  synchronized EncoderGraph graph(String tag) throws IOException {
    if (!byTag.containsKey(tag)) {
      Optional<MetaGraphDef> found = folder.metaGraph(tag);
      if (found.isEmpty() && tag.equals(MetaGraph.TRAIN)) {
        return graph(MetaGraph.SERVE);
      }
      byTag.put(tag, prepare(tag, found));
    }
    return byTag.get(tag);
  }

  private EncoderGraph prepare(String tag, Optional<MetaGraphDef> metaGraph) throws IOException {
    if (metaGraph.isEmpty()) {
      throw new IOException(
          "%s: expected a graph with tag %s, found %s"
              .formatted(folder.path(), tag, folder.tags()));
    }
    LOG.debug("{}: preparing the graph {}", folder.path(), tag);
    long variablesBytes = folder.variablesBytes();
    try {
      return EncoderPreparation.prepare(metaGraph.get(), variablesBytes);
    } catch (IllegalArgumentException e) {
      throw new IOException(folder.path() + ": cannot be used as an encoder: " + e.getMessage(), e);
    }
  }
}

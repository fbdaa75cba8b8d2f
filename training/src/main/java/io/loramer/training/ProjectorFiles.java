package io.loramer.training;

import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.measures.Prediction;
import io.loramer.savedmodels.files.JsonFile;
import io.loramer.training.run.EmbeddedPrediction;
import io.loramer.training.run.RunFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The files of TensorBoard's projector: the embedding of each line of {@code predictions.jsonl}.
 *
 * <pre>
 *   projector_config.pbtxt    names the others
 *   embeddings.tsv            a line of D numbers for each utterance, in the same order
 *   embeddings_metadata.tsv   a heading; id, split, speaker, label and predicted label of each
 * </pre>
 *
 * @see <a href="https://www.tensorflow.org/tensorboard/tensorboard_projector_plugin">The
 *     projector</a>
 */
public final class ProjectorFiles {
  private static final String CONFIG = "projector_config.pbtxt";
  private static final String METADATA = "embeddings_metadata.tsv";

  private ProjectorFiles() {}

  /** Writes the three files into a run's folder. */
  static void write(RunFolder run, List<EmbeddedPrediction> predictions) throws IOException {
    List<String> embeddings = new ArrayList<>();
    List<String> metadata = new ArrayList<>(List.of("id\tsplit\tspeaker\tlabel\tpredicted"));
    for (EmbeddedPrediction embedded : predictions) {
      Prediction of = embedded.prediction();
      embeddings.add(row(embedded.embedding().stream().map(String::valueOf)));
      metadata.add(
          row(
              Stream.of(
                  of.id(),
                  of.split().map(Split::word).orElse(""),
                  of.speaker(),
                  of.label(),
                  of.recognized().label())));
    }
    JsonFile.writeText(run.path().resolve(RunFolder.EMBEDDINGS), lines(embeddings));
    JsonFile.writeText(run.path().resolve(METADATA), lines(metadata));
    JsonFile.writeText(
        run.path().resolve(CONFIG),
        """
        embeddings {
          tensor_name: "embedding"
          tensor_path: "%s"
          metadata_path: "%s"
        }
        """
            .formatted(RunFolder.EMBEDDINGS, METADATA));
  }

  /** Joins values with tabs; white space within a value becomes a blank. */
  private static String row(Stream<String> values) {
    return values.map(value -> value.replaceAll("\\s", " ")).collect(Collectors.joining("\t"));
  }

  private static String lines(List<String> rows) {
    return rows.stream().collect(Collectors.joining("\n", "", "\n"));
  }
}

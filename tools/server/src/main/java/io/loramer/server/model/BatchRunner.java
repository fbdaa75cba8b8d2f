package io.loramer.server.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

/** Runs batches on a model and fetches all outputs of a signature. */
final class BatchRunner {
  private static final Logger LOG = LogManager.getLogger(BatchRunner.class);

  private final SavedModelBundle model;
  private final ServerMetrics metrics;

  BatchRunner(SavedModelBundle model, ServerMetrics metrics) {
    this.model = model;
    this.metrics = metrics;
  }

  /**
   * Runs calls of one signature as one batch.
   *
   * @return the outputs of each call by their names
   * @throws RefusedException if TensorFlow fails on the batch
   */
  List<Map<String, HostTensor>> run(List<BatchItem> items) {
    SignatureDef signature = model.metaGraphDef().getSignatureDefOrThrow(items.get(0).signature());
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    long start = System.nanoTime();
    try {
      for (String name : signature.getInputsMap().keySet()) {
        inputs.put(
            name, HostTensor.stack(items.stream().map(item -> item.inputs().get(name)).toList()));
      }
      Map<String, HostTensor> outputs = run(signature, inputs);
      int rows = items.stream().mapToInt(BatchItem::rows).sum();
      metrics.ran(System.nanoTime() - start, rows);
      return split(outputs, items);
    } catch (TFInvalidArgumentException e) {
      throw RefusedException.invalid("%s", firstSentence(e.getMessage()));
    } catch (RuntimeException | OutOfMemoryError e) { // the next batch may succeed
      LOG.error("a batch of {} calls failed", items.size(), e);
      throw new RefusedException(Refusal.INTERNAL, "The model failed on this request");
    } finally {
      inputs.values().forEach(Tensor::close);
    }
  }

  private Map<String, HostTensor> run(SignatureDef signature, Map<String, Tensor> inputs) {
    Session.Runner runner = model.session().runner();
    inputs.forEach((name, t) -> runner.feed(signature.getInputsOrThrow(name).getName(), t));
    Map<String, TensorInfo> outputs = new TreeMap<>(signature.getOutputsMap());
    outputs.values().forEach(info -> runner.fetch(info.getName()));
    try (Result result = runner.run()) {
      Map<String, HostTensor> copies = new LinkedHashMap<>();
      int i = 0;
      for (String name : outputs.keySet()) {
        copies.put(name, HostTensor.copyOf(result.get(i++)));
      }
      return copies;
    }
  }

  private static List<Map<String, HostTensor>> split(
      Map<String, HostTensor> outputs, List<BatchItem> items) {
    List<Map<String, HostTensor>> answers = new ArrayList<>();
    int row = 0;
    for (BatchItem item : items) {
      Map<String, HostTensor> answer = new LinkedHashMap<>();
      for (var output : outputs.entrySet()) {
        answer.put(output.getKey(), output.getValue().rows(row, item.rows()));
      }
      answers.add(answer);
      row += item.rows();
    }
    return answers;
  }

  /** Removes the lines about nodes of the graph that TensorFlow appends. */
  private static String firstSentence(String message) {
    return message.lines().findFirst().orElse("").replaceAll("\\s*(\\[\\[|\\{\\{).*", "");
  }
}

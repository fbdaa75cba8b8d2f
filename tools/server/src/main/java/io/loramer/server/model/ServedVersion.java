package io.loramer.server.model;

import io.loramer.recognition.EmotionModel;
import io.loramer.savedmodels.files.TfRecords;
import io.loramer.server.limits.BatchLimits;
import io.loramer.serving.PredictRequest;
import io.loramer.serving.PredictionLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.tensorflow.proto.SignatureDef;

/** A loaded version of the model. Each user holds a lease; the last release closes it. */
public final class ServedVersion {
  /** The most values of an input: twice the 16 clips of 30 seconds. */
  public static final int MAX_ELEMENTS = 16_000_000;

  /**
   * The largest absolute sample: 40 dB above full scale, which no recording has. Samples of 16 bits
   * that were not divided by 32768 exceed it, unless they are near silence.
   */
  private static final float MAX_SAMPLE = 100;

  private static final String WARM_UP = "assets.extra/tf_serving_warmup_requests";

  private final long number;
  private final EmotionModel model;
  private final BatchLimits limits;
  private final BatchQueue queue;

  private int leases = 1; // guarded by this; the first belongs to the ServedModel
  private Runnable closed = () -> {}; // guarded by this

  private ServedVersion(long number, EmotionModel model, BatchLimits limits, BatchQueue queue) {
    this.number = number;
    this.model = model;
    this.limits = limits;
    this.queue = queue;
  }

  /**
   * Loads a version and runs the warm-up requests in its folder.
   *
   * @throws IOException if the folder has no model, or a warm-up request fails
   */
  static ServedVersion load(long number, Path folder, BatchLimits limits, ServerMetrics metrics)
      throws IOException {
    EmotionModel model = EmotionModel.load(folder);
    BatchQueue queue = new BatchQueue(limits, new BatchRunner(model.bundle(), metrics), metrics);
    ServedVersion version = new ServedVersion(number, model, limits, queue);
    try {
      version.warmUp(folder.resolve(WARM_UP));
      return version;
    } catch (IOException | RuntimeException e) {
      version.close();
      throw e;
    }
  }

  private void warmUp(Path file) throws IOException {
    if (!Files.exists(file)) {
      return;
    }
    RequestMemory memory = RequestMemory.ofHeap();
    for (byte[] record : TfRecords.read(file)) {
      PredictRequest request = PredictionLog.parseFrom(record).getPredictLog().getRequest();
      Map<String, HostTensor> inputs = new LinkedHashMap<>();
      try (RequestMemory.Share held = memory.open()) {
        request
            .getInputsMap()
            .forEach(
                (name, proto) ->
                    inputs.put(name, ProtoTensor.read(name, proto, MAX_ELEMENTS, held)));
        predict(request.getModelSpec().getSignatureName(), inputs).join();
      } catch (RefusedException | CompletionException e) {
        throw new IOException(file + ": " + RefusedException.of(e).getMessage(), e);
      }
    }
  }

  public long number() {
    return number;
  }

  public EmotionModel model() {
    return model;
  }

  int queued() {
    return queue.size();
  }

  /** Returns the signatures by their names. */
  public Map<String, SignatureDef> signatures() {
    return model.bundle().metaGraphDef().getSignatureDefMap();
  }

  /**
   * Queues a call, in parts if it is longer than a batch, and joins the parts' outputs.
   *
   * @param signature the name of one of {@link #signatures}
   * @return the outputs by their names
   * @throws RefusedException if the inputs do not fit the signature, or the queue is full
   */
  public CompletableFuture<Map<String, HostTensor>> predict(
      String signature, Map<String, HostTensor> inputs) {
    BatchItem item =
        BatchItem.checked(
            signature, signatures().get(signature), inputs, model.info(), limits.maxRows());
    List<CompletableFuture<Map<String, HostTensor>>> parts =
        queue.submit(item.upTo(limits.maxSamples()));
    CompletableFuture<Map<String, HostTensor>> answer = parts.get(0);
    for (CompletableFuture<Map<String, HostTensor>> part : parts.subList(1, parts.size())) {
      answer = answer.thenCombine(part, ServedVersion::joined);
    }
    return answer;
  }

  /**
   * Checks samples before they are given to a model.
   *
   * @param name of the input, for error messages
   * @throws RefusedException if a sample is NaN, infinite, or far above full scale
   */
  public static void requireSamples(String name, float[] samples) {
    for (float sample : samples) {
      if (!(Math.abs(sample) <= MAX_SAMPLE)) {
        throw RefusedException.invalid(
            "%s: expected samples with full scale 1, at most %.0f, found %s",
            name, MAX_SAMPLE, sample);
      }
    }
  }

  private static Map<String, HostTensor> joined(
      Map<String, HostTensor> rows, Map<String, HostTensor> more) {
    Map<String, HostTensor> joined = new LinkedHashMap<>();
    rows.forEach((name, tensor) -> joined.put(name, tensor.followedBy(more.get(name))));
    return joined;
  }

  /** Takes a lease; returns false if the version has no leases left and is closed. */
  synchronized boolean acquire() {
    if (leases == 0) {
      return false;
    }
    leases++;
    return true;
  }

  /** Returns a lease; the last one closes the version. */
  void release(Executor closer) {
    boolean last;
    synchronized (this) {
      last = --leases == 0;
    }
    if (last) {
      closer.execute(this::close); // not on the queue's thread: close() waits for that one
    }
  }

  /** Sets an action that runs after the version is closed. */
  synchronized void onClosed(Runnable action) {
    closed = action;
  }

  private void close() {
    queue.close();
    model.close();
    Runnable action;
    synchronized (this) {
      action = closed;
    }
    action.run();
  }
}

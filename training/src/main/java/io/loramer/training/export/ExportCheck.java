package io.loramer.training.export;

import io.loramer.model.EmotionSignature;
import io.loramer.recognition.EmotionModel;
import io.loramer.recognition.EmotionModelInfo;
import io.loramer.recognition.audio.Waveform;
import io.loramer.recognition.batches.Batches;
import io.loramer.recognition.words.Tokenizer;
import io.loramer.savedmodels.MetaGraph;
import io.loramer.savedmodels.optimize.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;

/**
 * Compares an exported model with the graph that it was written from.
 *
 * <p>Both are given three clips of different lengths: each alone, as a batch, and as a batch padded
 * as TF Serving pads. The asset {@code tokenizer.json} must give the model's ids to programs that
 * load it as the README.md shows.
 */
final class ExportCheck {
  /** Far above the effect of another order of additions, far below that of a missing variable. */
  private static final float TOLERANCE = 1e-4f;

  /** For half precision, where the same value computed in another way is rounded differently. */
  private static final float ROUNDED_TOLERANCE = 3e-2f;

  private static final double LONGEST_SECONDS = 3;
  private static final double[] LENGTHS = {1, 0.55, 0.3};
  private static final List<String> TEXTS =
      List.of("I am so happy for you, and so is everybody else!", "No! Leave me alone.", "Well");

  private final Session session;
  private final EmotionModel exported;
  private final float otherWayTolerance;
  private final Batches batches;
  private final List<short[]> clips;

  private ExportCheck(Session session, EmotionModel exported, Precision precision) {
    this.session = session;
    this.exported = exported;
    otherWayTolerance = precision == Precision.FLOAT32 ? TOLERANCE : ROUNDED_TOLERANCE;
    batches = exported.batches();
    clips = clips(exported.info());
  }

  /**
   * Compares the outputs of the graph and of the exported model.
   *
   * @param session of the graph that was exported
   * @return the largest difference between an output of a clip alone and in a batch; more than
   *     rounding if the encoder includes padding in its norm, as Hugging Face's own do
   * @throws IOException if the model's outputs differ from the graph's, or the ids of its {@code
   *     tokenizer.json} from its own
   */
  static double run(Session session, EmotionModel exported, Precision precision)
      throws IOException {
    return new ExportCheck(session, exported, precision).run();
  }

  private double run() throws IOException {
    if (exported.tokenizer().isPresent()) {
      requireTokens(exported.tokenizer().get());
    }
    Session loaded = exported.bundle().session();
    List<float[]> alone = new ArrayList<>();
    for (int i = 0; i < clips.size(); i++) {
      List<float[]> row = outputs(loaded, MetaGraph.DEFAULT_SIGNATURE, inputs(i, i + 1));
      List<float[]> expected = outputs(session, MetaGraph.DEFAULT_SIGNATURE, inputs(i, i + 1));
      requireClose("clip " + i + " alone", expected, row, TOLERANCE);
      alone.addAll(row);
    }
    List<float[]> batch = outputs(loaded, MetaGraph.DEFAULT_SIGNATURE, inputs(0, clips.size()));
    List<float[]> expected = outputs(session, MetaGraph.DEFAULT_SIGNATURE, inputs(0, clips.size()));
    requireClose("a batch", expected, batch, TOLERANCE);
    requireClose(
        "a batch padded with first elements",
        batch,
        outputs(loaded, MetaGraph.DEFAULT_SIGNATURE, paddedAsTfServingDoes()),
        otherWayTolerance);
    if (exported.info().usesAudio()) {
      requireClose(
          "a batch of WAV files",
          batch,
          outputs(loaded, EmotionSignature.WAV_BYTES, wavFiles()),
          otherWayTolerance);
    }
    double difference = 0;
    for (int i = 0; i < alone.size(); i++) {
      difference = Math.max(difference, difference(alone.get(i), batch.get(i)));
    }
    return difference;
  }

  private void requireTokens(Tokenizer tokenizer) throws IOException {
    Path file = exported.folder().resolve("assets").resolve(EmotionModel.TOKENIZER);
    List<String> texts = new ArrayList<>(TEXTS);
    texts.add(TEXTS.get(0).repeat(exported.info().maxTokens().orElseThrow())); // is truncated
    for (String text : texts) {
      int[] expected = tokenizer.encode(text);
      int[] found = Tokenizer.encodeByFile(file, text);
      if (!Arrays.equals(expected, found)) {
        throw new IOException(
            "%s: its ids of \"%.40s\" differ from those of the model: expected %d ids, found %d"
                .formatted(file, text, expected.length, found.length));
      }
    }
  }

  private static List<short[]> clips(EmotionModelInfo info) {
    Random random = new Random(1);
    int shortest = info.minSamples().orElse(1);
    int longest = (int) Math.min(info.maxSamples(), LONGEST_SECONDS * Waveform.SAMPLE_RATE);
    List<short[]> clips = new ArrayList<>();
    for (double length : LENGTHS) {
      short[] clip = new short[shortest + (int) (length * Math.max(0, longest - shortest))];
      for (int t = 0; t < clip.length; t++) {
        clip[t] = (short) (9000 * Math.sin(0.05 * (1 + length) * t) + 2000 * random.nextGaussian());
      }
      clips.add(clip);
    }
    return clips;
  }

  private Map<String, Tensor> inputs(int from, int to) {
    List<float[]> waveforms = new ArrayList<>();
    clips.subList(from, to).forEach(clip -> waveforms.add(waveform(clip).samples()));
    return new LinkedHashMap<>(batches.inputs(waveforms, TEXTS.subList(from, to)).byName());
  }

  private static Waveform waveform(short[] clip) {
    float[] samples = new float[clip.length];
    for (int t = 0; t < clip.length; t++) {
      samples[t] = clip[t] / 32768f;
    }
    return new Waveform(samples);
  }

  /** Pads each row with its own first element, which is never the right padding. */
  private Map<String, Tensor> paddedAsTfServingDoes() {
    Map<String, Tensor> inputs = inputs(0, clips.size());
    if (inputs.get(EmotionSignature.INPUT_VALUES) instanceof TFloat32 waveforms
        && inputs.get(EmotionSignature.AUDIO_LENGTHS) instanceof TInt32 lengths) {
      for (long row = 0; row < clips.size(); row++) {
        for (long t = lengths.getInt(row); t < waveforms.shape().get(1); t++) {
          waveforms.setFloat(waveforms.getFloat(row, 0), row, t);
        }
      }
    }
    if (inputs.get(EmotionSignature.INPUT_IDS) instanceof TInt32 ids
        && inputs.get(EmotionSignature.TEXT_LENGTHS) instanceof TInt32 lengths) {
      for (long row = 0; row < clips.size(); row++) {
        for (long t = lengths.getInt(row); t < ids.shape().get(1); t++) {
          ids.setInt(ids.getInt(row, 0), row, t);
        }
      }
    }
    return inputs;
  }

  private Map<String, Tensor> wavFiles() {
    Map<String, Tensor> inputs = inputs(0, clips.size());
    inputs.remove(EmotionSignature.INPUT_VALUES).close();
    inputs.remove(EmotionSignature.AUDIO_LENGTHS).close();
    byte[][] files = clips.stream().map(clip -> waveform(clip).toWav()).toArray(byte[][]::new);
    inputs.put(EmotionSignature.WAV_BYTES, TString.tensorOfBytes(NdArrays.vectorOfObjects(files)));
    return inputs;
  }

  /**
   * Runs a signature on inputs, which it closes. A loaded graph has the same names as the graph
   * that it was written from.
   *
   * @return the values of all outputs, row by row
   */
  private List<float[]> outputs(Session session, String name, Map<String, Tensor> inputs) {
    SignatureDef signature = exported.bundle().metaGraphDef().getSignatureDefOrThrow(name);
    Session.Runner runner = session.runner();
    try {
      inputs.forEach(
          (input, tensor) -> runner.feed(signature.getInputsOrThrow(input).getName(), tensor));
      for (TensorInfo output : new TreeMap<>(signature.getOutputsMap()).values()) {
        if (output.getDtype() == DataType.DT_FLOAT) {
          runner.fetch(output.getName());
        }
      }
      try (Result result = runner.run()) {
        return rows(result);
      }
    } finally {
      inputs.values().forEach(Tensor::close);
    }
  }

  private static List<float[]> rows(Result result) {
    List<float[]> rows = new ArrayList<>();
    for (long row = 0; row < result.get(0).shape().get(0); row++) {
      List<Float> numbers = new ArrayList<>();
      for (var output : result) {
        ((TFloat32) output.getValue()).get(row).scalars().forEach(x -> numbers.add(x.getFloat()));
      }
      float[] values = new float[numbers.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = numbers.get(i);
      }
      rows.add(values);
    }
    return rows;
  }

  private void requireClose(
      String what, List<float[]> expected, List<float[]> found, float tolerance)
      throws IOException {
    for (int i = 0; i < expected.size(); i++) {
      double difference = difference(expected.get(i), found.get(i));
      if (!(difference <= tolerance)) {
        throw new IOException(
            "%s: the model that was written differs from the run by %s on %s, expected at most %s"
                .formatted(exported.folder(), difference, what, tolerance));
      }
    }
  }

  /** Returns the largest difference, relative for values above 1; NaN if any difference is NaN. */
  private static double difference(float[] expected, float[] found) {
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      double difference = Math.abs(expected[i] - found[i]) / Math.max(1, Math.abs(expected[i]));
      largest = Double.isNaN(difference) ? difference : Math.max(largest, difference);
    }
    return largest;
  }
}

package io.loramer.training.tensorboard;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.loramer.recognition.measures.Prediction;
import io.loramer.savedmodels.files.TfRecords;
import io.loramer.tensorboard.AudioPluginData;
import io.loramer.tensorboard.HParamsPluginData;
import io.loramer.tensorboard.Layout;
import io.loramer.tensorboard.PrCurvePluginData;
import java.awt.image.BufferedImage;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.tensorflow.proto.DataClass;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.RunMetadata;
import org.tensorflow.proto.SessionLog;
import org.tensorflow.proto.Summary;
import org.tensorflow.proto.SummaryMetadata;
import org.tensorflow.proto.SummaryMetadata.PluginData;
import org.tensorflow.proto.TaggedRunMetadata;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * A file that TensorBoard shows: the graph of a run, its scalars, texts, pictures and so on.
 *
 * <p>Its records are {@code Event} messages. TensorBoard takes all such files of a folder, in the
 * order of their names, as one run.
 */
public final class EventFile implements AutoCloseable {
  /** The version that says: a restart is marked by a session log, not guessed from the steps. */
  private static final String VERSION = "brain.Event:2";

  private static final String FILE_PREFIX = "events.out.tfevents.";

  private final OutputStream out;
  private final InstantSource clock;

  private EventFile(OutputStream out, InstantSource clock) {
    this.out = out;
    this.clock = clock;
  }

  /**
   * Starts a new file in a run's folder. TensorBoard then drops the events of earlier files from
   * {@code firstStep} on: a killed run wrote events of steps that the resumed run repeats.
   *
   * @param firstStep the first step whose events will follow; 0 in a new run
   * @param clock for the time of each event
   */
  public static EventFile open(Path folder, long firstStep, InstantSource clock)
      throws IOException {
    Files.createDirectories(folder);
    EventFile file = new EventFile(newFile(folder, clock.instant().getEpochSecond()), clock);
    file.write(file.event(0).setFileVersion(VERSION).build());
    // In a new run too: TensorBoard does not count the first start of a run as a restart.
    SessionLog start = SessionLog.newBuilder().setStatus(SessionLog.SessionStatus.START).build();
    file.write(file.event(firstStep).setSessionLog(start).build());
    return file;
  }

  /**
   * Opens a file whose name sorts behind the earlier ones. TensorFlow's own names end with the
   * host's name, which does not belong into a run's folder.
   */
  private static OutputStream newFile(Path folder, long seconds) throws IOException {
    Path file;
    int twin = 0; // another file of the same second
    do {
      String name = String.format(Locale.ROOT, "%s%010d.%03d", FILE_PREFIX, seconds, twin++);
      file = folder.resolve(name);
    } while (Files.exists(file));
    return new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.CREATE_NEW));
  }

  /** Adds a point to the curve of a tag. */
  public void scalar(String tag, long step, double value) throws IOException {
    TensorProto tensor = tensor(DataType.DT_FLOAT).addFloatVal((float) value).build();
    summary(tag, step, tensor, plugin("scalars"), DataClass.DATA_CLASS_SCALAR);
  }

  /** Adds a text, which TensorBoard shows as Markdown. */
  public void text(String tag, long step, String markdown) throws IOException {
    TensorProto tensor = strings(ByteString.copyFromUtf8(markdown)).build();
    summary(tag, step, tensor, plugin("text"), DataClass.DATA_CLASS_TENSOR);
  }

  /** Adds the histogram of at least one value, all of them finite. */
  public void histogram(String tag, long step, float[] values) throws IOException {
    TensorProto tensor = Histogram.of(values);
    summary(tag, step, tensor, plugin("histograms"), DataClass.DATA_CLASS_TENSOR);
  }

  /** Adds the precision-recall curve of a label. */
  public void precisionRecall(String tag, long step, String label, List<Prediction> predictions)
      throws IOException {
    ByteString content =
        PrCurvePluginData.newBuilder()
            .setNumThresholds(PrecisionRecallCurve.THRESHOLDS)
            .build()
            .toByteString();
    TensorProto tensor = PrecisionRecallCurve.of(label, predictions);
    PluginData.Builder plugin = plugin("pr_curves").setContent(content);
    summary(tag, step, tensor, plugin, DataClass.DATA_CLASS_TENSOR);
  }

  /** Adds an image. */
  public void image(String tag, long step, BufferedImage image) throws IOException {
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(image, "png", png);
    TensorProto.Builder tensor =
        strings(
            ByteString.copyFromUtf8(Integer.toString(image.getWidth())),
            ByteString.copyFromUtf8(Integer.toString(image.getHeight())),
            ByteString.copyFrom(png.toByteArray()));
    tensor.getTensorShapeBuilder().addDimBuilder().setSize(3);
    summary(tag, step, tensor.build(), plugin("images"), DataClass.DATA_CLASS_BLOB_SEQUENCE);
  }

  /**
   * Adds an audio clip.
   *
   * @param wav a WAV file
   * @param title shown in place of the tag; TensorBoard no longer shows captions
   */
  public void audio(String tag, long step, byte[] wav, String title) throws IOException {
    ByteString wavEncoding =
        AudioPluginData.newBuilder()
            .setEncoding(AudioPluginData.Encoding.WAV)
            .build()
            .toByteString();
    TensorProto.Builder tensor = strings(ByteString.copyFrom(wav), ByteString.EMPTY);
    tensor.getTensorShapeBuilder().addDimBuilder().setSize(1);
    tensor.getTensorShapeBuilder().addDimBuilder().setSize(2);
    SummaryMetadata metadata =
        SummaryMetadata.newBuilder()
            .setPluginData(plugin("audio").setContent(wavEncoding))
            .setDataClass(DataClass.DATA_CLASS_BLOB_SEQUENCE)
            .setDisplayName(title)
            .build();
    summary(tag, step, tensor.build(), metadata);
  }

  /** Adds the graph of the run. */
  public void graph(GraphDef graph) throws IOException {
    write(event(0).setGraphDef(graph.toByteString()).build());
  }

  /** Adds the trace of a step: where its ops ran, for how long and with what memory. */
  public void trace(long step, RunMetadata trace) throws IOException {
    TaggedRunMetadata tagged =
        TaggedRunMetadata.newBuilder()
            .setTag("step " + step)
            .setRunMetadata(trace.toByteString())
            .build();
    write(event(step).setTaggedRunMetadata(tagged).build());
  }

  /**
   * Adds data of the hparams plugin.
   *
   * @param name {@code experiment}, {@code session_start_info} or {@code session_end_info}
   */
  public void hyperparameters(String name, HParamsPluginData data) throws IOException {
    // The message is in the metadata; TensorBoard requires a tensor beside it.
    TensorProto.Builder nothing = TensorProto.newBuilder().setDtype(DataType.DT_FLOAT);
    nothing.getTensorShapeBuilder().addDimBuilder().setSize(0);
    PluginData.Builder plugin = plugin("hparams").setContent(data.toByteString());
    String tag = "_hparams_/" + name;
    summary(tag, 0, nothing.build(), plugin, DataClass.DATA_CLASS_TENSOR);
  }

  /** Adds the layout of the page of custom scalars. */
  public void layout(Layout layout) throws IOException {
    TensorProto tensor = strings(layout.toByteString()).build();
    PluginData.Builder plugin = plugin("custom_scalars");
    summary("custom_scalars__config__", 0, tensor, plugin, DataClass.DATA_CLASS_TENSOR);
  }

  /**
   * Reads the graph that {@link #graph} added to a file of a folder.
   *
   * @throws IOException if there is none
   */
  public static GraphDef readGraph(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, FILE_PREFIX + "*")) {
      found.forEach(files::add);
    }
    files.sort(Comparator.naturalOrder());
    for (Path file : files) { // a resumed run's graph is in the first
      Optional<byte[]> event = TfRecords.first(file, record -> !graphOf(record).isEmpty());
      if (event.isPresent()) {
        return GraphDef.parseFrom(graphOf(event.get()));
      }
    }
    throw new IOException(folder + ": found no graph in its " + files.size() + " event files");
  }

  private static ByteString graphOf(byte[] event) {
    try {
      return Event.parseFrom(event).getGraphDef();
    } catch (InvalidProtocolBufferException e) {
      return ByteString.EMPTY; // a file that is named like an event file but is none
    }
  }

  /** Flushes, so that readers of the file see all events. */
  public void flush() throws IOException {
    out.flush();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  private static TensorProto.Builder tensor(DataType type) {
    return TensorProto.newBuilder()
        .setDtype(type)
        .setTensorShape(TensorShapeProto.getDefaultInstance());
  }

  private static TensorProto.Builder strings(ByteString... values) {
    return tensor(DataType.DT_STRING).addAllStringVal(List.of(values));
  }

  private static PluginData.Builder plugin(String name) {
    return PluginData.newBuilder().setPluginName(name);
  }

  private void summary(
      String tag, long step, TensorProto tensor, PluginData.Builder plugin, DataClass kind)
      throws IOException {
    summary(
        tag,
        step,
        tensor,
        SummaryMetadata.newBuilder().setPluginData(plugin).setDataClass(kind).build());
  }

  private void summary(String tag, long step, TensorProto tensor, SummaryMetadata metadata)
      throws IOException {
    Summary.Value value =
        Summary.Value.newBuilder().setTag(tag).setTensor(tensor).setMetadata(metadata).build();
    write(event(step).setSummary(Summary.newBuilder().addValue(value)).build());
  }

  private Event.Builder event(long step) {
    Instant now = clock.instant();
    return Event.newBuilder().setStep(step).setWallTime(now.getEpochSecond() + now.getNano() / 1e9);
  }

  private void write(Event event) throws IOException {
    TfRecords.write(out, event.toByteArray());
  }
}

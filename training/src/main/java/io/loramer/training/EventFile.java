package io.loramer.training;

import com.google.protobuf.ByteString;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import org.tensorflow.proto.DataClass;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.SessionLog;
import org.tensorflow.proto.Summary;
import org.tensorflow.proto.SummaryMetadata;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * A file that TensorBoard shows: scalars, texts and the graph of a run.
 *
 * <p>Its records are {@code Event} messages. TensorBoard takes all such files of a folder, in the
 * order of their names, as one run.
 */
public final class EventFile implements AutoCloseable {
  /** The version that says: a restart is marked by a session log, not guessed from the steps. */
  private static final String VERSION = "brain.Event:2";

  private final OutputStream out;
  private final InstantSource clock;

  private EventFile(OutputStream out, InstantSource clock) {
    this.out = out;
    this.clock = clock;
  }

  /**
   * Starts a new file in a run's folder. What earlier files there say of {@code firstStep} and
   * later steps, TensorBoard then drops: a killed run wrote more steps than the one that goes on
   * for it starts from.
   *
   * @param firstStep the first step whose events will follow; 0 in a new run
   * @param clock gives each event its time
   */
  public static EventFile open(Path folder, long firstStep, InstantSource clock)
      throws IOException {
    Files.createDirectories(folder);
    EventFile file = new EventFile(newFile(folder, clock.instant().getEpochSecond()), clock);
    file.write(file.event(0).setFileVersion(VERSION).build());
    // In a new run too: TensorBoard takes the first start it sees of a run for no restart.
    SessionLog start = SessionLog.newBuilder().setStatus(SessionLog.SessionStatus.START).build();
    file.write(file.event(firstStep).setSessionLog(start).build());
    return file;
  }

  /**
   * Opens a file whose name sorts behind the earlier ones. TensorFlow's own names end with the
   * host's, which tells nothing of the run and would travel with its folder.
   */
  private static OutputStream newFile(Path folder, long seconds) throws IOException {
    Path file;
    int twin = 0; // another file of the same second
    do {
      String name = String.format(Locale.ROOT, "events.out.tfevents.%010d.%03d", seconds, twin++);
      file = folder.resolve(name);
    } while (Files.exists(file));
    return new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.CREATE_NEW));
  }

  /** Adds a point to the curve of a tag. */
  public void scalar(String tag, long step, double value) throws IOException {
    TensorProto tensor = tensor(DataType.DT_FLOAT).addFloatVal((float) value).build();
    summary(tag, step, tensor, "scalars", DataClass.DATA_CLASS_SCALAR);
  }

  /** Adds a text, which TensorBoard shows as Markdown. */
  public void text(String tag, long step, String markdown) throws IOException {
    ByteString bytes = ByteString.copyFromUtf8(markdown);
    TensorProto tensor = tensor(DataType.DT_STRING).addStringVal(bytes).build();
    summary(tag, step, tensor, "text", DataClass.DATA_CLASS_TENSOR);
  }

  /** Adds the graph of the run. */
  public void graph(GraphDef graph) throws IOException {
    write(event(0).setGraphDef(graph.toByteString()).build());
  }

  /** Makes what was added visible to readers of the file. */
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

  private void summary(String tag, long step, TensorProto tensor, String plugin, DataClass kind)
      throws IOException {
    SummaryMetadata metadata =
        SummaryMetadata.newBuilder()
            .setPluginData(SummaryMetadata.PluginData.newBuilder().setPluginName(plugin))
            .setDataClass(kind)
            .build();
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

package io.loramer.training.tensorboard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.InvalidProtocolBufferException;
import io.loramer.recognition.audio.AudioFile;
import io.loramer.recognition.audio.Waveform;
import io.loramer.tensorboard.AudioPluginData;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFOutOfRangeException;
import org.tensorflow.op.Ops;
import org.tensorflow.op.io.ReaderRead;
import org.tensorflow.proto.DataClass;
import org.tensorflow.proto.DeviceStepStats;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.RunMetadata;
import org.tensorflow.proto.SessionLog;
import org.tensorflow.proto.StepStats;
import org.tensorflow.proto.Summary;
import org.tensorflow.proto.SummaryMetadata;
import org.tensorflow.types.TString;

public class EventFileTest {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.ofEpochSecond(1_700_000_000L, 250_000_000));

  @TempDir Path folder;

  @Test
  void tensorFlowReadsTheEventsInOrder() throws IOException {
    GraphDef graph;
    try (Graph g = new Graph()) {
      Ops.create(g).withName("seven").constant(7);
      graph = g.toGraphDef();
    }
    try (EventFile file = EventFile.open(folder, 0, CLOCK)) {
      file.graph(graph);
      file.scalar("train/loss", 3, 0.5);
      file.text("config", 4, "**größe** 3");
    }

    List<Event> events = read(onlyFile());

    assertEquals(5, events.size());
    assertEquals("brain.Event:2", events.get(0).getFileVersion());
    assertEquals(1_700_000_000.25, events.get(0).getWallTime());
    assertEquals(SessionLog.SessionStatus.START, events.get(1).getSessionLog().getStatus());
    assertEquals(graph, GraphDef.parseFrom(events.get(2).getGraphDef()));

    assertEquals(3, events.get(3).getStep());
    Summary.Value scalar = events.get(3).getSummary().getValue(0);
    assertEquals("train/loss", scalar.getTag());
    assertEquals("scalars", scalar.getMetadata().getPluginData().getPluginName());
    assertEquals(List.of(0.5f), scalar.getTensor().getFloatValList());

    assertEquals(4, events.get(4).getStep());
    Summary.Value text = events.get(4).getSummary().getValue(0);
    assertEquals("config", text.getTag());
    assertEquals("text", text.getMetadata().getPluginData().getPluginName());
    assertEquals("**größe** 3", text.getTensor().getStringVal(0).toStringUtf8());
  }

  @Test
  void resumedRunOpensALaterFileThatDropsTheStepsItRepeats() throws IOException {
    EventFile.open(folder, 0, CLOCK).close();
    Path first = onlyFile();

    EventFile.open(folder, 12, CLOCK).close();

    List<Path> files = files();
    assertEquals(2, files.size());
    assertEquals(first, files.get(0));
    List<Event> events = read(files.get(1));
    assertEquals("brain.Event:2", events.get(0).getFileVersion());
    assertEquals(12, events.get(1).getStep());
    assertEquals(SessionLog.SessionStatus.START, events.get(1).getSessionLog().getStatus());
  }

  @Test
  void flushedEventsAreReadableBeforeTheFileIsClosed() throws IOException {
    try (EventFile file = EventFile.open(folder, 0, CLOCK)) {
      file.scalar("loss", 1, 2);
      file.flush();

      assertEquals(3, read(onlyFile()).size());
    }
  }

  @Test
  void imageIsAPngAfterItsSize() throws IOException {
    BufferedImage image = new BufferedImage(5, 3, BufferedImage.TYPE_INT_RGB);
    image.setRGB(4, 2, 0x123456);
    try (EventFile file = EventFile.open(folder, 0, CLOCK)) {
      file.image("confusion", 7, image);
    }
    Summary.Value value = only(7);
    assertEquals("images", value.getMetadata().getPluginData().getPluginName());
    assertEquals(DataClass.DATA_CLASS_BLOB_SEQUENCE, value.getMetadata().getDataClass());
    assertEquals(List.of(3L), HistogramTest.shape(value.getTensor()));
    assertEquals("5", value.getTensor().getStringVal(0).toStringUtf8());
    assertEquals("3", value.getTensor().getStringVal(1).toStringUtf8());
    BufferedImage read = ImageIO.read(value.getTensor().getStringVal(2).newInput());
    assertEquals(0xff123456, read.getRGB(4, 2));
  }

  @Test
  void audioIsAWavFileWithATitle() throws IOException {
    float[] samples = {0, 0.5f, -0.25f, -1, 2};
    try (EventFile file = EventFile.open(folder, 0, CLOCK)) {
      file.audio("clip", 2, new Waveform(samples).toWav(), "joy");
    }
    Summary.Value value = only(2);
    SummaryMetadata.PluginData plugin = value.getMetadata().getPluginData();
    assertEquals("audio", plugin.getPluginName());
    assertEquals(
        AudioPluginData.Encoding.WAV, AudioPluginData.parseFrom(plugin.getContent()).getEncoding());
    assertEquals(List.of(1L, 2L), HistogramTest.shape(value.getTensor()));
    assertEquals("joy", value.getMetadata().getDisplayName());
    Path wav = folder.resolve("read.wav");
    Files.write(wav, value.getTensor().getStringVal(0).toByteArray());
    assertArrayEquals(
        new float[] {0, 0.5f, -0.25f, -1, 32767 / 32768f}, AudioFile.read(wav).samples());
  }

  @Test
  void traceIsNamedAfterItsStep() throws IOException {
    RunMetadata trace =
        RunMetadata.newBuilder()
            .setStepStats(
                StepStats.newBuilder().addDevStats(DeviceStepStats.newBuilder().setDevice("cpu")))
            .build();
    try (EventFile file = EventFile.open(folder, 0, CLOCK)) {
      file.trace(11, trace);
    }
    Event event = read(onlyFile()).get(2);
    assertEquals("step 11", event.getTaggedRunMetadata().getTag());
    assertEquals(trace, RunMetadata.parseFrom(event.getTaggedRunMetadata().getRunMetadata()));
  }

  /** Returns the value of the file's only summary. */
  private Summary.Value only(long step) throws IOException {
    Event event = read(onlyFile()).get(2);
    assertEquals(step, event.getStep());
    return event.getSummary().getValue(0);
  }

  private Path onlyFile() throws IOException {
    List<Path> files = files();
    assertEquals(1, files.size());
    return files.get(0);
  }

  private List<Path> files() throws IOException {
    try (var files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  /** Reads a file with TensorFlow's own reader, which checks every checksum. */
  public static List<Event> read(Path file) throws InvalidProtocolBufferException {
    List<Event> events = new ArrayList<>();
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph);
      var queue = tf.io.fifoQueue(List.of(TString.class));
      var reader = tf.io.tfRecordReader();
      var fill = tf.io.queueEnqueue(queue, List.of(tf.constant(file.toString())));
      var close = tf.io.queueClose(queue);
      ReaderRead read = tf.io.readerRead(reader, queue);
      session.runner().addTarget(fill).run().close();
      session.runner().addTarget(close).run().close();
      while (true) {
        try (var result = session.runner().fetch(read.value()).run()) {
          events.add(Event.parseFrom(((TString) result.get(0)).asBytes().getObject()));
        } catch (TFOutOfRangeException e) { // the end of the file
          return events;
        }
      }
    }
  }
}

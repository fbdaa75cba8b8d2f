package io.loramer.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFOutOfRangeException;
import org.tensorflow.op.Ops;
import org.tensorflow.op.io.ReaderRead;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.SessionLog;
import org.tensorflow.proto.Summary;
import org.tensorflow.types.TString;

class EventFileTest {
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
  void resumedRunOpensALaterFileThatDropsTheStepsToCome() throws IOException {
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
  static List<Event> read(Path file) throws InvalidProtocolBufferException {
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

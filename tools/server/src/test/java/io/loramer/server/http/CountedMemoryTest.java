package io.loramer.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.loramer.recognition.audio.Waveform;
import io.loramer.server.model.ProtoTensor;
import io.loramer.server.model.Refusal;
import io.loramer.server.model.RefusedException;
import io.loramer.server.model.RequestMemory;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorProto;

/** The memory that requests take is counted before it is allocated, and given back. */
class CountedMemoryTest {
  private static final int MEGABYTE = 1 << 20;

  private static void assertRefused(Refusal refusal, Executable use) {
    assertEquals(refusal, assertThrows(RefusedException.class, use).refusal());
  }

  @Test
  void requestsBeyondTheLimitTogetherAreRefusedUntilOthersEnd() {
    RequestMemory memory = new RequestMemory(100);
    RequestMemory.Share first = memory.open();
    RequestMemory.Share second = memory.open();
    first.take(60);
    assertRefused(Refusal.BUSY, () -> second.take(41));
    second.take(40);
    assertRefused(Refusal.BUSY, () -> first.take(1));
    second.giveBack(10);
    first.take(10);
    first.close();
    second.take(70);
    assertRefused(Refusal.TOO_LARGE, () -> second.take(1));
    second.close();
    assertRefused(Refusal.UNAVAILABLE, () -> second.take(1));
    memory.open().take(100);
  }

  @Test
  void decodedAudioIsCountedByItsLengthAndNotByTheBytesOfItsFile() {
    ByteBuffer file = ByteBuffer.wrap(new Waveform(new float[31 * Waveform.SAMPLE_RATE]).toWav());
    assertRefused(
        Refusal.TOO_LARGE, () -> Sound.decode(file, new RequestMemory(20 * MEGABYTE).open()));
    RequestMemory memory = new RequestMemory(40 * MEGABYTE);
    RequestMemory.Share held = memory.open();
    Waveform decoded = Sound.decode(file, held).beginning();
    assertEquals(31 * Waveform.SAMPLE_RATE, decoded.samples().length);
    long left = 40L * MEGABYTE - 4L * decoded.samples().length;
    assertRefused(Refusal.BUSY, () -> memory.open().take(left + 1));
    memory.open().take(left);
  }

  @Test
  void valuesOfJsonAreCountedAndNotOnlyItsBytes() {
    String rows = "{\"instances\": [" + "[],".repeat(10_000) + "[]]}";
    String numbers = "{\"inputs\": [" + "0,".repeat(100_000) + "0]}";
    String strings = "{\"inputs\": [" + "\"\",".repeat(50_000) + "\"\"]}";
    for (String body : new String[] {rows, numbers, strings}) {
      byte[] bytes = body.getBytes(UTF_8);
      assertRefused(
          Refusal.TOO_LARGE, () -> PredictJson.read(bytes, new RequestMemory(MEGABYTE).open()));
      PredictJson.read(bytes, new RequestMemory(8 * MEGABYTE).open());
    }
  }

  @Test
  void tensorsAreCountedByTheirShapeAndNotByTheBytesOfTheirMessage() {
    TensorProto.Builder zeros = TensorProto.newBuilder().setDtype(DataType.DT_FLOAT).addFloatVal(0);
    zeros.getTensorShapeBuilder().addDimBuilder().setSize(MEGABYTE);
    RequestMemory memory = new RequestMemory(8 * MEGABYTE);
    ProtoTensor.read("x", zeros.build(), MEGABYTE, memory.open());
    assertRefused(
        Refusal.BUSY, () -> ProtoTensor.read("x", zeros.build(), MEGABYTE, memory.open()));
  }
}

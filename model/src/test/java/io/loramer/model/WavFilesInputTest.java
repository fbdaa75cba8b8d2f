package io.loramer.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;

final class WavFilesInputTest {
  private static final int RATE = 16_000;

  @Test
  void filesAreDecodedToTheMeanOfTheirChannelsAndPadded() {
    byte[] mono = wav(RATE, 1, 100, -200, 300, 0, 500);
    byte[] stereo = wav(RATE, 2, 1000, 3000, -400, 0, 32767, 32767);
    try (Graph graph = new Graph();
        Session session = new Session(graph);
        Result result = run(graph, session, mono, stereo)) {
      TFloat32 waveforms = (TFloat32) result.get(0);
      TInt32 mask = (TInt32) result.get(1);
      assertEquals(Shape.of(2, 5), waveforms.shape());
      float[] samples = new float[10];
      waveforms.asRawTensor().data().asFloats().read(samples);
      float[] expected = {100, -200, 300, 0, 500, 2000, -200, 32767, 0, 0};
      for (int i = 0; i < expected.length; i++) {
        expected[i] /= 32768;
      }
      assertArrayEquals(expected, samples);
      int[] valid = new int[10];
      mask.asRawTensor().data().asInts().read(valid);
      assertArrayEquals(new int[] {1, 1, 1, 1, 1, 1, 1, 1, 0, 0}, valid);
    }
  }

  @Test
  void fileOfAnotherSampleRateFailsWithAMessageThatStatesIt() {
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      var refused =
          assertThrows(
              TFInvalidArgumentException.class,
              () -> run(graph, session, wav(8000, 1, 1, 2, 3)).close());
      assertTrue(refused.getMessage().contains("8000"), refused.getMessage());
    }
  }

  private static Result run(Graph graph, Session session, byte[]... files) {
    Ops tf = Ops.create(graph);
    Map<String, Operand<?>> outputs = new WavFilesInput(false, OptionalLong.empty()).build(tf);
    try (TString bytes = TString.tensorOfBytes(NdArrays.vectorOfObjects(files))) {
      return session
          .runner()
          .feed(EmotionSignature.WAV_BYTES, bytes)
          .fetch(outputs.get("input_values"))
          .fetch(outputs.get("attention_mask"))
          .run();
    }
  }

  /** A RIFF file of 16-bit PCM, its samples interleaved. */
  private static byte[] wav(int rate, int channels, int... samples) {
    int data = 2 * samples.length;
    ByteBuffer file = ByteBuffer.allocate(44 + data).order(ByteOrder.LITTLE_ENDIAN);
    file.put(ascii("RIFF")).putInt(36 + data).put(ascii("WAVEfmt ")).putInt(16);
    file.putShort((short) 1).putShort((short) channels).putInt(rate);
    file.putInt(rate * channels * 2).putShort((short) (channels * 2)).putShort((short) 16);
    file.put(ascii("data")).putInt(data);
    for (int sample : samples) {
      file.putShort((short) sample);
    }
    return file.array();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}

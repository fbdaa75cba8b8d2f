package io.loramer.recognition.batches;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.loramer.recognition.audio.Waveform;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.corpus.Utterance.Clip;
import io.loramer.recognition.tensors.AudioBatch;
import io.loramer.recognition.tensors.ModelInputs;
import io.loramer.recognition.tensors.TensorMemory;
import io.loramer.recognition.tensors.TextBatch;
import io.loramer.recognition.testing.SoundFiles;
import io.loramer.recognition.testing.TestFiles;
import io.loramer.recognition.words.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TInt32;

class BatchesTest {
  private static final Path TOKENIZER =
      TestFiles.ofRepository(
          "model/recognition/src/test/resources/fixtures/tokenizer/tokenizer.json");

  @TempDir private Path folder;

  @Test
  void clipsAreCroppedToTheirBeginningAndPaddedWithZeros() throws IOException {
    Batches batches = new Batches(true, Optional.empty(), 0, 5);
    try (ModelInputs inputs =
        batches.inputs(List.of(utterance("a", .5f, .25f, -.5f), utterance("b", ramp(7))))) {
      assertEquals(Set.of("input_values", "audio_lengths"), inputs.byName().keySet());
      AudioBatch audio = inputs.audio().orElseThrow();
      assertEquals(Shape.of(2, 5), audio.values().shape());
      assertArrayEquals(
          new float[] {.5f, .25f, -.5f, 0, 0, .125f, .25f, .375f, .5f, .625f},
          TensorMemory.floats(audio.values()));
      assertArrayEquals(new int[] {3, 5}, ints(audio.lengths()));
    }
  }

  /** By HuggingFace's tokenizers (fixtures/tokenizer), whose {@code <pad>} is 1. */
  @Test
  void textsArePaddedWithThePaddingIdOfTheEncoder() throws IOException {
    try (Tokenizer tokenizer = Tokenizer.load(TOKENIZER, 20)) {
      Batches batches = new Batches(false, Optional.of(tokenizer), 1, 5);
      int[] shorter = tokenizer.encode("No!");
      int[] longer = tokenizer.encode("I don't know what to say...");
      ModelInputs inputs = batches.inputs(List.of(), List.of("No!", "I don't know what to say..."));
      assertEquals(Set.of("input_ids", "text_lengths"), inputs.byName().keySet());
      TextBatch text = inputs.text().orElseThrow();
      int[] expected = IntStream.generate(() -> 1).limit(2L * longer.length).toArray();
      System.arraycopy(shorter, 0, expected, 0, shorter.length);
      System.arraycopy(longer, 0, expected, longer.length, longer.length);
      assertArrayEquals(expected, ints(text.ids()));
      assertArrayEquals(new int[] {shorter.length, longer.length}, ints(text.lengths()));
      inputs.close();
    }
  }

  private static float[] ramp(int count) {
    float[] samples = new float[count];
    for (int i = 0; i < count; i++) {
      samples[i] = (i + 1) / 8f;
    }
    return samples;
  }

  private static int[] ints(TInt32 tensor) {
    int[] values = new int[Math.toIntExact(tensor.size())];
    tensor.asRawTensor().data().asInts().read(values);
    return values;
  }

  private Utterance utterance(String id, float... samples) throws IOException {
    byte[] data = SoundFiles.littleEndian(samples);
    byte[] wav = SoundFiles.wav(SoundFiles.FLOAT, 1, Waveform.SAMPLE_RATE, Float.SIZE, data);
    Path file = Files.write(folder.resolve(id + ".wav"), wav);
    Clip clip = new Clip(file, OptionalDouble.empty(), OptionalDouble.empty());
    return new Utterance(
        1, id, clip, Optional.empty(), "joy", "03", Optional.empty(), Optional.empty());
  }
}

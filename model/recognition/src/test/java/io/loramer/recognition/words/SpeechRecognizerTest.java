package io.loramer.recognition.words;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.recognition.audio.AudioFile;
import io.loramer.recognition.audio.Recording;
import io.loramer.recognition.audio.Waveform;
import io.loramer.recognition.corpus.Manifest;
import io.loramer.recognition.corpus.Transcription;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.testing.CtcFixture;
import io.loramer.recognition.testing.TestFiles;
import io.loramer.recognition.testing.TinyCorpus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Greedy decoding against PyTorch's (torch 2.13, transformers 5.18), by this script. The weights
 * are random, and so are the words.
 *
 * <pre>{@code
 * import json, math, torch
 * from itertools import groupby
 * from safetensors.torch import load_file
 * from transformers import Wav2Vec2ForCTC, Wav2Vec2FeatureExtractor
 * F = "fixtures/audio/wav2vec2-ctc/"
 * model = Wav2Vec2ForCTC.from_pretrained(F).eval()
 * extract = Wav2Vec2FeatureExtractor.from_pretrained(F)
 * tokens = {i: t for t, i in json.load(open(F + "vocab.json")).items()}
 * golden = load_file(F + "golden.safetensors")
 * for i in range(3):
 *     x = extract(golden[f"raw.{i}"].numpy(), sampling_rate=16000, return_tensors="pt").input_values
 *     with torch.no_grad():
 *         best = torch.log_softmax(model(x).logits[0], -1).max(-1)
 *     ids = best.indices.tolist()
 *     kept = [k for k, _ in groupby(ids) if k not in (0, 1, 2, 3)]
 *     text = "".join(" " if tokens[k] == "|" else tokens[k] for k in kept).strip()
 *     emitted = best.values[best.indices != 0]
 *     print(text, math.exp(emitted.mean()), len(ids), len(emitted))
 * }</pre>
 */
class SpeechRecognizerTest {
  @TempDir private static Path folder;
  private static Path recognizer;

  @BeforeAll
  static void convert() throws IOException {
    recognizer = CtcFixture.convert(folder);
  }

  @Test
  void wordsAndConfidencesEqualPyTorch() throws IOException {
    List<Transcription> expected =
        List.of(
            new Transcription("SAQSAUASASAASASAQSA", 0.1924461839),
            new Transcription("ASAMASASQSAUAQSASAQA", 0.1968654140),
            new Transcription("ASASAGASASA", 0.2040334962));
    try (SpeechRecognizer loaded = SpeechRecognizer.load(recognizer)) {
      for (int i = 0; i < expected.size(); i++) {
        Transcription found = loaded.recognize(CtcFixture.clip(i));
        assertEquals(expected.get(i).text(), found.text());
        assertEquals(expected.get(i).confidence(), found.confidence(), 1e-5);
      }
    }
  }

  /** A window of 30 s has 1499 frames, 320 samples apart, of which the next has 200 too. */
  @Test
  void framesOfALongClipAreTakenOnceAndAwayFromWindowEdges() throws IOException {
    float[] samples = new float[62 * Waveform.SAMPLE_RATE + 7];
    Random random = new Random(4);
    for (int t = 0; t < samples.length; t++) {
      samples[t] = (float) (Math.sin(t * (0.02 + t * 1e-7)) + 0.1 * random.nextGaussian()) / 2;
    }
    try (SpeechRecognizer loaded = SpeechRecognizer.load(recognizer)) {
      int[] whole = loaded.frames(Recording.of(new Waveform(samples)), progress -> {}).tokens;
      int[] first =
          loaded.frames(Recording.of(new Waveform(Arrays.copyOf(samples, 480_000))), progress -> {})
              .tokens;
      int[] second =
          loaded.frames(
                  Recording.of(new Waveform(Arrays.copyOfRange(samples, 415_680, 895_680))),
                  progress -> {})
              .tokens;
      int[] last =
          loaded.frames(
                  Recording.of(new Waveform(Arrays.copyOfRange(samples, 831_360, samples.length))),
                  progress -> {})
              .tokens;
      assertEquals((samples.length - 400) / 320 + 1, whole.length);
      assertArrayEquals(Arrays.copyOf(first, 1399), Arrays.copyOf(whole, 1399));
      assertArrayEquals(
          Arrays.copyOfRange(second, 100, 1399), Arrays.copyOfRange(whole, 1399, 2698));
      assertArrayEquals(
          Arrays.copyOfRange(last, 100, last.length),
          Arrays.copyOfRange(whole, 2698, whole.length));
      assertTrue(Arrays.stream(whole).distinct().count() > 2); // else all would be equal
    }
  }

  @Test
  void clipWithoutAFrameIsRefused() throws IOException {
    try (SpeechRecognizer loaded = SpeechRecognizer.load(recognizer)) {
      loaded.recognize(new Waveform(new float[400]));
      var refused =
          assertThrows(
              IllegalArgumentException.class, () -> loaded.recognize(new Waveform(new float[399])));
      assertEquals(
          "expected at least 400 samples at 16 kHz, one frame of the recogniser; found 399",
          refused.getMessage());
    }
  }

  @Test
  void onlyChosenUtterancesAreTranscribed() throws IOException {
    Manifest corpus =
        Manifest.read(TinyCorpus.in(Files.createDirectory(folder.resolve("tiny"))).manifest());
    try (SpeechRecognizer loaded = SpeechRecognizer.load(recognizer)) {
      List<Utterance> found =
          loaded.transcribe(corpus, one -> one.id().equals("u3"), TinyCorpus::unwatched);
      assertEquals(corpus.utterances().subList(0, 3), found.subList(0, 3));
      assertEquals(corpus.utterances().subList(4, 16), found.subList(4, 16));
      Transcription alone =
          loaded.recognize(AudioFile.read(corpus.utterances().get(3).clip().file()));
      assertEquals(corpus.utterances().get(3).recognized(alone), found.get(3));
      assertEquals(OptionalDouble.of(alone.confidence()), found.get(3).textConfidence());
    }
  }

  @Test
  void encodersWithoutCtcHeadAreRefused() throws IOException {
    TinyCorpus tiny = TinyCorpus.in(Files.createDirectory(folder.resolve("others")));
    assertRefused(
        tiny.speechEncoder(),
        tiny.speechEncoder()
            + ": expected a speech encoder with a CTC head, found no output logits; convert a"
            + " checkpoint of wav2vec 2.0, HuBERT or WavLM ForCTC with `lora-mer convert`");
    assertRefused(
        tiny.textEncoder(),
        tiny.textEncoder() + ": expected a speech encoder, found a text encoder");
  }

  @Test
  void damagedVariablesAreRefused() throws IOException {
    Path broken = folder.resolve("damaged");
    TestFiles.copy(recognizer, broken);
    Path values = broken.resolve("variables/variables.data-00000-of-00001");
    Files.write(values, new byte[9]);
    IOException refused =
        assertThrows(IOException.class, () -> SpeechRecognizer.load(broken).close());
    assertTrue(refused.getMessage().startsWith(broken.toString()), refused.getMessage());
  }

  @Test
  void vocabularyThatIsMissingOrHasNoBlankIsRefused() throws IOException {
    Path broken = folder.resolve("broken");
    TestFiles.copy(recognizer, broken);
    Path vocabulary = broken.resolve("assets/vocab.json");
    Files.writeString(vocabulary, "{\"eng\": {\"<pad>\": 0}}");
    assertRefused(
        broken,
        vocabulary
            + ": expected tokens with integer ids, among them the blank <pad>; found no such id");
    Files.delete(vocabulary);
    assertRefused(
        broken,
        vocabulary + ": no such file; convert the recogniser from a checkpoint that has it");
  }

  private static void assertRefused(Path notARecognizer, String message) {
    IOException refused =
        assertThrows(IOException.class, () -> SpeechRecognizer.load(notARecognizer).close());
    assertEquals(message, refused.getMessage());
  }
}

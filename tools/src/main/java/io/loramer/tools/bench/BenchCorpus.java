package io.loramer.tools.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.loramer.recognition.audio.Waveform;
import io.loramer.recognition.corpus.Manifest;
import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.corpus.Utterance;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A corpus of noise with random words, as many as people speak in the time of a clip.
 *
 * @param folder the folder of the manifests and clips
 */
record BenchCorpus(Path folder) {
  static final List<String> LABELS = List.of("anger", "happiness", "neutral", "sadness");

  private static final double WORDS_PER_SECOND = 2.7;
  private static final List<String> WORDS =
      List.of("I am so happy for you and I know that it is all right now".split(" ", -1));

  private static final int WAV_HEADER = 44;
  private static final int LOUDNESS = 3000; // the standard deviation of the samples, of 32768

  /**
   * Writes a manifest and its clips: a training clip for each length, and a validation clip of the
   * first length.
   *
   * @param random draws noise and words, so that no two utterances share an entry of the cache
   */
  void write(String name, double[] seconds, Random random) throws IOException {
    Files.createDirectories(folder);
    List<Utterance> utterances = new ArrayList<>();
    for (int i = 0; i < seconds.length; i++) {
      utterances.add(utterance(name, i, seconds[i], Split.TRAIN, random));
    }
    utterances.add(utterance(name, seconds.length, seconds[0], Split.VALIDATION, random));
    Manifest.write(manifest(name), utterances);
  }

  Path manifest(String name) {
    return folder.resolve(name + ".jsonl");
  }

  private Utterance utterance(String name, int number, double seconds, Split split, Random random)
      throws IOException {
    Path file = folder.resolve(name + "-" + number + ".wav").toAbsolutePath();
    Files.write(file, noise((int) Math.round(seconds * Waveform.SAMPLE_RATE), random));
    String text =
        IntStream.range(0, (int) Math.max(1, Math.round(seconds * WORDS_PER_SECOND)))
            .mapToObj(i -> WORDS.get(random.nextInt(WORDS.size())))
            .collect(Collectors.joining(" "));
    return new Utterance(
        number + 1,
        name + "-" + number,
        new Utterance.Clip(file, OptionalDouble.empty(), OptionalDouble.empty()),
        Optional.of(text),
        LABELS.get(number % LABELS.size()),
        split.word(),
        Optional.empty(),
        Optional.of(split));
  }

  /** Returns a WAV file of one channel with 16 bits per sample. */
  private static byte[] noise(int samples, Random random) {
    int bytes = Short.BYTES * samples;
    ByteBuffer wav = ByteBuffer.allocate(WAV_HEADER + bytes).order(ByteOrder.LITTLE_ENDIAN);
    wav.put("RIFF".getBytes(US_ASCII)).putInt(WAV_HEADER - 8 + bytes);
    wav.put("WAVEfmt ".getBytes(US_ASCII)).putInt(16).putShort((short) 1).putShort((short) 1);
    wav.putInt(Waveform.SAMPLE_RATE).putInt(Waveform.SAMPLE_RATE * Short.BYTES);
    wav.putShort((short) Short.BYTES).putShort((short) Short.SIZE);
    wav.put("data".getBytes(US_ASCII)).putInt(bytes);
    for (int i = 0; i < samples; i++) {
      double sample = Math.rint(LOUDNESS * random.nextGaussian());
      wav.putShort((short) Math.min(Math.max(sample, Short.MIN_VALUE), Short.MAX_VALUE));
    }
    return wav.array();
  }
}

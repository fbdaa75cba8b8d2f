package io.loramer.recognition.corpus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.loramer.recognition.audio.AudioScan;
import io.loramer.recognition.audio.Waveform;
import io.loramer.recognition.corpus.CorpusException.Problem;
import io.loramer.recognition.corpus.Utterance.Clip;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusCheckTest {
  private static final CorpusCheck ANY_LABEL = new CorpusCheck(Set.of(), 5, 11, TextSource.NONE);

  @TempDir Path folder;

  @Test
  void validCorpusGivesLengthsInOrderAndCountsCroppedClips() throws IOException {
    Manifest manifest = manifest(speech(7), speech(12), speech(5), speech(11), speech(40));
    List<Integer> progress = new ArrayList<>();

    CorpusCheck.Lengths lengths = ANY_LABEL.run(manifest, this::decode, progress::add);

    assertEquals(new CorpusCheck.Lengths(List.of(7, 12, 5, 11, 40), 2, List.of()), lengths);
    assertEquals(List.of(1, 2, 3, 4, 5), progress);
  }

  @Test
  void progressIsInOrderAndLengthsAreInPlaceForManyUtterances() throws IOException {
    String[] contents =
        IntStream.range(0, 200).mapToObj(i -> speech(5 + i % 7)).toArray(String[]::new);
    List<Integer> progress = new ArrayList<>();

    CorpusCheck.Lengths lengths = ANY_LABEL.run(manifest(contents), this::decode, progress::add);

    assertEquals(IntStream.range(0, 200).mapToObj(i -> 5 + i % 7).toList(), lengths.samples());
    assertEquals(IntStream.rangeClosed(1, 200).boxed().toList(), progress);
  }

  @Test
  void allProblemsAreReportedAtOnceInTheOrderOfTheLines() throws IOException {
    Manifest manifest =
        manifest(
            "1 2 3 4 5", // label joy, no text: see manifest()
            "", // empty file
            "not audio",
            " ", // no samples
            "1 2 3 4");
    Files.delete(folder.resolve("1.wav"));
    CorpusCheck strict = new CorpusCheck(Set.of("sadness", "anger"), 5, 11, TextSource.TRANSCRIPT);

    CorpusException e =
        assertThrows(CorpusException.class, () -> strict.run(manifest, this::decode, done -> {}));

    List<String> audio =
        List.of(
            "1.wav: no such file",
            "2.wav: the file is empty",
            "3.wav: not audio: For input string: \"not\"",
            "4.wav: expected at least 5 samples (one frame of the encoder), found 0",
            "5.wav: expected at least 5 samples (one frame of the encoder), found 4");
    List<Problem> expected = new ArrayList<>();
    for (int line = 1; line <= audio.size(); line++) {
      expected.add(new Problem(line, "label: expected one of anger, sadness, found joy"));
      expected.add(
          new Problem(line, "text: expected words, found none; add them, or give a recogniser"));
      expected.add(new Problem(line, folder.resolve(audio.get(line - 1)).toString()));
    }
    assertEquals(expected, e.problems());
  }

  @Test
  void clipsWithoutSoundAreNamedOnceAndAreNoProblem() throws IOException {
    Manifest manifest = manifest("3 3 3 3 3", speech(7), "0 0 0 0 0 0", "4 4 4 4 4", "5 5 5 5 5");
    CorpusCheck.Lengths lengths = ANY_LABEL.run(manifest, this::decode, done -> {});
    String sentence =
        "4 of 5 clips have no sound: F/1.wav: is silent; F/3.wav: is silent; F/4.wav: is silent;"
            + " and 1 more";
    assertEquals(
        Optional.of(sentence), lengths.silence().map(text -> text.replace(folder.toString(), "F")));
    assertEquals(
        Optional.empty(), ANY_LABEL.run(manifest(speech(7)), this::decode, done -> {}).silence());
  }

  /** The model is given the samples that the decoder keeps. */
  @Test
  void clipThatIsSilentWhereTheModelTakesItIsNamed() throws IOException {
    Waveform kept = new Waveform(new float[16_000]);
    AudioScan scan =
        new AudioScan(kept, 50_000, Optional.empty(), Optional.empty(), Optional.empty());
    CorpusCheck.Lengths lengths = ANY_LABEL.run(manifest("x"), clip -> scan, done -> {});
    assertEquals(
        List.of(folder.resolve("1.wav") + ": the first 1.0 s are silent"), lengths.silent());
  }

  @Test
  void decoderIsGivenThePartOfTheFile() throws IOException {
    Path file = Files.writeString(folder.resolve("x.wav"), "content");
    Clip stretch = new Clip(file, OptionalDouble.of(1.5), OptionalDouble.of(3));
    List<Clip> asked = new ArrayList<>();

    ANY_LABEL.run(
        new Manifest(folder.resolve("m.jsonl"), List.of(utterance(1, stretch))),
        clip -> {
          asked.add(clip);
          return scan(new Waveform(new float[6]));
        },
        done -> {});

    assertEquals(List.of(stretch), asked);
  }

  @Test
  void aLimitBelowOneFrameIsRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> new CorpusCheck(Set.of(), 5, 4, TextSource.NONE));
  }

  /** Returns the text that {@link #decode} reads as this number of samples. */
  private static String speech(int samples) {
    return "1 -1 ".repeat(samples).substring(0, 5 * (samples / 2) + 2 * (samples % 2));
  }

  private static AudioScan scan(Waveform all) {
    Optional<String> silence = all.isSilent() ? Optional.of("is silent") : Optional.empty();
    return new AudioScan(all, all.samples().length, silence, Optional.empty(), Optional.empty());
  }

  /** Decodes samples written as text, in place of FFmpeg. */
  private AudioScan decode(Clip clip) throws IOException {
    String content = Files.readString(clip.file()).strip();
    if (content.isEmpty()) {
      return scan(new Waveform(new float[0]));
    }
    String[] words = content.split(" ", -1);
    float[] samples = new float[words.length];
    try {
      for (int i = 0; i < words.length; i++) {
        samples[i] = Float.parseFloat(words[i]);
      }
    } catch (NumberFormatException e) {
      throw new IOException(clip.file() + ": not audio: " + e.getMessage(), e);
    }
    return scan(new Waveform(samples));
  }

  private Manifest manifest(String... contents) throws IOException {
    List<Utterance> utterances = new ArrayList<>();
    for (int line = 1; line <= contents.length; line++) {
      Path file = Files.writeString(folder.resolve(line + ".wav"), contents[line - 1]);
      utterances.add(
          utterance(line, new Clip(file, OptionalDouble.empty(), OptionalDouble.empty())));
    }
    return new Manifest(folder.resolve("m.jsonl"), utterances);
  }

  private static Utterance utterance(int line, Clip clip) {
    return new Utterance(
        line, "u" + line, clip, Optional.empty(), "joy", "7", Optional.empty(), Optional.empty());
  }
}

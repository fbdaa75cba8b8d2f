package io.loramer.recognition.corpus;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.loramer.recognition.audio.Waveform;
import io.loramer.recognition.corpus.Utterance.Clip;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a manifest's lines say together that is probably not meant. */
class ManifestWarningsTest {
  @TempDir Path folder;

  private final List<Utterance> utterances = new ArrayList<>();

  @Test
  void labelsAndSpeakersThatDifferByCaseBlanksOrZerosAreProbablyTheSame() {
    add("a", "Anger", "s1");
    add("b", "anger", "S1");
    add("c", "anger\u00a0", "s 1");
    add("d", "very sad", "03");
    add("e", "very_sad", "3");
    add("f", "joy", "30");
    add("g", "Fu\u00df", "x");
    add("h", "FUSS", "y");

    assertEquals(
        List.of(
            "labels that are probably the same, and are used as different ones: \"Anger\" (1) ="
                + " \"anger\" (1) = \"anger\\u00a0\" (1); \"FUSS\" (1) = \"Fu\u00df\" (1); \"very"
                + " sad\" (1) = \"very_sad\" (1)",
            "speakers that are probably the same, and are used as different ones: \"03\" (1) ="
                + " \"3\" (1); \"S1\" (1) = \"s1\" (1)"),
        warnings());
  }

  @Test
  void labelsAndIdsThatDifferByUnicodeFormAreShownWithTheirDifference() {
    add("fr\u00f6hlich/x", "fr\u00f6hlich", "a");
    add("fro\u0308hlich/x", "fro\u0308hlich", "b");
    add("A/x", "joy", "c"); // an id in capitals is another id
    add("a/x", "joy", "d");

    assertEquals(
        List.of(
            "labels that are probably the same, and are used as different ones:"
                + " \"fro\\u0308hlich\" (1) = \"fr\u00f6hlich\" (1)",
            "ids that are probably the same, and are used as different ones:"
                + " \"fro\\u0308hlich/x\" (1) = \"fr\u00f6hlich/x\" (1)"),
        warnings());
  }

  @Test
  void invisibleSignsAndWideLettersMakeNoOtherLabel() {
    add("a", "joy", "1");
    add("b", "\u200bjoy", "1");
    add("c", "\uff4aoy", "1");

    assertEquals(
        List.of(
            "labels that are probably the same, and are used as different ones: \"joy\" (1) ="
                + " \"\\u200bjoy\" (1) = \"\uff4aoy\" (1)"),
        warnings());
  }

  @Test
  void valuesThatProgramsWriteForMissingOnesAreAskedAbout() {
    add("a", "nan", "1");
    add("b", "nan", "None");
    utterances.add(utterance("c", whole("c"), "joy", "2", Optional.of("<NA>"), Optional.empty()));
    utterances.add(utterance("d", whole("d"), "joy", "2", Optional.of("No."), Optional.empty()));

    String question = "; is it what a program writes for a missing value?";
    assertEquals(
        List.of(
            "the label \"nan\" is used as it stands (2: a, b)" + question,
            "the speaker \"None\" is used as it stands (1: b)" + question,
            "the text \"<NA>\" is used as it stands (1: c)" + question),
        warnings());
  }

  @Test
  void anEndBehindTheEndOfTheFileIsNamedUnlessItIsRounded() {
    utterances.add(part("a", 1, 600));
    utterances.add(part("b", 1, 1.94));
    utterances.add(part("c", 1, 600)); // cannot be decoded
    add("d", "joy", "1");

    Optional<String> sentence =
        new Manifest(Path.of("m"), utterances).endsBehindFiles(List.of(14_400, 14_400, 0, 30_400));

    assertEquals(
        Optional.of(
            "clips whose end is behind the end of their files: 1 (a: 599.00 s, found 0.90 s)"),
        sentence);
  }

  @Test
  void filesWithTheSameBytesAreNamedWithTheLabelsAndSplitsThatDiffer() throws IOException {
    write("a", "one");
    write("b", "two");
    write("c", "one");
    write("d", "three");
    write("e", "two");
    write("f", "two");
    String[] splits = {"train", "train", "test", "test", "train", "train"};
    for (int i = 0; i < splits.length; i++) {
      String id = "abcdef".substring(i, i + 1);
      utterances.add(
          utterance(
              id, whole(id), i == 2 ? "joy" : "fear", "1", Optional.empty(), Split.of(splits[i])));
    }

    assertEquals(
        Optional.of(
            "2 sounds have several ids, 1 with different labels, 1 in different splits: a (fear,"
                + " train) = c (joy, test); b = e = f"),
        EqualSound.ofFiles(utterances));
  }

  @Test
  void partsOfOneFileAreDifferentSounds() throws IOException {
    write("a", "one");
    utterances.add(utterance("1", new Clip(folder.resolve("a"), seconds(0), seconds(1)), "joy"));
    utterances.add(utterance("2", new Clip(folder.resolve("a"), seconds(1), seconds(2)), "joy"));

    assertEquals(Optional.empty(), EqualSound.ofFiles(utterances));
  }

  @Test
  void equalSamplesAreFoundWhateverTheFiles() {
    float[] samples = new float[40_001]; // more than one buffer
    samples[40_000] = 1;
    float[] other = samples.clone();
    other[40_000] = -1;
    Clip wav = whole("a.wav");
    Clip flac = whole("b.flac");
    Clip last = whole("c.wav");
    utterances.add(utterance("a", wav, "joy"));
    utterances.add(utterance("b", flac, "joy"));
    utterances.add(utterance("c", last, "joy"));
    utterances.add(utterance("broken", whole("d.wav"), "joy"));

    assertEquals(
        Optional.of("1 sound has several ids: a = b"),
        EqualSound.ofSamples(
            utterances,
            Map.of(
                wav, hash(new Waveform(samples)),
                flac, hash(new Waveform(samples.clone())),
                last, hash(new Waveform(other)))));
  }

  private List<String> warnings() {
    return new Manifest(Path.of("m.jsonl"), utterances).warnings();
  }

  private void add(String id, String label, String speaker) {
    utterances.add(utterance(id, whole(id), label, speaker, Optional.empty(), Optional.empty()));
  }

  private void write(String name, String content) throws IOException {
    Files.writeString(folder.resolve(name), content);
  }

  private Clip whole(String name) {
    return Clip.whole(folder.resolve(name));
  }

  private Utterance part(String id, double start, double end) {
    return utterance(id, new Clip(folder.resolve(id), seconds(start), seconds(end)), "joy");
  }

  private static OptionalDouble seconds(double seconds) {
    return OptionalDouble.of(seconds);
  }

  private static Utterance utterance(String id, Clip clip, String label) {
    return utterance(id, clip, label, "1", Optional.empty(), Optional.empty());
  }

  private static Utterance utterance(
      String id,
      Clip clip,
      String label,
      String speaker,
      Optional<String> text,
      Optional<Split> split) {
    return new Utterance(0, id, clip, text, label, speaker, Optional.empty(), split);
  }

  private static String hash(Waveform waveform) {
    return HexFormat.of().formatHex(waveform.sha256(Integer.MAX_VALUE));
  }
}

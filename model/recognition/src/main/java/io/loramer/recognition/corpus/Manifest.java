package io.loramer.recognition.corpus;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.loramer.recognition.audio.Waveform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A corpus as JSON Lines: one utterance per line, with audio paths relative to the file's folder.
 *
 * <pre>{@code
 * {"id": "a1", "audio": "flac/a1.flac", "text": "Good.", "label": "happiness", "speaker": "03",
 *  "session": 1, "start": 0.5, "end": 2.25, "channel": 0, "split": "train"}
 * {"id": "a2", "audio": "flac/a2.flac", "text": "GOOD", "text_source": "asr",
 *  "text_confidence": 0.93, "label": "neutral", "speaker": "03"}
 * }</pre>
 *
 * <p>{@code id}, {@code audio}, {@code label} and {@code speaker} are required. {@code split} is
 * {@code train}, {@code validation} or {@code test}, {@code start} and {@code end} are seconds,
 * {@code channel} is the only channel that is used, from 0; without it, all are averaged. {@code
 * text_source} is {@code transcript}, the default, or {@code asr}, which requires a {@code
 * text_confidence} and allows an empty text. Blank lines are ignored; other keys too, but {@link
 * ManifestReader.Lines#warnings} names those that are like a known one. A key that is {@code null}
 * counts as absent.
 *
 * @param file the file that the manifest was read from
 */
public record Manifest(Path file, List<Utterance> utterances) {
  /** The keys that are read. */
  static final List<String> KEYS =
      List.of(
          "audio",
          "text",
          "text_source",
          "text_confidence",
          "label",
          "speaker",
          "session",
          "start",
          "end",
          "channel",
          "split",
          "id");

  /**
   * An {@code end} may be this much behind the end of the file, since times are often rounded and
   * some formats add or cut a little.
   */
  private static final double END_TOLERANCE_SECONDS = 0.05;

  private static final int SHOWN = 5;

  public Manifest {
    utterances = List.copyOf(utterances);
  }

  /**
   * Reads a manifest.
   *
   * @throws CorpusException with all problems of all lines, if there are any
   * @throws IOException if the file cannot be read
   */
  public static Manifest read(Path file) throws IOException {
    return new ManifestReader(file).read().requireValid();
  }

  /**
   * Returns sentences on labels, speakers, sessions and ids that are probably the same, and on
   * values that programs write where one is missing.
   */
  public List<String> warnings() {
    return LookAlikes.warnings(utterances);
  }

  /**
   * Returns a sentence on the utterances whose {@code end} is behind the end of their files; empty
   * if there are none.
   *
   * @param samples the length of each decoded clip, 0 if it cannot be decoded
   */
  public Optional<String> endsBehindFiles(List<Integer> samples) {
    List<String> late = new ArrayList<>();
    for (int i = 0; i < utterances.size(); i++) {
      Utterance.Clip clip = utterances.get(i).clip();
      double found = (double) samples.get(i) / Waveform.SAMPLE_RATE;
      double expected = clip.end().orElse(0) - clip.start().orElse(0);
      if (found > 0 && expected - found > END_TOLERANCE_SECONDS) {
        late.add(
            String.format(
                Locale.ROOT, "%s: %.2f s, found %.2f s", utterances.get(i).id(), expected, found));
      }
    }
    if (late.isEmpty()) {
      return Optional.empty();
    }
    String more = late.size() > SHOWN ? "; " + (late.size() - SHOWN) + " more" : "";
    return Optional.of(
        "clips whose end is behind the end of their files: %d (%s%s)"
            .formatted(late.size(), late.stream().limit(SHOWN).collect(joining("; ")), more));
  }

  /** Returns a manifest to be written, its utterances numbered by their future lines. */
  public static Manifest unwritten(Path file, List<Utterance> utterances) {
    List<Utterance> numbered = new ArrayList<>();
    utterances.forEach(utterance -> numbered.add(utterance.onLine(numbered.size() + 1)));
    return new Manifest(file, numbered);
  }

  /** Writes a manifest atomically, with audio paths relative to its folder where possible. */
  public static void write(Path file, List<Utterance> utterances) throws IOException {
    Path folder = file.toAbsolutePath().normalize().getParent();
    StringBuilder lines = new StringBuilder();
    for (Utterance utterance : utterances) {
      lines.append(json(utterance, folder)).append('\n');
    }
    Path aside = file.resolveSibling(file.getFileName() + ".part");
    try {
      Files.writeString(aside, lines);
      Files.move(aside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(aside);
    }
  }

  private static ObjectNode json(Utterance utterance, Path folder) {
    Utterance.Clip clip = utterance.clip();
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("id", utterance.id());
    node.put("audio", relative(clip.file(), folder));
    utterance.text().ifPresent(text -> node.put("text", text));
    utterance
        .textConfidence()
        .ifPresent(
            confidence ->
                node.put("text_source", ManifestReader.RECOGNIZED)
                    .put("text_confidence", confidence));
    node.put("label", utterance.label());
    node.put("speaker", utterance.speaker());
    utterance.session().ifPresent(session -> node.put("session", session));
    clip.start().ifPresent(start -> node.put("start", start));
    clip.end().ifPresent(end -> node.put("end", end));
    clip.channel().ifPresent(channel -> node.put("channel", channel));
    utterance.split().ifPresent(split -> node.put("split", split.word()));
    return node;
  }

  private static String relative(Path audio, Path folder) {
    // On Windows, there is no relative path between two drives.
    boolean reachable = folder.getRoot().equals(audio.getRoot());
    Path path = reachable ? folder.relativize(audio) : audio;
    return path.toString().replace(path.getFileSystem().getSeparator(), "/");
  }
}

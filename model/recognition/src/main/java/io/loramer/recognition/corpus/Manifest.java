package io.loramer.recognition.corpus;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A corpus as JSON Lines: one utterance per line, with audio paths relative to the file's folder.
 *
 * <pre>{@code
 * {"id": "a1", "audio": "flac/a1.flac", "text": "Good.", "label": "happiness", "speaker": "03",
 *  "session": 1, "start": 0.5, "end": 2.25, "split": "train"}
 * {"id": "a2", "audio": "flac/a2.flac", "text": "GOOD", "text_source": "asr",
 *  "text_confidence": 0.93, "label": "neutral", "speaker": "03"}
 * }</pre>
 *
 * <p>{@code id}, {@code audio}, {@code label} and {@code speaker} are required. {@code split} is
 * {@code train}, {@code validation} or {@code test}, {@code start} and {@code end} are seconds.
 * {@code text_source} is {@code transcript}, the default, or {@code asr}, which requires a {@code
 * text_confidence} and allows an empty text. Other keys and blank lines are ignored; a key that is
 * {@code null} counts as absent.
 *
 * @param file the file that the manifest was read from
 */
public record Manifest(Path file, List<Utterance> utterances) {
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
    ManifestReader.Lines lines = new ManifestReader(file).read();
    if (!lines.problems().isEmpty()) {
      throw new CorpusException(file, lines.problems());
    }
    return lines.valid();
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

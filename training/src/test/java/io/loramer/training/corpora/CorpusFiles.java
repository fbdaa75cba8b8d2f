package io.loramer.training.corpora;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.testing.TestFiles;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** Builds a corpus for a test, whose clips are one real clip (EmoDB, CC0) under many names. */
record CorpusFiles(Path folder) {
  private static final Path AUDIO =
      TestFiles.ofRepository("model/recognition/src/test/resources/audio");

  /** Writes a clip of 1.23 s; its content is FLAC whatever its name. */
  void clip(String path) throws IOException {
    Path original = folder.resolveSibling(folder.getFileName() + ".original");
    if (Files.notExists(original)) {
      Files.copy(AUDIO.resolve("12a02Ac.flac"), original);
    }
    Path clip = folder.resolve(path);
    Files.createDirectories(clip.getParent());
    Files.createLink(clip, original);
  }

  /** Writes a video of 0.4 s with audio. */
  void film(String path) throws IOException {
    Path film = folder.resolve(path);
    Files.createDirectories(film.getParent());
    Files.copy(AUDIO.resolve("tone.mp4"), film);
  }

  void text(String path, String content) throws IOException {
    text(path, content, StandardCharsets.UTF_8);
  }

  void text(String path, String content, Charset charset) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content, charset);
  }

  static Utterance find(CorpusContents contents, String id) {
    return contents.utterances().stream().filter(u -> u.id().equals(id)).findFirst().orElseThrow();
  }

  static Map<String, Long> count(CorpusContents contents, Function<Utterance, String> key) {
    return new TreeMap<>(contents.utterances().stream().collect(groupingBy(key, counting())));
  }
}

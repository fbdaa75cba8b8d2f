package io.loramer.training.corpora;

import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.corpus.Utterance.Clip;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Clips in one folder per label.
 *
 * <p>The words of {@code a.wav} are in {@code a.txt} beside it (UTF-8), if there is one.
 *
 * @param folder holds the folders that are named like the labels, with folders of any depth below
 * @param speakers finds the speaker in the path within {@code folder}, with {@code /}
 */
public record FolderPerLabel(Path folder, Speakers speakers) implements Corpus {
  @Override
  public CorpusContents read() throws IOException {
    Findings findings = new Findings(folder);
    List<String> outside = new ArrayList<>();
    for (Path file : ClipFiles.under(folder)) {
      Path within = ClipFiles.absolute(folder).relativize(file);
      String path = within.toString().replace(within.getFileSystem().getSeparator(), "/");
      Optional<String> speaker = speakers.of(path);
      if (within.getNameCount() == 1) {
        outside.add(path);
      } else if (speaker.isEmpty()) {
        findings.problem(speakers.notFound(path));
      } else {
        findings.add(
            new Utterance(
                0,
                ClipFiles.withoutExtension(path),
                Clip.whole(file),
                words(file),
                within.getName(0).toString(),
                speaker.get(),
                Optional.empty(),
                Optional.empty()));
      }
    }
    findings.note("clips left out because they are in no label's folder", outside);
    speakers.warn(findings);
    return findings.contents("clips in a folder for each label");
  }

  private static Optional<String> words(Path clip) throws IOException {
    Path file = clip.resolveSibling(ClipFiles.stem(clip) + ".txt");
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    return Optional.of(TextFile.read(file).strip()).filter(text -> !text.isEmpty());
  }
}

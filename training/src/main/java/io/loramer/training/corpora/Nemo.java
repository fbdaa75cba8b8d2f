package io.loramer.training.corpora;

import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.corpus.Utterance.Clip;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * nEMO: nine actors, six emotions, 90 Polish sentences.
 *
 * @param folder holds {@code data.tsv} and the clips in {@code samples}
 * @see <a href="https://github.com/amu-cai/nEMO">github.com/amu-cai/nEMO</a>
 */
public record Nemo(Path folder) implements Corpus {
  private static final String FILE = "file_id";
  private static final String EMOTION = "emotion";
  private static final String SPEAKER = "speaker_id"; // padded with blanks
  private static final String TEXT = "raw_text";

  @Override
  public CorpusContents read() throws IOException {
    ClipFiles.requireFolder(folder);
    Table table =
        Table.tabs(folder.resolve("data.tsv")).requireColumns(Set.of(FILE, EMOTION, SPEAKER, TEXT));
    Findings findings = new Findings(folder);
    Path samples = ClipFiles.absolute(folder.resolve("samples"));
    for (Table.Row row : table.rows()) {
      Optional<String> file = row.cell(FILE);
      Optional<String> emotion = row.cell(EMOTION);
      Optional<String> speaker = row.cell(SPEAKER);
      if (file.isEmpty() || emotion.isEmpty() || speaker.isEmpty()) {
        findings.problem(table.file(), row.line(), "a file, an emotion or a speaker is missing");
        continue;
      }
      findings.add(
          new Utterance(
              0,
              ClipFiles.withoutExtension(file.get()),
              Clip.whole(samples.resolve(file.get())),
              row.cell(TEXT),
              emotion.get().equals("surprised") ? "surprise" : emotion.get(),
              speaker.get(),
              Optional.empty(),
              Optional.empty()));
    }
    return findings.contents("data.tsv, and its clips in samples");
  }
}

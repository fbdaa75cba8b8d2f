package io.loramer.training.corpora;

import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.corpus.Utterance.Clip;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads corpora whose clips' names contain speaker, sentence and emotion. */
final class NamedClips {
  private NamedClips() {}

  /** The content of a clip's name. */
  record Meaning(String speaker, String text, String label) {}

  /**
   * Reads the clips of a folder and of all folders below it.
   *
   * @param name matches the names of clips without extension; others are noted and left out
   * @param example such a name, for messages
   * @param meaning returns the content of a name that matches
   */
  static CorpusContents read(
      Path folder, Pattern name, String example, Function<Matcher, Meaning> meaning)
      throws IOException {
    Findings findings = new Findings(folder);
    List<String> others = new ArrayList<>();
    for (Path file : ClipFiles.under(folder)) {
      String stem = ClipFiles.stem(file);
      Matcher matcher = name.matcher(stem);
      if (!matcher.matches()) {
        others.add(stem);
        continue;
      }
      Meaning named = meaning.apply(matcher);
      findings.add(
          new Utterance(
              0,
              stem,
              Clip.whole(file),
              Optional.of(named.text()),
              named.label(),
              named.speaker(),
              Optional.empty(),
              Optional.empty()));
    }
    findings.note("clips left out because their names are not like " + example, others);
    return findings.contents("clips with names like " + example);
  }
}

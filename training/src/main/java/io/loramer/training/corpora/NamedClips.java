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

/** Clips whose names tell who speaks, what, and how. */
final class NamedClips {
  private NamedClips() {}

  /** What a name tells. */
  record Told(String speaker, String text, String label) {}

  /**
   * Reads the clips of a folder and of all below it.
   *
   * @param name what a file's name without its extension must match; others are noted
   * @param example such a name, for messages
   */
  static CorpusContents read(
      Path folder, Pattern name, String example, Function<Matcher, Told> meaning)
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
      Told told = meaning.apply(matcher);
      findings.add(
          new Utterance(
              0,
              stem,
              Clip.whole(file),
              Optional.of(told.text()),
              told.label(),
              told.speaker(),
              Optional.empty(),
              Optional.empty()));
    }
    findings.note("clips left out because their names are not like " + example, others);
    return findings.contents("clips with names like " + example);
  }
}

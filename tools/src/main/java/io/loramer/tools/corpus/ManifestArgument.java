package io.loramer.tools.corpus;

import io.loramer.recognition.corpus.CorpusReport;
import io.loramer.tools.console.ProgressLine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Parameters;

/** The argument of commands that check a whole manifest. */
final class ManifestArgument {
  @Parameters(paramLabel = "MANIFEST", description = "JSON Lines, one utterance per line.")
  private Path manifest;

  Path path() {
    return manifest;
  }

  /**
   * Reads the manifest and decodes every clip, with a progress bar.
   *
   * @throws IOException if the manifest cannot be read
   */
  CorpusReport check() throws IOException {
    try (ProgressLine progress = new ProgressLine()) {
      return CorpusReport.of(manifest, progress);
    }
  }

  /** Returns the numbers of problems and warnings; empty if there are none. */
  static String summary(CorpusReport report) {
    List<String> counts = new ArrayList<>();
    if (!report.problems().isEmpty()) {
      counts.add("problems: " + report.problems().size());
    }
    if (!report.warnings().isEmpty()) {
      counts.add("warnings: " + report.warnings().size());
    }
    return String.join(", ", counts);
  }
}

package io.loramer.tools.experiments;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.loramer.training.config.RunConfig;
import io.loramer.training.config.RunConfigFile;
import io.loramer.training.experiments.SweepGrid;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shipped grids are the tables of the paper. */
class ReadyExperimentsTest {
  private static final Path EXPERIMENTS = Path.of("experiments");

  @TempDir private Path folder;

  @Test
  void table1HasTheNineRowsOfThePaper() throws IOException {
    assertEquals(
        """
        Frozen HuBERT                    | hubert-base frozen |              | 0.25 | 68.52 66.82
        Frozen WavLM                     | wavlm-base frozen  |              | 0.25 | 68.57 67.09
        LoRA HuBERT                      | hubert-base lora   |              | 0.25 | 71.78 70.80
        LoRA WavLM                       | wavlm-base lora    |              | 0.25 | 72.39 71.61
        Frozen RoBERTa                   |                    | roberta-base | 0.25 | 60.94 60.01
        Frozen HuBERT + Frozen RoBERTa   | hubert-base frozen | roberta-base | 0.25 | 76.46 75.86
        Frozen WavLM + Frozen RoBERTa    | wavlm-base frozen  | roberta-base | 0.25 | 77.59 76.58
        LoRA HuBERT + Frozen RoBERTa     | hubert-base lora   | roberta-base | 0.25 | 79.07 78.21
        LoRA WavLM + Frozen RoBERTa      | wavlm-base lora    | roberta-base | 0.25 | 80.18 79.39
        """,
        table("table1.yaml"));
  }

  @Test
  void table2HasTheSixLambdasOfThePaper() throws IOException {
    assertEquals(
        """
        lambda 2.0                       | wavlm-base lora    | roberta-base | 2.0  | 70.95 69.62
        lambda 1.0                       | wavlm-base lora    | roberta-base | 1.0  | 76.41 75.41
        lambda 0.5                       | wavlm-base lora    | roberta-base | 0.5  | 79.23 78.57
        lambda 0.25                      | wavlm-base lora    | roberta-base | 0.25 | 80.18 79.39
        lambda 0.1                       | wavlm-base lora    | roberta-base | 0.1  | 79.07 78.03
        lambda 0.0                       | wavlm-base lora    | roberta-base | 0.0  | 78.60 76.67
        """,
        table("table2.yaml"));
  }

  /** Returns the points of a grid over a configuration like that in the README. */
  private String table(String name) throws IOException {
    Path config =
        Files.writeString(
            folder.resolve("run.yaml"),
            """
            data: {manifest: corpus/manifest.jsonl}
            audio: {encoder: encoders/wavlm-base}
            text: {encoder: encoders/roberta-base}
            """);
    List<String> lines = new ArrayList<>();
    for (SweepGrid.Point point : SweepGrid.read(EXPERIMENTS.resolve(name)).points()) {
      RunConfig run = RunConfigFile.read(config, point.overrides(), Map.of());
      String speech =
          run.audio().encoder().isEmpty()
              ? ""
              : encoder(run.audio().encoder())
                  + " "
                  + run.audio().adaptation().name().toLowerCase(Locale.ROOT);
      lines.add(
          String.format(
              Locale.ROOT,
              "%-32s | %-18s | %-12s | %-4s | %.2f %.2f%n",
              point.name(),
              speech,
              encoder(run.text().encoder()),
              run.head().mine().lambda(),
              point.paper().get("UA"),
              point.paper().get("WA")));
    }
    return String.join("", lines);
  }

  /** Returns the configured encoder, whose path is relative to the configuration. */
  private String encoder(Optional<Path> path) {
    return path.map(p -> folder.resolve("encoders").relativize(p).toString()).orElse("");
  }
}

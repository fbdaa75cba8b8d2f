package io.loramer.tools.report;

import io.loramer.training.experiments.CrossvalSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The page {@code report.html} of a cross-validation, a sweep or a run: one file without scripts
 * that loads no other file.
 */
public final class Report {
  /** The name of the file in the folder. */
  static final String FILE = "report.html";

  private Report() {}

  /**
   * Writes the report of an experiment into its folder, and replaces an older one.
   *
   * @return the written file
   * @throws IOException if the folder contains no finished cross-validation, sweep or run
   */
  public static Path write(Path folder) throws IOException {
    String page = page(ExperimentFolder.read(folder));
    Path file = folder.resolve(FILE);
    Path aside = folder.resolve("." + FILE + ".unfinished");
    Files.writeString(aside, page);
    return Files.move(
        aside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  private static String page(ExperimentFolder folder) throws IOException {
    List<Experiment> experiments = folder.experiments();
    Page page = new Page(folder.title());
    experiments.stream()
        .filter(experiment -> !experiment.caveats().isEmpty())
        .flatMap(experiment -> experiment.summary().stream())
        .map(CrossvalSummary::note)
        .distinct()
        .forEach(page::warn);
    experiments.stream()
        .flatMap(experiment -> experiment.summary().stream())
        .flatMap(summary -> summary.warnings().stream())
        .distinct() // the points of a sweep have the same folds
        .forEach(page::warn);
    folder.failures().forEach((name, why) -> page.warn(name + " failed: " + why));
    page.section("Results", new ScoreTable(experiments).figures());
    for (Experiment experiment : experiments) {
      if (experiments.size() == 1) {
        sections(experiment).forEach(section -> page.section(section.name, section.figures));
      } else {
        List<Element> figures =
            sections(experiment).stream().flatMap(s -> s.figures.stream()).toList();
        page.foldedSection(experiment.name(), figures);
      }
    }
    return page.toString();
  }

  private record Section(String name, List<Element> figures) {}

  private static List<Section> sections(Experiment experiment) throws IOException {
    List<ReportedRun> runs = experiment.runs();
    List<Section> sections = new ArrayList<>();
    sections.add(new Section("Learning", new LearningCurves(runs).figures()));
    if (!experiment.tested().isEmpty()) {
      ConfusionTables confusion = new ConfusionTables(experiment);
      List<Element> figures = new ArrayList<>(List.of(confusion.confusion(), confusion.recall()));
      FusionWeights.figure(experiment).ifPresent(figures::add);
      sections.add(new Section("Emotions", figures));
    }
    EmbeddingMap.of(runs).ifPresent(map -> sections.add(new Section("Embedding", map.figures())));
    Mistakes.figure(runs).ifPresent(table -> sections.add(new Section("Mistakes", List.of(table))));
    sections.add(new Section("To reproduce this", new Reproduction(experiment).figures()));
    return sections;
  }
}

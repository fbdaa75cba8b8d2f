package io.loramer.tools.report;

import io.loramer.recognition.corpus.Manifest;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.measures.Prediction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** The wrong predictions on the test splits with the highest probabilities. */
final class Mistakes {
  private static final Logger LOG = LogManager.getLogger(Mistakes.class);
  private static final int SHOWN = 15;

  /**
   * An utterance that at least one run recognised wrongly.
   *
   * @param surest the wrong prediction with the highest probability
   * @param wrong the number of runs that were wrong
   * @param runs the number of runs that tested it
   */
  private record Mistake(Prediction surest, String run, int wrong, int runs) {
    /** Adds a run's prediction of the same utterance. */
    Mistake and(Prediction prediction, String name) {
      boolean isWrong = isWrong(prediction);
      boolean surer = isWrong && (wrong == 0 || confidence(prediction) > confidence(surest));
      return new Mistake(
          surer ? prediction : surest, surer ? name : run, isWrong ? wrong + 1 : wrong, runs + 1);
    }
  }

  private Mistakes() {}

  /** Returns a table of the worst mistakes; empty if there are none. */
  static Optional<Element> figure(List<ReportedRun> runs) {
    List<Mistake> worst = worst(runs);
    if (worst.isEmpty()) {
      return Optional.empty();
    }
    Map<String, Utterance> utterances = utterances(runs);
    List<String> head = new ArrayList<>(List.of("utterance", "true", "taken for"));
    head.addAll(List.of("probability", "of the true"));
    if (!utterances.isEmpty()) {
      head.addAll(List.of("words", "audio"));
    }
    head.add("speaker");
    boolean several = runs.size() > 1;
    if (several) {
      head.add("wrong in");
    }
    Element body = Element.of("tbody");
    for (Mistake mistake : worst) {
      Element row = row(mistake, utterances);
      body.add(several ? row.add(wrongIn(mistake)) : row);
    }
    Element table = Element.of("table", Figure.head(head), body).with("class", "wide");
    return Optional.of(
        Figure.of(
            "The worst mistakes",
            "Test utterances that were recognised wrongly with the highest probability"
                + (several ? ", each for the run with the highest." : ".")
                + (utterances.isEmpty()
                    ? " Their words are missing, since the manifest was not found."
                    : ""),
            Figure.table(table)));
  }

  private static List<Mistake> worst(List<ReportedRun> runs) {
    Map<String, Mistake> byId = new HashMap<>();
    for (ReportedRun run : runs) {
      for (Prediction prediction : run.tested()) {
        Mistake before =
            byId.getOrDefault(prediction.id(), new Mistake(prediction, run.name(), 0, 0));
        byId.put(prediction.id(), before.and(prediction, run.name()));
      }
    }
    return byId.values().stream()
        .filter(mistake -> mistake.wrong() > 0)
        .sorted(
            Comparator.comparingDouble((Mistake mistake) -> confidence(mistake.surest()))
                .reversed()
                .thenComparing(mistake -> mistake.surest().id()))
        .limit(SHOWN)
        .toList();
  }

  private static Element row(Mistake mistake, Map<String, Utterance> utterances) {
    Prediction surest = mistake.surest();
    Map<String, Float> probabilities = surest.recognized().probabilities();
    Element row = Figure.row(surest.id(), surest.label(), surest.recognized().label());
    row.add(
        number("%.3f", confidence(surest)),
        number("%.3f", probabilities.getOrDefault(surest.label(), 0f)));
    if (!utterances.isEmpty()) {
      Optional<Utterance> utterance = Optional.ofNullable(utterances.get(surest.id()));
      row.add(
          Element.of("td", utterance.flatMap(Utterance::text).orElse(""))
              .with("dir", "auto")
              .with("class", "words"),
          Element.of("td", utterance.map(Mistakes::audio).orElse("")));
    }
    return row.add(Element.of("td", surest.speaker()));
  }

  private static Element wrongIn(Mistake mistake) {
    return Element.of("td", mistake.wrong() + " of " + mistake.runs())
        .with("title", "surest: " + mistake.run());
  }

  private static Element number(String format, float value) {
    return Figure.number(String.format(Locale.ROOT, format, value));
  }

  private static String audio(Utterance utterance) {
    return String.valueOf(utterance.clip().file().getFileName());
  }

  /** Finds the words in the manifest that the runs were trained on, if it is still there. */
  private static Map<String, Utterance> utterances(List<ReportedRun> runs) {
    Map<String, Utterance> utterances = new HashMap<>();
    Optional<Path> manifest = runs.get(0).config().data().manifest();
    if (manifest.isPresent()) {
      try {
        Manifest.read(manifest.get()).utterances().forEach(u -> utterances.put(u.id(), u));
      } catch (IOException e) {
        LOG.warn("the report has no words beside the mistakes: {}", e.getMessage());
      }
    }
    return utterances;
  }

  private static boolean isWrong(Prediction prediction) {
    return !prediction.recognized().label().equals(prediction.label());
  }

  private static float confidence(Prediction prediction) {
    return prediction.recognized().probabilities().get(prediction.recognized().label());
  }
}

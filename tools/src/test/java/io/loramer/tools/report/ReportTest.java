package io.loramer.tools.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.savedmodels.files.JsonFile;
import io.loramer.training.experiments.CrossvalSummary;
import io.loramer.training.experiments.Protocol;
import io.loramer.training.experiments.SweepSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  private static final Map<String, Double> PUBLISHED = Map.of("UA", 80.18, "WA", 79.39);

  @TempDir private Path folder;

  private static Document open(Path folder) throws IOException {
    return Jsoup.parse(Files.readString(Report.write(folder)));
  }

  private Document crossval(ReportFixture fixture) throws IOException {
    fixture.write();
    return open(folder);
  }

  private static Element figure(Document page, String heading) {
    return page.select("figure:has(> h3:matchesOwn(^" + heading + "))").first();
  }

  private static List<String> cells(Element row) {
    return row.select("th, td").eachText();
  }

  private SweepSummary.Row point(String name, ReportFixture fixture, Map<String, Double> paper)
      throws IOException {
    return new SweepSummary.Row(name, name, paper, Optional.of(fixture.write()), Optional.empty());
  }

  private Document sweep(SweepSummary.Row... rows) throws IOException {
    JsonFile.write(folder.resolve("sweep.json"), Map.of());
    JsonFile.write(folder.resolve("summary.json"), new SweepSummary(List.of(rows)));
    return open(folder);
  }

  @Test
  void scoresAreInTheFormOfThePapersTable1BesideItsNumbers() throws IOException {
    Document page =
        sweep(
            point("heard", new ReportFixture(folder.resolve("heard")).audioOnly(), Map.of()),
            point("both", new ReportFixture(folder.resolve("both")), PUBLISHED));
    Element table = figure(page, "Accuracy").selectFirst("table");
    assertEquals(
        List.of("Modality", "Model", "UA (%)", "WA (%)", "paper: UA (%)", "paper: WA (%)", "runs"),
        cells(table.selectFirst("thead tr")));
    String ua = "76.54 ± 2.10 pooled 77.54 [70.00, 80.00]";
    String wa = "75.43 ± 3.20 pooled 76.43 [69.00, 79.00]";
    assertEquals(
        List.of("Audio", "heard", ua, wa, "–", "–", "4"), cells(table.select("tbody tr").get(0)));
    assertEquals(
        List.of("Audio+Text", "both", ua, wa, "80.18", "79.39", "4"),
        cells(table.select("tbody tr").get(1)));
    assertEquals(List.of("heard", "both"), page.select("details > summary").eachText());
  }

  @Test
  void chartOfASweepShowsThePooledScoreWithItsInterval() throws IOException {
    Document page =
        sweep(
            point("a", new ReportFixture(folder.resolve("a")), PUBLISHED),
            point("b", new ReportFixture(folder.resolve("b")).lambda(2), Map.of()));
    assertEquals(
        "a: 77.54 [70.00, 80.00]. b: 77.54 [70.00, 80.00].",
        figure(page, "Unweighted accuracy, compared").selectFirst("desc").text());
  }

  @Test
  void chanceIsBelowTheScoresAndInTheCurves() throws IOException {
    Document page = crossval(new ReportFixture(folder));
    // Three labels; two of five utterances are joyful.
    assertEquals(
        List.of("chance, 3 labels", "33.33", "40.00"),
        cells(figure(page, "Accuracy").selectFirst("tfoot tr")));
    for (String heading : List.of("Loss", "Unweighted accuracy", "Recall")) {
      assertEquals(1, figure(page, heading).select(".reference").size(), heading);
    }
  }

  @Test
  void curveThatIsHiddenIsNamed() throws IOException {
    String caption =
        figure(crossval(new ReportFixture(folder)), "Loss").select("figcaption").text();
    assertTrue(
        caption.endsWith(
            "“whole loss, training” lies on “cross-entropy, training” at 3 of 3 epochs: there they"
                + " differ by 0.0 nats at most."),
        caption);
  }

  @Test
  void measureThatIsTheSameForAllSpeakersHasTheIntervalOfWilson() throws IOException {
    Document page = crossval(new ReportFixture(folder).withoutVariation());
    // By the formula in Python, for 2 of 2, 0 of 4 and 2 of 4.
    assertEquals(
        "anger: 1.000 [0.342, 1.000] Wilson, n = 2. joy: 0.000 [0.000, 0.490] Wilson, n = 4."
            + " neutral: 0.500 [0.150, 0.850] Wilson, n = 4.",
        figure(page, "Recall").selectFirst("desc").text());
    String ua = cells(figure(page, "Accuracy").selectFirst("tbody tr")).get(2);
    assertTrue(ua.matches("76.54 ± 2.10 pooled 77.54 \\[.*\\], n = 6"), ua);
    String wa = cells(figure(page, "Accuracy").selectFirst("tbody tr")).get(3);
    assertTrue(wa.matches("75.43 ± 3.20 pooled 76.43 \\[.*\\], n = 10"), wa);
  }

  @Test
  void scoresAreInTheFormOfThePapersTable2IfOnlyLambdaDiffers() throws IOException {
    Path corpus = folder.resolve("corpus.jsonl");
    Document page =
        sweep(
            point("a", new ReportFixture(folder.resolve("a")).corpus(corpus).lambda(2), Map.of()),
            point(
                "b", new ReportFixture(folder.resolve("b")).corpus(corpus).lambda(0.5), Map.of()));
    Element table = figure(page, "Accuracy").selectFirst("table");
    assertEquals(List.of("λ", "UA (%)", "WA (%)", "runs"), cells(table.selectFirst("thead tr")));
    assertEquals(List.of("2.0", "0.5"), table.select("tbody th").eachText());
  }

  @Test
  void failedPointIsNamedWithItsReason() throws IOException {
    Document page =
        sweep(
            point("a", new ReportFixture(folder.resolve("a")), Map.of()),
            new SweepSummary.Row(
                "b", "b", Map.of(), Optional.empty(), Optional.of("the loss is NaN")));
    assertEquals("b failed: the loss is NaN", page.selectFirst(".warning").text());
  }

  @Test
  void scoresChosenOnTheTestFoldAreLabelled() throws IOException {
    Document clean = crossval(new ReportFixture(folder));
    assertTrue(clean.select(".warning, .badge").isEmpty(), clean.text());

    Document paper = crossval(new ReportFixture(folder).protocol(Protocol.PAPER));
    assertEquals(Protocol.PAPER.note(), paper.selectFirst(".warning").text());
    for (Element score : figure(paper, "Accuracy").select("td:contains(±)")) {
      assertTrue(score.text().endsWith(Experiment.CHOSEN_ON_TEST), score.text());
    }
  }

  @Test
  void warningsAboutTheFoldsAreAtTheTop() throws IOException {
    String warning = "fold 2: no utterance to train on has the label <fear>";
    Document page = crossval(new ReportFixture(folder).warning(warning));
    assertEquals(List.of(warning), page.select(".warning").eachText());
  }

  @Test
  void speakerDependentScoresAreLabelled() throws IOException {
    Document page = crossval(new ReportFixture(folder).byUtterance());
    assertEquals(Protocol.CLEAN.note(), page.selectFirst(".warning").text());
    for (Element score : figure(page, "Accuracy").select("td:contains(±)")) {
      assertTrue(score.text().endsWith(Experiment.SPEAKER_DEPENDENT), score.text());
    }
    assertEquals(
        List.of("fold-1/seed-1", "1", "2 utterances", "3 utterances"),
        cells(figure(page, "Runs").select("tbody tr").get(0)).subList(0, 4));
  }

  @Test
  void runsOfThePapersProtocolAreMeasuredByTheirValidationSplit() throws IOException {
    Document page = crossval(new ReportFixture(folder).protocol(Protocol.PAPER));
    assertEquals(
        List.of("anger", "4 100 %", "0 0 %", "0 0 %", "4"),
        cells(figure(page, "Confusion").select("tbody tr").get(0)));
  }

  @Test
  void confusionMatrixCountsAllRuns() throws IOException {
    Element table = figure(crossval(new ReportFixture(folder)), "Confusion");
    assertEquals(
        List.of(
            List.of("anger", "4 100 %", "0 0 %", "0 0 %", "4"),
            List.of("joy", "0 0 %", "0 0 %", "8 100 %", "8"),
            List.of("neutral", "4 50 %", "0 0 %", "4 50 %", "8")),
        table.select("tbody tr").stream().map(ReportTest::cells).toList());
  }

  @Test
  void recallHasTheIntervalOfTheSummaryAndCountsAnUtteranceOnce() throws IOException {
    Element recall = figure(crossval(new ReportFixture(folder)), "Recall");
    assertEquals(
        "anger: 1.000 [0.375, 0.625], n = 2. joy: 0.000 [0.375, 0.625], n = 4."
            + " neutral: 0.500 [0.375, 0.625], n = 4.",
        recall.selectFirst("desc").text());
  }

  @Test
  void worstMistakeHasTheHighestProbability() throws IOException {
    Element table = figure(crossval(new ReportFixture(folder)), "The worst mistakes");
    assertEquals(
        List.of(
            "u1b", "joy", "neutral", "0.900", "0.050", "words of u1b", "u1b.wav", "s1", "2 of 2"),
        cells(table.select("tbody tr").get(0)));
    assertEquals(
        List.of("u1b", "u2b", "u1c", "u2c", "u1e", "u2e"), table.select("tbody th").eachText());
  }

  @Test
  void figuresWithoutDataAreLeftOut() throws IOException {
    List<String> whole = crossval(new ReportFixture(folder)).select("h3").eachText();
    Path other = Files.createDirectory(folder.resolve("other"));
    new ReportFixture(other).audioOnly().withoutEmbeddings().withoutManifest().write();
    Document page = open(other);
    List<String> left = page.select("h3").eachText();
    assertEquals(
        List.of(
            "Mutual information of audio and text",
            "Fusion weights by emotion",
            "Fused embedding, by emotion",
            "Fused embedding, by speaker"),
        whole.stream().filter(heading -> !left.contains(heading)).toList());
    assertFalse(page.select("th").eachText().contains("words"), page.select("th").text());
  }

  @Test
  void textOfACorpusIsEscaped() throws IOException {
    String hostile = "</script></style></td>\"'><img src=x onerror=alert(1)><svg onload=f()>&lt;";
    Document page = crossval(new ReportFixture(folder).named(hostile));
    assertTrue(page.select("script, img, [onerror], [onload], iframe, a, form").isEmpty());
    Element mistake = figure(page, "The worst mistakes").selectFirst("tbody tr");
    assertEquals("u" + hostile + "1b", mistake.selectFirst("th").text());
    assertEquals(ReportFixture.WORDS + "u" + hostile + "1b", mistake.selectFirst(".words").text());
    assertTrue(figure(page, "Confusion").text().contains("joy" + hostile), page.text());
  }

  @Test
  void fileIsSelfContainedAndWellFormed() throws Exception {
    Document page = crossval(new ReportFixture(folder).named("\u0000\uffff & <b>"));
    assertTrue(page.select("[src], [href], link, script").isEmpty());
    assertFalse(page.selectFirst("style").data().matches("(?s).*(url\\(|@import|[<>&\"]).*"));
    String policy = page.selectFirst("meta[http-equiv=Content-Security-Policy]").attr("content");
    assertTrue(policy.startsWith("default-src 'none';"), policy);
    Path file = folder.resolve(Report.FILE);
    String xml = Files.readString(file).replace("<!DOCTYPE html>", "");
    Files.writeString(file, xml);
    assertEquals(
        "html",
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(file.toFile())
            .getDocumentElement()
            .getTagName());
  }

  @Test
  void figuresHaveDescriptionsForScreenReaders() throws IOException {
    Document page = crossval(new ReportFixture(folder));
    assertEquals(7, page.select("svg[role=img]").size());
    for (Element svg : page.select("svg[role=img]")) {
      assertFalse(svg.select("> title").text().isBlank(), svg.outerHtml());
      assertFalse(svg.select("> desc").text().isBlank(), svg.outerHtml());
    }
    for (Element row : page.select("tr")) {
      assertFalse(row.select("th[scope]").isEmpty(), row.outerHtml());
    }
  }

  @Test
  void singleRunHasAReport() throws IOException {
    new ReportFixture(folder).write();
    Document page = open(folder.resolve("fold-1/seed-2"));
    // Recalls of 1, 0 and 1/2; two of five are right. Intervals by the formula in Python.
    assertEquals(
        List.of(
            "Audio+Text",
            "LoRA wavlm + Frozen roberta",
            "50.00 [12.53, 87.47], n = 3",
            "40.00 [11.76, 76.93], n = 5"),
        cells(figure(page, "Accuracy").selectFirst("tbody tr")));
  }

  @Test
  void textsOfASingleRunDoNotMentionFoldsOrOtherRuns() throws IOException {
    new ReportFixture(folder).write();
    Document page = open(folder.resolve("fold-1/seed-2"));
    for (Element text : page.select("figcaption, h1, h2, h3, thead th, tbody > tr > th")) {
      assertFalse(text.text().matches("(?i).*\\b(folds?|runs|seeds|pooled)\\b.*"), text.text());
    }
  }

  @Test
  void runWithoutATestSplitSaysSo() throws IOException {
    new ReportFixture(folder).protocol(Protocol.PAPER).write();
    Element accuracy = figure(open(folder.resolve("fold-1/seed-2")), "Accuracy");
    assertEquals(List.of("–", "–"), cells(accuracy.selectFirst("tbody tr")).subList(2, 4));
    assertTrue(accuracy.select("tfoot tr").isEmpty());
    assertEquals(
        "The run has no test split; the scores of its validation split are below.",
        accuracy.selectFirst("figcaption").text());
  }

  @Test
  void commandToReproduceIsGiven() throws IOException {
    String command = figure(crossval(new ReportFixture(folder)), "Command").select("pre").text();
    assertEquals(
        "lora-mer crossval --config %s --folds-by speaker --folds 2 --seeds 1,2 --protocol clean --out NEW"
            .formatted(folder.resolve("config.yaml")),
        command);
  }

  @Test
  void folderOfAnotherKindIsRefused() {
    IOException e = assertThrows(IOException.class, () -> Report.write(folder));
    assertTrue(e.getMessage().startsWith(folder + ": expected the folder of"), e.getMessage());
  }

  @Test
  void unfinishedExperimentIsRefused() throws IOException {
    CrossvalSummary unread = new ReportFixture(folder).write();
    assertEquals(4, unread.runs().size());
    Files.delete(folder.resolve("summary.json"));
    IOException e = assertThrows(IOException.class, () -> Report.write(folder));
    assertTrue(e.getMessage().contains("it has no summary.json"), e.getMessage());
    assertFalse(Files.exists(folder.resolve(Report.FILE)));
  }

  @Test
  void embeddingsThatDoNotFitThePredictionsAreRefused() throws IOException {
    new ReportFixture(folder).write();
    for (String run : List.of("fold-1/seed-1", "fold-2/seed-1", "fold-1/seed-2", "fold-2/seed-2")) {
      Files.writeString(folder.resolve(run).resolve("embeddings.tsv"), "1\t2\n");
    }
    IOException e = assertThrows(IOException.class, () -> Report.write(folder));
    assertTrue(e.getMessage().contains("expected 10 lines"), e.getMessage());
  }
}

package io.loramer.training.experiments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.recognition.corpus.Manifest;
import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.corpus.Utterance.Clip;
import io.loramer.training.config.RunConfig;
import io.loramer.training.config.SplitConfig;
import io.loramer.training.features.CorpusSplits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class CrossvalPlanTest {
  private static final List<Long> SEEDS = List.of(4L, 2L);

  /** Utterances, each with its speaker and its session. */
  private static final Manifest FOUR_SESSIONS =
      manifest("a 1", "b 10", "c 9", "a 1", "d 9", "e 2", "b 10", "b 10");

  @Test
  void eachSessionIsTestedOnceAndTheNextOneChoosesTheEpoch() throws IOException {
    CrossvalPlan plan = CrossvalPlan.of(FOUR_SESSIONS, options(Protocol.CLEAN));
    assertEquals(
        List.of(
            new CrossvalPlan.Fold(List.of("2"), List.of("1"), 2),
            new CrossvalPlan.Fold(List.of("9"), List.of("2"), 1),
            new CrossvalPlan.Fold(List.of("10"), List.of("9"), 2),
            new CrossvalPlan.Fold(List.of("1"), List.of("10"), 3)),
        plan.folds());
    assertEquals(FoldsBy.SESSION, plan.foldsBy());
    assertEquals(SEEDS, plan.seeds());
  }

  @Test
  void runIsConfiguredByItsFoldAndSeed() throws IOException {
    CrossvalPlan plan = CrossvalPlan.of(FOUR_SESSIONS, options(Protocol.CLEAN));
    RunConfig config = plan.config(RunConfig.defaults(), plan.folds().get(2), 4);
    assertEquals(new SplitConfig(List.of(), List.of("10")), config.data().validation());
    assertEquals(new SplitConfig(List.of(), List.of("9")), config.data().test());
    assertEquals(4, config.training().seed());
  }

  @Test
  void underThePapersProtocolTheTestedFoldChoosesTheEpochAndIsNoTestSplit() throws IOException {
    CrossvalPlan plan = CrossvalPlan.of(FOUR_SESSIONS, options(Protocol.PAPER));
    assertEquals(new CrossvalPlan.Fold(List.of("9"), List.of("9"), 2), plan.folds().get(2));
    RunConfig config = plan.config(RunConfig.defaults(), plan.folds().get(2), 4);
    assertEquals(new SplitConfig(List.of(), List.of("9")), config.data().validation());
    assertEquals(SplitConfig.none(), config.data().test());
  }

  @Test
  void speakersAreDividedIntoFoldsOfAboutAsManyUtterances() throws IOException {
    // 5 of f, 4 of a, 3 of d, 3 of c, 2 of b, 1 of e: 18 in all.
    String who = "f a d f c a b f e d c a f d a c f b";
    CrossvalPlan plan =
        CrossvalPlan.of(manifest(who.replaceAll("(\\w)", "$1 -").split(" (?=\\w)")), folds(3));
    assertEquals(FoldsBy.SPEAKER, plan.foldsBy());
    assertEquals(
        List.of(
            new CrossvalPlan.Fold(List.of("c", "d"), List.of("a", "b"), 6),
            new CrossvalPlan.Fold(List.of("e", "f"), List.of("c", "d"), 6),
            new CrossvalPlan.Fold(List.of("a", "b"), List.of("e", "f"), 6)),
        plan.folds());
    RunConfig config = plan.config(RunConfig.defaults(), plan.folds().get(0), 2);
    assertEquals(new SplitConfig(List.of("a", "b"), List.of()), config.data().test());
  }

  @Test
  void severalSessionsMayMakeAFold() throws IOException {
    CrossvalPlan plan = CrossvalPlan.of(FOUR_SESSIONS, folds(3));
    assertEquals(
        List.of(List.of("1", "2"), List.of("9"), List.of("10")),
        plan.folds().stream().map(CrossvalPlan.Fold::test).toList());
  }

  /** The utterances of each label of each speaker are assigned to the folds in turn. */
  @Test
  void foldsByUtteranceAreNotedAsSpeakerDependent() throws IOException {
    CrossvalOptions options =
        new CrossvalOptions(
            Protocol.CLEAN, Optional.of(FoldsBy.UTTERANCE), OptionalInt.of(3), SEEDS);
    CrossvalPlan plan =
        CrossvalPlan.of(manifest("a 1", "b -", "a 1", "a 2", "b -", "b 2", "a 1"), options);
    assertEquals(
        List.of(
            new CrossvalPlan.Fold(List.of("u1", "u2"), List.of("u0", "u5", "u6"), 3),
            new CrossvalPlan.Fold(List.of("u3", "u4"), List.of("u1", "u2"), 2),
            new CrossvalPlan.Fold(List.of("u0", "u5", "u6"), List.of("u3", "u4"), 2)),
        plan.folds());
    RunConfig config = plan.config(RunConfig.defaults(), plan.folds().get(1), 2);
    assertEquals(new SplitConfig(List.of(), List.of(), List.of("u1", "u2")), config.data().test());
    assertTrue(plan.note().contains("SPEAKER-DEPENDENT"), plan.note());
    assertFalse(
        CrossvalPlan.of(FOUR_SESSIONS, options(Protocol.CLEAN)).note().contains("DEPENDENT"));
  }

  /** Every fold is trained on in the runs of the others; validation marks are divided anew. */
  @Test
  void utterancesThatTheManifestMarksTestAreInNoFold() throws IOException {
    List<Utterance> marked = new ArrayList<>();
    Split[] marks = {Split.TRAIN, Split.VALIDATION, Split.TEST};
    String[] labels = {"joy", "fear"};
    for (int i = 0; i < 12; i++) { // three speakers with marks of all kinds, and one of test alone
      Utterance u = FOUR_SESSIONS.utterances().get(0);
      marked.add(
          new Utterance(
              i + 1,
              "u" + i,
              u.clip(),
              u.text(),
              i == 6 ? "calm" : labels[i / 3 % 2],
              "s" + i % 4,
              Optional.empty(),
              Optional.of(i % 4 == 3 ? Split.TEST : marks[i / 4])));
    }
    Manifest corpus = new Manifest(Path.of("m.jsonl"), marked);
    CrossvalPlan plan = CrossvalPlan.of(corpus, folds(3));
    assertEquals(
        List.of(
            new CrossvalPlan.Fold(List.of("s1"), List.of("s0"), 2),
            new CrossvalPlan.Fold(List.of("s2"), List.of("s1"), 2),
            new CrossvalPlan.Fold(List.of("s0"), List.of("s2"), 2)),
        plan.folds());
    assertEquals(6, plan.leftOut());
    CorpusSplits splits =
        CorpusSplits.of(corpus, plan.config(RunConfig.defaults(), plan.folds().get(0), 4).data());
    assertEquals(List.of("u0", "u4"), splits.of(Split.TEST).stream().map(Utterance::id).toList());
    assertEquals(6, splits.leftOut().size());
    assertEquals(
        List.of(
            "6 of 12 utterances are in no fold, since the manifest marks them test: no run is"
                + " trained or measured on them",
            "fold 3: no utterance to train on has the label calm (1 of 2 to test with, 0 of 2 to"
                + " choose the epoch by): the model cannot learn it; its recall of 0 lowers the UA"
                + " of a split that has it"),
        plan.warnings(corpus, RunConfig.defaults()).stream()
            .filter(warning -> !warning.matches("fold [12].*"))
            .toList());
    CrossvalPlan unmarked = CrossvalPlan.of(FOUR_SESSIONS, options(Protocol.CLEAN));
    assertEquals(
        RunConfig.defaults().data().markedTest(),
        unmarked.config(RunConfig.defaults(), unmarked.folds().get(0), 4).data().markedTest());
  }

  @Test
  void speakersWhoWouldBeInTwoFoldsAreNamed() {
    assertRefused(
        manifest("a 1", "b 1", "c 2", "b 3", "a 2", "d 3"),
        options(Protocol.CLEAN),
        "m.jsonl: speakers would be in the training and in the test split: a in folds [1, 2], b in folds"
            + " [1, 3]; take folds by speaker");
  }

  @Test
  void utterancesWithoutASessionAreRefused() {
    assertRefused(
        manifest("a 1", "b -", "c 2", "d -"),
        options(Protocol.CLEAN),
        "m.jsonl: 2 of 4 utterances have no session, the first is u1; give them one, or take folds"
            + " by speaker");
  }

  private static final String WHY_THREE =
      "a run is tested on one fold, chooses its best epoch on another and is trained on the rest;"
          + " --protocol paper, which chooses it on the tested fold, takes 2";

  @Test
  void tooFewSpeakersOrSessionsAreRefused() {
    assertRefused(
        manifest("a 1", "b 2"),
        options(Protocol.CLEAN),
        "m.jsonl: expected at least 3 to divide by session, found 2: [1, 2]; " + WHY_THREE);
    assertRefused(
        manifest("a -", "b -", "c -", "d -"),
        options(Protocol.CLEAN),
        "m.jsonl: expected at least 5 to divide by speaker, found 4: [a, b, c, d]; take"
            + " fewer folds");
  }

  @Test
  void invalidOptionsAreRefused() {
    assertEquals(
        "folds: expected at least 3, found 2; " + WHY_THREE,
        assertThrows(IllegalArgumentException.class, () -> folds(2)).getMessage());
    List<Long> twice = List.of(3L, 3L);
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> new CrossvalOptions(Protocol.PAPER, Optional.empty(), OptionalInt.of(2), twice));
    assertEquals("seeds: expected each once, found [3, 3]", e.getMessage());
  }

  private static void assertRefused(Manifest corpus, CrossvalOptions options, String message) {
    IOException e = assertThrows(IOException.class, () -> CrossvalPlan.of(corpus, options));
    assertEquals(message, e.getMessage());
  }

  private static CrossvalOptions options(Protocol protocol) {
    return new CrossvalOptions(protocol, Optional.empty(), OptionalInt.empty(), SEEDS);
  }

  private static CrossvalOptions folds(int count) {
    return new CrossvalOptions(Protocol.CLEAN, Optional.empty(), OptionalInt.of(count), SEEDS);
  }

  /** Returns a manifest of lines of speaker and session, - for none; ids are u0, u1 and so on. */
  private static Manifest manifest(String... lines) {
    List<Utterance> utterances = new ArrayList<>();
    for (String line : lines) {
      String[] words = line.split(" ", -1);
      utterances.add(
          new Utterance(
              utterances.size() + 1,
              "u" + utterances.size(),
              Clip.whole(Path.of("/x.wav")),
              Optional.empty(),
              "joy",
              words[0],
              words[1].equals("-") ? Optional.empty() : Optional.of(words[1]),
              Optional.empty()));
    }
    return new Manifest(Path.of("m.jsonl"), utterances);
  }
}

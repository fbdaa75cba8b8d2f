package io.loramer.training.corpora;

import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.corpus.Utterance.Clip;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * MELD, the Multimodal EmotionLines Dataset: utterances of the series "Friends" with seven
 * emotions, in its own splits; joy is {@code happiness}.
 *
 * @param folder holds the three tables {@code train_sent_emo.csv}, {@code dev_...} and {@code
 *     test_...} and the folders of clips from the archives, all of them up to three folders deep
 * @see <a href="https://github.com/declare-lab/MELD">github.com/declare-lab/MELD</a>
 */
public record Meld(Path folder) implements Corpus {
  private static final int DEPTH = 4;

  private static final String DIALOGUE = "Dialogue_ID";
  private static final String UTTERANCE = "Utterance_ID";
  private static final String SPEAKER = "Speaker";
  private static final String EMOTION = "Emotion";
  private static final String TEXT = "Utterance";

  private enum Part {
    TRAIN("train", "train_splits", Split.TRAIN),
    DEV("dev", "dev_splits_complete", Split.VALIDATION),
    TEST("test", "output_repeated_splits_test", Split.TEST);

    final String word;
    final String clips;
    final Split split;

    Part(String word, String clips, Split split) {
      this.word = word;
      this.clips = clips;
      this.split = split;
    }
  }

  @Override
  public CorpusContents read() throws IOException {
    ClipFiles.requireFolder(folder);
    Findings findings = new Findings(folder);
    for (Part part : Part.values()) {
      String name = part.word + "_sent_emo.csv";
      Optional<Path> table = find(name);
      if (table.isEmpty()) {
        findings.note(name + " is missing, and its utterances are left out");
        continue;
      }
      Path clips = find(part.clips).orElse(folder.resolve(part.clips));
      Table rows =
          Table.commas(table.get())
              .requireColumns(Set.of(DIALOGUE, UTTERANCE, SPEAKER, EMOTION, TEXT));
      for (Table.Row row : rows.rows()) {
        add(part, row, ClipFiles.absolute(clips), rows.file(), findings);
      }
    }
    return findings.contents(
        "train_sent_emo.csv, dev_sent_emo.csv or test_sent_emo.csv, and its clips, such as"
            + " train_splits/dia0_utt0.mp4");
  }

  private static void add(Part part, Table.Row row, Path clips, Path file, Findings findings)
      throws IOException {
    Optional<String> dialogue = row.cell(DIALOGUE);
    Optional<String> utterance = row.cell(UTTERANCE);
    Optional<String> speaker = row.cell(SPEAKER);
    Optional<String> emotion = row.cell(EMOTION);
    if (Stream.of(dialogue, utterance, speaker, emotion).anyMatch(Optional::isEmpty)) {
      findings.problem(
          file, row.line(), "a dialogue, an utterance, a speaker or an emotion is missing");
      return;
    }
    String clip = "dia%s_utt%s".formatted(dialogue.get(), utterance.get());
    findings.add(
        new Utterance(
            0,
            part.word + "_" + clip, // the numbers start anew in each part
            Clip.whole(clips.resolve(clip + ".mp4")),
            row.cell(TEXT),
            emotion.get().equals("joy") ? "happiness" : emotion.get(),
            speaker.get(),
            Optional.empty(),
            Optional.of(part.split)));
  }

  private Optional<Path> find(String name) throws IOException {
    try (Stream<Path> found =
        Files.find(
            folder, DEPTH, (path, kind) -> path.endsWith(name), FileVisitOption.FOLLOW_LINKS)) {
      return found.sorted().findFirst();
    }
  }
}

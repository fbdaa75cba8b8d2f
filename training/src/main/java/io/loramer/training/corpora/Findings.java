package io.loramer.training.corpora;

import static java.util.stream.Collectors.joining;

import io.loramer.recognition.corpus.Utterance;
import io.loramer.savedmodels.files.GitLfs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Collects the utterances, notes and problems of a corpus while it is read. */
final class Findings {
  /** The number of names listed in a note. */
  private static final int NAMED = 10;

  /** The number of problems listed in a message. */
  private static final int SHOWN = 50;

  /** Git LFS keeps its pointers below this size. */
  private static final long MAX_POINTER_BYTES = 1024;

  private final Path corpus;
  private final List<Utterance> utterances = new ArrayList<>();
  private final Set<String> ids = new HashSet<>();
  private final List<String> missing = new ArrayList<>();
  private final List<String> pointers = new ArrayList<>();
  private final List<String> repeated = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();

  /**
   * Creates an empty collection.
   *
   * @param corpus the path by which messages name the corpus
   */
  Findings(Path corpus) {
    this.corpus = corpus;
  }

  /**
   * Adds an utterance, unless its clip is missing or its id was added before.
   *
   * @throws IOException if the clip cannot be read
   */
  void add(Utterance utterance) throws IOException {
    Path clip = utterance.clip().file();
    if (!Files.isRegularFile(clip)) {
      missing.add(utterance.id());
    } else if (Files.size(clip) <= MAX_POINTER_BYTES && GitLfs.isPointer(clip)) {
      pointers.add(utterance.id());
    } else if (!ids.add(utterance.id())) {
      repeated.add(utterance.id());
    } else {
      utterances.add(utterance);
    }
  }

  /** Adds a sentence about the corpus. */
  void note(String sentence) {
    notes.add(sentence);
  }

  /** Adds a sentence with the number of some utterances and their names, if there are any. */
  void note(String sentence, List<String> names) {
    if (!names.isEmpty()) {
      notes.add(counted(sentence, names));
    }
  }

  /** Returns a sentence with the number of some utterances and their first names. */
  static String counted(String sentence, List<String> names) {
    String more = names.size() > NAMED ? " and " + (names.size() - NAMED) + " more" : "";
    String named = names.stream().limit(NAMED).collect(joining(", "));
    return "%s: %d (%s%s)".formatted(sentence, names.size(), named, more);
  }

  /** Adds a problem; all problems are reported together at the end. */
  void problem(String text) {
    problems.add(text);
  }

  /** Adds a problem of a line. */
  void problem(Path file, int line, String text) {
    problem("%s: line %d: %s".formatted(file, line, text));
  }

  /**
   * Returns the utterances and notes.
   *
   * @param expected the files that should have been found, for the message if there are none
   * @throws IOException with all problems, or if no utterance was found
   */
  CorpusContents contents(String expected) throws IOException {
    if (!problems.isEmpty()) {
      StringBuilder message = new StringBuilder();
      message.append(corpus).append(": ").append(problems.size());
      message.append(problems.size() == 1 ? " problem" : " problems");
      problems.stream().limit(SHOWN).forEach(problem -> message.append("\n  ").append(problem));
      if (problems.size() > SHOWN) {
        message.append("\n  and ").append(problems.size() - SHOWN).append(" more");
      }
      throw new IOException(message.toString());
    }
    note("utterances left out because their clips are missing", missing);
    note(
        "utterances left out because their clips are Git LFS pointers, not sound; run `git lfs"
            + " pull` in the corpus",
        pointers);
    note("utterances that are there more than once, of which the first is used", repeated);
    if (utterances.isEmpty()) {
      String why = notes.isEmpty() ? "" : " (" + String.join("; ", notes) + ")";
      throw new IOException(corpus + ": found no utterance; expected " + expected + why);
    }
    return new CorpusContents(utterances, notes);
  }
}

package io.loramer.training.corpora;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells who speaks in a clip where the corpus itself does not.
 *
 * @param pattern is searched for in the clip's path; its groups together, or without groups what it
 *     finds, are the speaker. Absent for the one speaker {@code unknown}.
 */
public record Speakers(Optional<Pattern> pattern) {
  /** Returns the speaker of a clip; empty if the pattern is not in its path. */
  Optional<String> of(String path) {
    if (pattern.isEmpty()) {
      return Optional.of("unknown");
    }
    Matcher found = pattern.get().matcher(path);
    if (!found.find()) {
      return Optional.empty();
    }
    StringBuilder speaker = new StringBuilder();
    for (int group = Math.min(1, found.groupCount()); group <= found.groupCount(); group++) {
      speaker.append(Optional.ofNullable(found.group(group)).orElse(""));
    }
    return Optional.of(speaker.toString()).filter(name -> !name.isBlank());
  }

  /** Says what is wrong with a clip of whom {@link #of} finds nobody. */
  String notFound(String path) {
    return "speaker: %s finds nobody in %s".formatted(pattern.orElseThrow(), path);
  }

  /** Warns of a corpus of one unknown speaker. */
  void warn(Findings findings) {
    if (pattern.isEmpty()) {
      findings.note("who speaks is not known, so training and test may share voices");
    }
  }
}

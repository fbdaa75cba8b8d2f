package io.loramer.training.corpora;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the speaker of a clip in its path, for corpora that do not name speakers.
 *
 * @param pattern is searched for in the clip's path; its groups together or, without groups, the
 *     whole match are the speaker. Absent for a single speaker {@code unknown}.
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

  /** Returns the message for a clip in whose path {@link #of} finds no speaker. */
  String notFound(String path) {
    return "speaker: %s matches nothing in %s".formatted(pattern.orElseThrow(), path);
  }

  /** Adds a note on a corpus whose speakers are unknown. */
  void warn(Findings findings) {
    if (pattern.isEmpty()) {
      findings.note("the speakers are not known, so training and test may share voices");
    }
  }
}

package io.loramer.server.http;

import io.loramer.recognition.corpus.TextSource;
import io.loramer.recognition.corpus.Transcription;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The words that the model was given as text.
 *
 * @param source where they come from: the caller, the speech recogniser, or none
 * @param confidence of recognised words, see {@link Transcription#confidence}
 */
record UsedWords(String text, TextSource source, OptionalDouble confidence) {
  static UsedWords given(String text) {
    return new UsedWords(text, TextSource.TRANSCRIPT, OptionalDouble.empty());
  }

  static UsedWords recognized(Transcription words) {
    return new UsedWords(words.text(), TextSource.ASR, OptionalDouble.of(words.confidence()));
  }

  static UsedWords none() {
    return new UsedWords("", TextSource.NONE, OptionalDouble.empty());
  }

  void putInto(Map<String, Object> answer) {
    answer.put("text", text);
    answer.put("text_source", source.name().toLowerCase(Locale.ROOT));
    confidence.ifPresent(value -> answer.put("text_confidence", value));
  }
}

package io.loramer.recognition.words;

import io.loramer.recognition.corpus.CorpusCheck;
import io.loramer.recognition.corpus.Manifest;
import io.loramer.recognition.corpus.Progress;
import io.loramer.recognition.corpus.TextSource;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.device.Device;
import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.encoders.SpeechInput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Which words a model is given.
 *
 * @param recognizer the folder of a CTC encoder's SavedModel, which recognises what the source
 *     lacks; empty where nothing may be lacking
 */
public record TextChoice(TextSource source, Optional<Path> recognizer) {
  /** The words of the manifest, all of which must be there. */
  public static TextChoice transcript() {
    return new TextChoice(TextSource.TRANSCRIPT, Optional.empty());
  }

  /** Returns which words utterances must have: none, where they are left out or recognised. */
  public TextSource needed() {
    return recognizer.isPresent() ? TextSource.NONE : source;
  }

  /**
   * Returns the fewest samples that the recogniser makes a frame of, 1 without one.
   *
   * @throws IOException if it is no speech encoder
   */
  public int minimumSamples() throws IOException {
    return recognizer.isPresent()
        ? SpeechInput.of(SavedModelFolder.open(recognizer.get())).minimumSamples()
        : 1;
  }

  /**
   * Gives each utterance the words of this source, recognising what is lacking; of no source, the
   * empty text.
   *
   * @param corpus whose clips were found in order
   * @param decoder gives whole clips
   * @param device where the recogniser computes
   * @throws IOException if the recogniser is none
   */
  public Manifest complete(
      Manifest corpus, CorpusCheck.Decoder decoder, Device device, Consumer<Progress> progress)
      throws IOException {
    List<Utterance> utterances = corpus.utterances();
    if (source == TextSource.NONE) {
      return new Manifest(corpus.file(), utterances.stream().map(Utterance::wordless).toList());
    }
    if (recognizer.isEmpty() || utterances.stream().noneMatch(source::isMissingFrom)) {
      return corpus;
    }
    try (SpeechRecognizer loaded = SpeechRecognizer.load(recognizer.get(), device)) {
      return new Manifest(
          corpus.file(), loaded.recognize(utterances, source::isMissingFrom, decoder, progress));
    }
  }
}

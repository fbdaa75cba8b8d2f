package io.loramer.recognition.words;

import io.loramer.recognition.audio.Recording;
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
 * The source of the words that a model is given.
 *
 * @param recognizer the folder of a CTC encoder's SavedModel, which recognises the words that the
 *     source lacks; empty if every utterance must have them
 */
public record TextChoice(TextSource source, Optional<Path> recognizer) {
  /** Opens clips. */
  @FunctionalInterface
  public interface Clips {
    /**
     * Opens a clip, to be read part by part; the caller closes it.
     *
     * @throws IOException if the clip cannot be decoded
     */
    Recording open(Utterance.Clip clip) throws IOException;
  }

  /** Returns the choice of the manifest's words, which every utterance must have. */
  public static TextChoice transcript() {
    return new TextChoice(TextSource.TRANSCRIPT, Optional.empty());
  }

  /** Returns the words that utterances must have: none if words are left out or recognised. */
  public TextSource needed() {
    return recognizer.isPresent() ? TextSource.NONE : source;
  }

  /**
   * Returns the number of samples of the recogniser's first frame; 1 without a recogniser.
   *
   * @throws IOException if the recogniser is not a speech encoder
   */
  public int minimumSamples() throws IOException {
    return recognizer.isPresent()
        ? SpeechInput.of(SavedModelFolder.open(recognizer.get())).minimumSamples()
        : 1;
  }

  /**
   * Gives each utterance the words of this source, and recognises those that are missing. For
   * {@link TextSource#NONE}, all utterances get the empty text.
   *
   * @param corpus its clips were checked before
   * @param clips opens clips
   * @param device that the recogniser computes on
   * @throws IOException if the recogniser cannot be loaded, or a clip cannot be decoded
   */
  public Manifest complete(Manifest corpus, Clips clips, Device device, Consumer<Progress> progress)
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
          corpus.file(), loaded.recognize(utterances, source::isMissingFrom, clips, progress));
    }
  }
}

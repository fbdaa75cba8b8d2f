package io.loramer.recognition;

import io.loramer.recognition.audio.Waveform;
import java.util.Optional;

/**
 * A clip to be recognised.
 *
 * @param text the words that are spoken in it; required by a model that takes text, ignored by any
 *     other
 */
public record SpeechClip(Waveform waveform, Optional<String> text) {}

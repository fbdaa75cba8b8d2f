package io.loramer.server.model;

import io.loramer.recognition.audio.WavHeader;
import io.loramer.recognition.audio.Waveform;

/** Checks the header of a WAV file before TensorFlow decodes the file, and returns its length. */
final class PcmWav {
  private static final int PCM = 1;

  private PcmWav() {}

  /**
   * Returns the number of samples per channel.
   *
   * @throws RefusedException unless the file is complete 16-bit PCM at 16 kHz
   */
  static int samples(byte[] file) {
    WavHeader header =
        WavHeader.of(file)
            .orElseThrow(
                () -> RefusedException.invalid("wav_bytes: expected a WAV file, found none"));
    header.format().ifPresent(PcmWav::requireDecodable);
    if (header.format().isEmpty() || header.data().isEmpty()) {
      throw RefusedException.invalid("wav_bytes: the WAV file has no sound in it");
    }
    WavHeader.Data data = header.data().get();
    if (data.bytes() > file.length - data.start()) {
      throw RefusedException.invalid("wav_bytes: the file is cut short");
    }
    return (int) (data.bytes() / ((long) Short.BYTES * header.format().get().channels()));
  }

  private static void requireDecodable(WavHeader.Format format) {
    if (format.encoding() != PCM
        || format.bits() != Short.SIZE
        || format.sampleRate() != Waveform.SAMPLE_RATE
        || format.channels() == 0) {
      throw RefusedException.invalid(
          "wav_bytes: expected 16-bit PCM at 16000 Hz, found format %d of %d bits at %d Hz",
          format.encoding(), format.bits(), format.sampleRate());
    }
  }
}

package io.loramer.recognition.testing;

import io.loramer.recognition.audio.Waveform;
import io.loramer.savedmodels.encoders.EncoderConversion;
import io.loramer.savedmodels.encoders.PaddingInNorm;
import io.loramer.savedmodels.weights.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import org.tensorflow.types.TFloat32;

/** A wav2vec 2.0 of random weights with a CTC head, a fixture of the savedmodels module. */
public final class CtcFixture {
  public static final Path FOLDER =
      TestFiles.ofRepository("savedmodels/src/test/resources/fixtures/audio/wav2vec2-ctc");

  private CtcFixture() {}

  /** Converts the checkpoint to a SavedModel in a folder. */
  public static Path convert(Path folder) throws IOException {
    Path target = folder.resolve("ctc");
    EncoderConversion.convert(FOLDER, target, PaddingInNorm.IGNORED);
    return target;
  }

  /** Returns one of the fixture's three clips. */
  public static Waveform clip(int index) throws IOException {
    try (Safetensors golden = Safetensors.open(FOLDER.resolve("golden.safetensors"));
        TFloat32 raw = golden.float32("raw." + index)) {
      float[] samples = new float[Math.toIntExact(raw.size())];
      raw.asRawTensor().data().asFloats().read(samples);
      return new Waveform(samples);
    }
  }
}

package io.loramer.savedmodels.weights;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.savedmodels.testing.Fixture;
import io.loramer.savedmodels.testing.MutantLimits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.types.TFloat32;

/** Damaged and hostile files: each is read, or refused by an IOException that names it. */
final class MutatedCheckpointTest {
  private static final int MUTANTS = 16;
  private static final MutantLimits LIMITS = new MutantLimits();

  /** Both ends of a file, where headers, pickles and directories lie. */
  private static final int END = 6000;

  @TempDir private Path folder;

  private enum Mutation {
    TRUNCATED {
      @Override
      byte[] apply(byte[] file, Random random) {
        return Arrays.copyOf(file, random.nextInt(file.length));
      }
    },
    FLIPPED_BITS {
      @Override
      byte[] apply(byte[] file, Random random) {
        for (int i = 0; i < 4; i++) {
          file[position(file, random)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
        }
        return file;
      }
    },
    OVERSIZED_NUMBERS {
      @Override
      byte[] apply(byte[] file, Random random) {
        byte[] most = {-1, -1, -1, -1, -1, -1, -1, 127};
        int width = 1 << random.nextInt(4);
        int at = Math.min(position(file, random), file.length - width);
        ByteBuffer.wrap(file).put(at, most, random.nextInt(2) * (8 - width), width);
        return file;
      }
    },
    OVERSIZED_DIGITS {
      @Override
      byte[] apply(byte[] file, Random random) {
        int at = position(file, random);
        for (int i = at; i < Math.min(file.length, at + 40); i++) {
          if (file[i] >= '0' && file[i] <= '9') {
            file[i] = '9';
          }
        }
        return file;
      }
    },
    SHIFTED {
      @Override
      byte[] apply(byte[] file, Random random) {
        int at = position(file, random);
        int by = 1 + random.nextInt(9);
        byte[] longer = Arrays.copyOf(file, file.length + by);
        System.arraycopy(file, at, longer, at + by, file.length - at);
        return longer;
      }
    },
    PATHS {
      @Override
      byte[] apply(byte[] file, Random random) {
        byte[] trick = "../../../".getBytes(StandardCharsets.US_ASCII);
        ByteBuffer.wrap(file).put(Math.min(position(file, random), file.length - 9), trick);
        return file;
      }
    };

    abstract byte[] apply(byte[] file, Random random);

    private static int position(byte[] file, Random random) {
      int at = random.nextInt(Math.min(END, file.length));
      return random.nextBoolean() ? at : file.length - 1 - at;
    }
  }

  /** The first mutant must not pay for the loading of the library. */
  @BeforeAll
  static void loadTensorFlow() {
    TFloat32.scalarOf(0).close();
  }

  @AfterAll
  static void report() {
    System.out.println("damaged checkpoints: " + LIMITS);
  }

  @ParameterizedTest
  @CsvSource({
    "audio/hubert-tiny, model.safetensors",
    "text/bert-legacy-names, pytorch_model.bin",
    "audio/hubert-large, model.safetensors.index.json",
    "audio/hubert-large, model-00003-of-00003.safetensors"
  })
  void mutantsAreReadOrRefusedQuicklyAndCheaply(String fixture, String name) throws IOException {
    byte[] sound = Files.readAllBytes(Fixture.of(fixture).folder().resolve(name));
    copy(Fixture.of(fixture).folder());
    Path file = folder.resolve(name);
    Random random = new Random(20250611);
    int refused = 0;
    for (Mutation mutation : Mutation.values()) {
      for (int i = 0; i < MUTANTS; i++) {
        Files.write(file, mutation.apply(sound.clone(), random));
        String mutant = mutation + " " + i + " of " + name;
        refused += LIMITS.hold(mutant, this::readOrRefuse) ? 0 : 1;
      }
    }
    assertTrue(refused > MUTANTS, refused + " refused"); // all the truncated ones, at least
  }

  private boolean readOrRefuse() {
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      for (String name : checkpoint.names()) {
        checkpoint.float32(name).close();
      }
      return true;
    } catch (IOException e) {
      assertTrue(e.getMessage().startsWith(folder.toString()), e.getMessage());
      return false;
    }
  }

  private void copy(Path fixture) throws IOException {
    try (var files = Files.newDirectoryStream(fixture, "*model*")) {
      for (Path file : files) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
  }
}

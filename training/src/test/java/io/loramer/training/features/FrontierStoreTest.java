package io.loramer.training.features;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.model.Frontier;
import io.loramer.model.head.Layers;
import io.loramer.model.head.Modality;
import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.imports.EncoderSavedModel;
import io.loramer.training.testing.TinySetup;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stores of two states with three numbers per frame. */
final class FrontierStoreTest {
  private static final int STATES = 2;
  private static final int HIDDEN = 9;
  private static final ContentHash SHORT = ContentHash.of(new int[] {1});
  private static final ContentHash LONG = ContentHash.of(new int[] {2});

  @TempDir private static Path encoders;
  private static EncoderSavedModel encoder;
  @TempDir private Path cache;
  private Frontier frontier;

  @BeforeAll
  static void convert() throws IOException {
    encoder = EncoderSavedModel.of(SavedModelFolder.open(TinySetup.in(encoders).textEncoder()));
  }

  @BeforeEach
  void find() throws IOException {
    frontier =
        Frontier.of(
            Modality.TEXT, encoder, Optional.empty(), Layers.WEIGHTED, Frontier.Storage.FLOAT32);
    assertEquals(STATES, frontier.states().size());
    assertEquals(HIDDEN, frontier.size().hiddenSize());
  }

  private FrontierStore open() throws IOException {
    return FrontierStore.open(cache, frontier, "abc");
  }

  /** Returns numbers that are different for each utterance, state, frame and position. */
  private static List<ByteBuffer> states(int frames, float first) {
    List<ByteBuffer> states = new ArrayList<>();
    float next = first;
    for (int state = 0; state < STATES; state++) {
      ByteBuffer content =
          ByteBuffer.allocate(frames * HIDDEN * Float.BYTES).order(ByteOrder.nativeOrder());
      while (content.hasRemaining()) {
        content.putFloat(next++);
      }
      states.add(content.flip());
    }
    return states;
  }

  /** Reads both utterances into a batch that held other values. */
  private static float[] readBoth(FrontierStore store) throws IOException {
    int longest = store.frames(LONG);
    ByteBuffer batch =
        ByteBuffer.allocateDirect(STATES * 2 * longest * HIDDEN * Float.BYTES)
            .order(ByteOrder.nativeOrder());
    while (batch.hasRemaining()) {
      batch.put((byte) 77);
    }
    store.read(SHORT, batch.clear(), 0, 2, longest);
    store.read(LONG, batch, 1, 2, longest);
    float[] numbers = new float[STATES * 2 * longest * HIDDEN];
    batch.asFloatBuffer().get(numbers);
    return numbers;
  }

  /** A frame of an utterance takes 2 states * 9 numbers * 4 bytes: 64 of them 4608. */
  @Test
  void batchWhoseStatesTake2GibIsRefusedBeforeAnythingIsComputed() throws IOException {
    try (FrontierStore store = open()) {
      store.requireReadable(64, 466_033);
      IOException e = assertThrows(IOException.class, () -> store.requireReadable(64, 466_034));
      assertTrue(
          e.getMessage().contains("64 utterances of up to 466034 frames in 2 states, 2.0 GiB"),
          e.getMessage());
    }
  }

  @Test
  void appendedStatesAreReadPaddedWithZeros() throws IOException {
    try (FrontierStore store = open()) {
      store.append(SHORT, 1, states(1, 100));
      store.append(LONG, 2, states(2, 500));
      float[] expected = new float[STATES * 2 * 2 * HIDDEN];
      for (int i = 0; i < HIDDEN; i++) {
        expected[i] = 100 + i; // state 0, row 0, frame 0
        expected[4 * HIDDEN + i] = 100 + HIDDEN + i; // state 1
      }
      for (int i = 0; i < 2 * HIDDEN; i++) {
        expected[2 * HIDDEN + i] = 500 + i;
        expected[6 * HIDDEN + i] = 500 + 2 * HIDDEN + i;
      }
      assertArrayEquals(expected, readBoth(store));
    }
  }

  @Test
  void anotherRunFindsStoredStates() throws IOException {
    float[] written;
    try (FrontierStore store = open()) {
      store.append(SHORT, 1, states(1, 100));
      store.append(LONG, 2, states(2, 500));
      written = readBoth(store);
    }
    try (FrontierStore store = open()) {
      assertArrayEquals(written, readBoth(store));
    }
  }

  @Test
  void twoRunsAppendSideBySideAndStoreNothingTwice() throws IOException {
    try (FrontierStore one = open();
        FrontierStore other = open()) {
      one.append(SHORT, 1, states(1, 100));
      other.append(SHORT, 1, states(1, 100));
      other.append(LONG, 2, states(2, 500));
      one.append(LONG, 2, states(2, 500));
      assertArrayEquals(readBoth(one), readBoth(other));
    }
    assertEquals(3L * STATES * HIDDEN * Float.BYTES, Files.size(file("0000.states")));
  }

  @Test
  void storesOfAnotherEncoderOrPrecisionAreApart() throws IOException {
    try (FrontierStore store = open()) {
      store.append(SHORT, 1, states(1, 100));
    }
    try (FrontierStore other = FrontierStore.open(cache, frontier, "abd")) {
      assertFalse(other.contains(SHORT));
    }
    Frontier half =
        Frontier.of(
            Modality.TEXT, encoder, Optional.empty(), Layers.WEIGHTED, Frontier.Storage.FLOAT16);
    try (FrontierStore other = FrontierStore.open(cache, half, "abc")) {
      assertFalse(other.contains(SHORT));
    }
  }

  @Test
  void unfinishedEntriesOfAKilledRunAreOverwritten() throws IOException {
    try (FrontierStore store = open()) {
      store.append(SHORT, 1, states(1, 100));
    }
    Files.write(file("0000.states"), new byte[13], StandardOpenOption.APPEND);
    Files.write(file("index"), new byte[13], StandardOpenOption.APPEND);
    try (FrontierStore store = open()) {
      assertTrue(store.contains(SHORT));
      assertFalse(store.contains(LONG));
      store.append(LONG, 2, states(2, 500));
    }
    try (FrontierStore store = open()) {
      assertEquals(500, readBoth(store)[2 * HIDDEN]);
    }
  }

  @Test
  void damagedStatesAreFoundWhenTheyAreRead() throws IOException {
    try (FrontierStore store = open()) {
      store.append(SHORT, 1, states(1, 100));
      store.append(LONG, 2, states(2, 500));
      flip("0000.states", 30);
      IOException e = assertThrows(IOException.class, () -> readBoth(store));
      assertTrue(e.getMessage().contains("delete the folder"), e.getMessage());
    }
  }

  @Test
  void damagedIndexIsFoundWhenTheStoreIsOpened() throws IOException {
    try (FrontierStore store = open()) {
      store.append(SHORT, 1, states(1, 100));
    }
    flip("index", 40);
    IOException e = assertThrows(IOException.class, this::open);
    assertTrue(e.getMessage().contains("delete the folder"), e.getMessage());
  }

  @Test
  void moreThanTheDiskHoldsIsRefused() throws IOException {
    try (FrontierStore store = open()) {
      IOException e = assertThrows(IOException.class, () -> store.requireRoom(1L << 60));
      assertTrue(e.getMessage().contains("cache.states"), e.getMessage());
    }
  }

  private Path file(String name) throws IOException {
    try (Stream<Path> files = Files.walk(cache)) {
      return files.filter(file -> file.endsWith(name)).findFirst().orElseThrow();
    }
  }

  private void flip(String name, long place) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(file(name).toFile(), "rw")) {
      file.seek(place);
      int before = file.read();
      file.seek(place);
      file.write(before ^ 4);
    }
  }
}

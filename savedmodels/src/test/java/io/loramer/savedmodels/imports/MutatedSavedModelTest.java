package io.loramer.savedmodels.imports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.loramer.savedmodels.MetaGraph;
import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.graph.Variables;
import io.loramer.savedmodels.lora.LoraConfig;
import io.loramer.savedmodels.lora.TargetModules;
import io.loramer.savedmodels.optimize.Computation;
import io.loramer.savedmodels.testing.Fixture;
import io.loramer.savedmodels.testing.MutantLimits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Damaged copies of fixtures/tf/roberta: each is used up to its output and works, or ends in an
 * exception that says something. What would end the process ends this test's.
 */
@Tag("slow")
final class MutatedSavedModelTest {
  private static final Path ROBERTA = Fixture.of("tf/roberta").folder().resolve("saved_model");
  private static final String INDEX = "variables/variables.index";
  private static final String DATA = "variables/variables.data-00000-of-00001";

  /** Sizes, counts and types that files from strangers come with. */
  private static final long[] ODD = {
    -1, 0, 7, 255, 1L << 31, 1L << 40, Long.MAX_VALUE, Long.MIN_VALUE
  };

  private static final byte[] PATH = "../../../".getBytes(StandardCharsets.US_ASCII);

  /** The greatest number that protobuf and TensorFlow's tables of files can hold. */
  private static final byte[] MOST = {-1, -1, -1, -1, -1, -1, -1, -1, 127};

  private static final MutantLimits LIMITS = new MutantLimits();

  private static byte[] graphs;
  private static byte[] index;
  private static byte[] data;

  @TempDir private static Path folder;

  @BeforeAll
  static void read() throws IOException {
    Files.createDirectory(folder.resolve("variables"));
    graphs = Files.readAllBytes(ROBERTA.resolve("saved_model.pb"));
    index = Files.readAllBytes(ROBERTA.resolve(INDEX));
    data = Files.readAllBytes(ROBERTA.resolve(DATA));
    write();
    assertTrue(works()); // the first mutant must not pay for the loading of the library
  }

  @AfterAll
  static void report() {
    System.out.println("damaged SavedModels: " + LIMITS);
  }

  /** What became of the mutations of a kind. */
  private record Outcomes(int refused, int worked) {}

  /** Damages a file. */
  private interface Mutation {
    byte[] mutate(Random random) throws IOException;
  }

  @Test
  void undamagedItWorks() throws IOException {
    assertEquals(new Outcomes(0, 1), outcomes("saved_model.pb", 1, random -> graphs));
  }

  @Test
  void truncatedGraphsAreRefused() throws IOException {
    assertEquals(
        new Outcomes(16, 0),
        outcomes(
            "saved_model.pb", 16, random -> Arrays.copyOf(graphs, random.nextInt(graphs.length))));
  }

  @Test
  void flippedBitsInTheGraphsEndWell() throws IOException {
    outcomes("saved_model.pb", 24, random -> flip(graphs, 4, random));
  }

  @Test
  void oversizedNumbersAndPathsAnywhereEndWell() throws IOException {
    for (byte[] trick : List.of(MOST, PATH)) {
      outcomes("saved_model.pb", 24, random -> overwrite(graphs, trick, random));
      outcomes(INDEX, 8, random -> overwrite(index, trick, random));
    }
  }

  @Test
  void oddAttributesConstantsAndInputsEndWell() throws IOException {
    Outcomes outcomes = outcomes("saved_model.pb", 48, MutatedSavedModelTest::changeNodes);
    assertTrue(outcomes.refused > 10 && outcomes.worked > 0, outcomes.toString());
  }

  @Test
  void damagedIndexOfTheVariablesIsRefused() throws IOException {
    assertEquals(
        new Outcomes(8, 0),
        outcomes(INDEX, 8, random -> Arrays.copyOf(index, random.nextInt(index.length))));
    // A flip may fall into the padding of the footer.
    assertTrue(outcomes(INDEX, 12, random -> flip(index, 2, random)).refused >= 10);
  }

  @Test
  void indexThatLiesUnderARightChecksumEndsWell() throws IOException {
    assertTrue(outcomes(INDEX, 16, MutatedSavedModelTest::lieInIndex).refused > 8);
  }

  @Test
  void damagedValuesOfTheVariablesAreRefused() throws IOException {
    // One cut takes away no more than the pooler, and one flip falls into it: no output needs it,
    // and so it is not read.
    assertEquals(
        new Outcomes(5, 1),
        outcomes(DATA, 6, random -> Arrays.copyOf(data, random.nextInt(data.length))));
    assertEquals(new Outcomes(5, 1), outcomes(DATA, 6, random -> flip(data, 1, random)));
  }

  private static Outcomes outcomes(String file, int seeds, Mutation mutation) throws IOException {
    int worked = 0;
    for (int seed = 0; seed < seeds; seed++) {
      write();
      Files.write(folder.resolve(file), mutation.mutate(new Random(seed)));
      worked += LIMITS.hold(file + ", seed " + seed, () -> works() ? 1 : 0);
    }
    return new Outcomes(seeds - worked, worked);
  }

  private static void write() throws IOException {
    Files.write(folder.resolve("saved_model.pb"), graphs);
    Files.write(folder.resolve(INDEX), index);
    Files.write(folder.resolve(DATA), data);
  }

  private static boolean works() {
    LoraConfig lora = new LoraConfig(2, 16, 0, new TargetModules(List.of("query", "value"), ""));
    try (Graph graph = new Graph();
        Session session = new Session(graph);
        TInt32 ones = TInt32.tensorOf(Shape.of(2, 5), t -> t.scalars().forEach(x -> x.setInt(1)))) {
      Variables variables = new Variables(graph, 1);
      SavedModelFolder model = SavedModelFolder.open(folder);
      ImportedEncoder encoder =
          ImportedEncoder.into(
              graph,
              variables,
              "text",
              EncoderSavedModel.of(model),
              MetaGraph.SERVE,
              Optional.of(lora),
              Optional.empty(),
              Computation.FLOAT32);
      encoder.restore(session);
      variables.initialize(session);
      session
          .runner()
          .feed(encoder.input("input_ids", TInt32.class), ones)
          .feed(encoder.input("attention_mask", TInt32.class), ones)
          .fetch(encoder.output("last_hidden_state", TFloat32.class))
          .run()
          .close();
      return true;
    } catch (IOException e) {
      assertTrue(e.getMessage().startsWith(folder.toString()), e.getMessage());
      return false;
    } catch (TensorFlowException | IllegalArgumentException | UnsupportedOperationException e) {
      assertFalse(e.getMessage().isBlank());
      return false;
    }
  }

  private static byte[] flip(byte[] bytes, int flips, Random random) {
    byte[] flipped = bytes.clone();
    for (int i = 0; i < flips; i++) {
      flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return flipped;
  }

  private static byte[] overwrite(byte[] bytes, byte[] trick, Random random) {
    byte[] changed = bytes.clone();
    ByteBuffer.wrap(changed).put(random.nextInt(bytes.length - trick.length), trick);
    return changed;
  }

  /** Changes a node of each function that serves or restores. */
  private static byte[] changeNodes(Random random) throws IOException {
    SavedModel.Builder model = SavedModel.parseFrom(graphs).toBuilder();
    var library = model.getMetaGraphsBuilder(0).getGraphDefBuilder().getLibraryBuilder();
    for (FunctionDef.Builder function : library.getFunctionBuilderList()) {
      if (function.getSignature().getName().matches(".*(inference_serving|restore).*")) {
        changeNode(function.getNodeDefBuilder(random.nextInt(function.getNodeDefCount())), random);
      }
    }
    return model.build().toByteArray();
  }

  private static void changeNode(NodeDef.Builder node, Random random) {
    List<String> attributes = new ArrayList<>(node.getAttrMap().keySet());
    attributes.remove("_output_shapes");
    int inputs = node.getInputCount();
    switch (random.nextInt(4)) {
      case 0 -> node.setOp(random.nextBoolean() ? "Identity" : "NoSuchOp");
      case 1 ->
          node.addInput(
              inputs > 0 ? node.getInput(random.nextInt(inputs)) : node.getName() + ":y:0");
      default -> {
        if (!attributes.isEmpty()) {
          String name = attributes.get(random.nextInt(attributes.size()));
          node.putAttr(name, odd(node.getAttrOrThrow(name), random));
        }
      }
    }
  }

  private static AttrValue odd(AttrValue value, Random random) {
    long odd = ODD[random.nextInt(ODD.length)];
    AttrValue.Builder changed = value.toBuilder();
    switch (value.getValueCase()) {
      case B -> changed.setB(!value.getB());
      case TYPE -> changed.setTypeValue(random.nextInt(30));
      case SHAPE -> changed.getShapeBuilder().addDimBuilder().setSize(odd);
      case LIST -> changed.getListBuilder().addI(odd);
      case TENSOR -> {
        TensorProto.Builder tensor = changed.getTensorBuilder();
        switch (random.nextInt(4)) {
          case 0 -> tensor.getTensorShapeBuilder().addDimBuilder().setSize(odd);
          case 1 -> tensor.setDtypeValue(random.nextInt(30));
          case 2 -> tensor.clearTensorContent().addIntVal((int) odd);
          default -> tensor.setTensorContent(ByteString.copyFrom(new byte[random.nextInt(40)]));
        }
      }
      default -> changed.setI(odd);
    }
    return changed.build();
  }

  /**
   * Changes a byte of the index's entries, and their checksum to fit.
   *
   * @see <a href="https://github.com/google/leveldb/blob/main/doc/table_format.md">the format</a>
   */
  private static byte[] lieInIndex(Random random) {
    byte[] changed = index.clone();
    int entries = sizeOfFirstBlock();
    changed[random.nextInt(entries)] = (byte) random.nextInt(256);
    CRC32C crc = new CRC32C();
    crc.update(changed, 0, entries + 1); // the byte behind them says that they are not compressed
    int rotated = Integer.rotateRight((int) crc.getValue(), 15);
    ByteBuffer.wrap(changed)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(entries + 1, rotated + 0xa282ead8);
    return changed;
  }

  /** Follows the footer to the block of blocks, and that to the first of them. */
  private static int sizeOfFirstBlock() {
    int footerBytes = 48;
    ByteBuffer file = ByteBuffer.wrap(index).position(index.length - footerBytes);
    varint(file); // where the metadata lie
    varint(file);
    file.position(varint(file));
    varint(file); // shared part of the key, none
    int keyBytes = varint(file);
    varint(file);
    file.position(file.position() + keyBytes);
    assertEquals(0, varint(file)); // where the first block lies
    return varint(file);
  }

  private static int varint(ByteBuffer file) {
    int value = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = file.get();
      value |= (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
  }
}

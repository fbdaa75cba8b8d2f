package io.loramer.savedmodels.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.savedmodels.testing.Fixture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/**
 * Files written by torch 2.13:
 *
 * <pre>
 * base = torch.arange(24, dtype=torch.float32).reshape(4, 6)
 * tensors = {
 *     "whole": base, "transposed": base.t(), "middle": base[1:3, 2:5],
 *     "repeated": base[0, :1].expand(3, 2), "tied": base, "scalar": torch.tensor(2.5),
 *     "empty": torch.zeros(0, 3), "parameter": torch.nn.Parameter(torch.tensor([1.5, -2.0])),
 *     "half": torch.tensor([1.0, -2.5, 6e-8]).half(),
 *     "brain": torch.tensor([1.0, -3.140625]).bfloat16(),
 *     "double": torch.tensor([0.1], dtype=torch.float64),
 *     "long": torch.tensor([[-1, 2**40]]), "bool": torch.tensor([True, False])}
 * torch.save(tensors, "views.bin")
 * torch.save(OrderedDict(tensors), "protocol4.bin", pickle_protocol=4)
 * torch.save({"a": base}, "legacy.bin", _use_new_zipfile_serialization=False)
 * torch.save({"module": torch.nn.Linear(2, 3)}, "module.bin")
 * </pre>
 */
final class PytorchFileTest {
  private static final Path FILES = Fixture.of("pytorch").folder();

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"views.bin", "protocol4.bin"})
  void everyViewIsReadAsPytorchSeesIt(String name) throws IOException {
    try (PytorchFile file = PytorchFile.open(FILES.resolve(name))) {
      float[] whole = new float[24];
      float[] transposed = new float[24];
      for (int i = 0; i < 24; i++) {
        whole[i] = i;
        transposed[i] = i % 4 * 6 + i / 4;
      }
      assertTensor(file, "whole", Shape.of(4, 6), whole);
      assertTensor(file, "tied", Shape.of(4, 6), whole);
      assertTensor(file, "transposed", Shape.of(6, 4), transposed);
      assertTensor(file, "middle", Shape.of(2, 3), 8, 9, 10, 14, 15, 16);
      assertTensor(file, "repeated", Shape.of(3, 2), 0, 0, 0, 0, 0, 0);
      assertTensor(file, "scalar", Shape.scalar(), 2.5f);
      assertTensor(file, "empty", Shape.of(0, 3));
      assertTensor(file, "parameter", Shape.of(2), 1.5f, -2);
      assertTensor(file, "half", Shape.of(3), 1, -2.5f, 5.9604645e-8f);
      assertTensor(file, "brain", Shape.of(2), 1, -3.140625f);
      assertTensor(file, "double", Shape.of(1), 0.1f);
      assertArrayEquals(new long[] {-1, 1L << 40}, file.integers("long"));
      assertArrayEquals(new long[] {1, 0}, file.integers("bool"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "legacy.bin, not a zip archive",
    "module.bin, torch.nn.modules.linear.Linear",
  })
  void whatIsNoStateDictIsRefusedByName(String name, String reason) {
    assertRefused(FILES.resolve(name), reason);
  }

  /** What {@code pickle} would run; here each name is refused before anything is called. */
  @ParameterizedTest
  @CsvSource({
    "'cposix\nsystem\n(\u008c\u0008echo hittR.', posix.system",
    "'\u008c\u0008builtins\u008c\u0004eval\u0093.', builtins.eval",
    "'ctorch._utils\n_rebuild_qtensor\n.', torch._utils._rebuild_qtensor",
    "'ctorch\nComplexFloatStorage\n.', torch.ComplexFloatStorage",
    "'ios\nsystem\n.', opcode 0x69",
    "'ccollections\nOrderedDict\n)R)\u0081.', opcode 0x81"
  })
  void callsOfAnythingButTensorsAreRefused(String pickle, String reason) throws IOException {
    assertRefused(archive("model/data.pkl", pickle), reason);
  }

  @ParameterizedTest
  @CsvSource({
    "'', truncated",
    "'}', truncated",
    "'.', empty stack",
    "'t.', no mark",
    "'h\u0005.', memo 5",
    "'X\u00ff\u00ff\u00ff\u007fabc.', truncated",
    "'}]]s.', key",
    "'\u0080\u0009}.', protocol 9",
    "'}\u008c\u0001aK\u0001s.', at a",
    "'K\u0001.', dictionary",
    "'(\u008c\u0007storagectorch\nFloatStorage\n\u008c\u00017\u008c\u0003cpuK\u0001tQ.', model/data/7",
    "'ctorch._utils\n_rebuild_tensor_v2\n)R.', argument 0"
  })
  void damagedPickleIsRefused(String pickle, String reason) throws IOException {
    assertRefused(archive("model/data.pkl", pickle), reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"../data.pkl", "/model/data.pkl", "model/../../x", "model\\data.pkl"})
  void entriesNamedLikePathsAreRefused(String name) throws IOException {
    assertRefused(archive(name, "}."), "refused: entry named " + name);
  }

  @Test
  void compressedEntryIsRefused() throws IOException {
    Path file = folder.resolve("deflated.bin");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry("model/data.pkl"));
      zip.write(new byte[] {'}', '.'});
    }
    assertRefused(file, "entry model/data.pkl is compressed (method 8)");
  }

  @Test
  void encryptedEntryIsRefused() throws IOException {
    Path file = archive("model/data.pkl", "}.");
    byte[] bytes = Files.readAllBytes(file);
    int directory = bytes.length - 22 - 46 - "model/data.pkl".length();
    bytes[directory + 8] |= 1; // the flag of the entry in the central directory
    Files.write(file, bytes);
    assertRefused(file, "entry model/data.pkl is encrypted");
  }

  @Test
  void zipOfSomethingElseIsRefused() throws IOException {
    assertRefused(archive("readme.txt", "hello"), "not PyTorch's");
  }

  private static void assertTensor(PytorchFile file, String name, Shape shape, float... values)
      throws IOException {
    try (TFloat32 tensor = file.float32(name)) {
      assertEquals(shape, tensor.shape(), name);
      assertArrayEquals(values, Fixture.floats(tensor), name);
    }
  }

  private static void assertRefused(Path file, String reason) {
    String message =
        assertThrows(IOException.class, () -> PytorchFile.open(file).close()).getMessage();
    assertTrue(message.startsWith(file.toString()), message);
    assertTrue(message.contains(reason), message);
  }

  /** Writes an archive with one stored entry, a byte per character. */
  private Path archive(String name, String content) throws IOException {
    byte[] bytes = content.getBytes(StandardCharsets.ISO_8859_1);
    CRC32 crc = new CRC32();
    crc.update(bytes);
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(bytes.length);
    entry.setCrc(crc.getValue());
    ByteArrayOutputStream archive = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(archive)) {
      zip.putNextEntry(entry);
      zip.write(bytes);
    }
    return Files.write(folder.resolve("made.bin"), archive.toByteArray());
  }
}

package io.loramer.training.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import io.loramer.recognition.EmotionModel;
import io.loramer.recognition.ModelVersions;
import io.loramer.recognition.testing.TestFiles;
import io.loramer.recognition.testing.TinyCorpus;
import io.loramer.savedmodels.files.TfRecords;
import io.loramer.savedmodels.optimize.Precision;
import io.loramer.training.Trainer;
import io.loramer.training.export.EmotionExport.Lora;
import io.loramer.training.run.RunFolder;
import io.loramer.training.testing.TinySetup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.TensorProto;

/** The files of an export beside its SavedModel, and the folders of its versions. */
@Tag("slow")
class ServableModelTest {
  @TempDir private static Path shared;
  private static TinySetup tiny;
  private static Path exported;

  @TempDir private Path folder;

  @BeforeAll
  static void export() throws IOException {
    tiny = TinySetup.in(shared);
    Trainer.start(tiny.config().untrained(), shared.resolve("run"), TinyCorpus::unwatched);
    exported = shared.resolve("emotions/7");
    EmotionExport.write(
        new RunFolder(shared.resolve("run")), exported, Lora.MERGED, Precision.FLOAT32);
  }

  /** By the field numbers of TF Serving's prediction_log.proto, predict.proto and model.proto. */
  @Test
  void warmUpRequestsCoverTheLengths() throws IOException {
    List<String> requests = new ArrayList<>();
    for (byte[] log : TfRecords.read(exported.resolve(WarmUpRequests.FILE))) {
      ByteString predictLog = only(UnknownFieldSet.parseFrom(log), 6);
      UnknownFieldSet request =
          UnknownFieldSet.parseFrom(only(UnknownFieldSet.parseFrom(predictLog), 1));
      UnknownFieldSet spec = UnknownFieldSet.parseFrom(only(request, 1));
      assertEquals("emotions", only(spec, 1).toStringUtf8());
      Map<String, String> inputs = new TreeMap<>();
      for (ByteString entry : request.getField(2).getLengthDelimitedList()) {
        UnknownFieldSet pair = UnknownFieldSet.parseFrom(entry);
        TensorProto tensor = TensorProto.parseFrom(only(pair, 2));
        List<Long> shape =
            tensor.getTensorShape().getDimList().stream().map(dim -> dim.getSize()).toList();
        inputs.put(only(pair, 1).toStringUtf8(), tensor.getDtype() + " " + shape);
      }
      requests.add(only(spec, 3).toStringUtf8() + " " + inputs);
    }
    // The clips of this run are cropped to half a second: there is one length.
    assertEquals(
        List.of(
            "serving_default {audio_lengths=DT_INT32 [1], input_ids=DT_INT32 [1, 3],"
                + " input_values=DT_FLOAT [1, 8000], text_lengths=DT_INT32 [1]}",
            "wav_bytes {input_ids=DT_INT32 [1, 4], text_lengths=DT_INT32 [1],"
                + " wav_bytes=DT_STRING [1]}"),
        requests);
  }

  private static ByteString only(UnknownFieldSet message, int field)
      throws InvalidProtocolBufferException {
    List<ByteString> values = message.getField(field).getLengthDelimitedList();
    assertEquals(1, values.size(), message.toString());
    return values.get(0);
  }

  @Test
  void readmeShowsTheCalls() throws IOException {
    String readme = Files.readString(exported.resolve("README.md"));
    for (String part :
        List.of(
            "# emotions\n",
            "Recognises anger, neutral, sadness.",
            "http://localhost:8501/v1/models/emotions:predict",
            "tf.saved_model.load(\".\")",
            "EmotionRecognizer.load(Path.of(\"/path/to/emotions\"))")) {
      assertTrue(readme.contains(part), readme);
    }
  }

  @Test
  void newestVersionOfAModelIsLoaded() throws IOException {
    Path model = exported.getParent();
    assertEquals(model.resolve("8"), ModelVersions.next(model));
    Files.createDirectories(folder.resolve("6"));
    TestFiles.copy(exported, folder.resolve("7"));
    Files.createDirectories(folder.resolve(".8.unfinished"));
    Files.createDirectories(folder.resolve("latest"));
    Files.writeString(folder.resolve("9"), "a file");
    try (EmotionModel loaded = EmotionModel.load(folder)) {
      assertEquals(folder.resolve("7"), loaded.folder());
    }
    assertEquals(folder.resolve("8"), ModelVersions.next(folder));
    assertEquals(folder.resolve("new/1"), ModelVersions.next(folder.resolve("new")));
  }

  @Test
  void exportThatDiffersFromItsRunIsRefused() throws IOException {
    Trainer.start(tiny.config(), folder.resolve("other"), TinyCorpus::unwatched);
    Path other = folder.resolve("models/1");
    EmotionExport.write(
        new RunFolder(folder.resolve("other")), other, Lora.MERGED, Precision.FLOAT32);
    try (EmotionModel first = EmotionModel.load(exported);
        EmotionModel second = EmotionModel.load(other)) {
      assertTrue(ExportCheck.run(first.bundle().session(), first, Precision.FLOAT32) < 1e-5);
      IOException e =
          assertThrows(
              IOException.class,
              () -> ExportCheck.run(first.bundle().session(), second, Precision.FLOAT32));
      assertTrue(
          e.getMessage().startsWith(other + ": the model that was written differs"),
          e.getMessage());
    }
  }

  @Test
  void recordsThatAreDamagedAreNamed() throws IOException {
    byte[] bytes = Files.readAllBytes(exported.resolve(WarmUpRequests.FILE));
    Path file = folder.resolve("records");
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
    assertEquals(
        file + ": cut short in record 1",
        assertThrows(IOException.class, () -> TfRecords.read(file)).getMessage());
    bytes[20] ^= 1;
    Files.write(file, bytes);
    assertEquals(
        file + ": record 0 is damaged",
        assertThrows(IOException.class, () -> TfRecords.read(file)).getMessage());
  }
}

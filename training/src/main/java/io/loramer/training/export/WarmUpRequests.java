package io.loramer.training.export;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import io.loramer.model.EmotionSignature;
import io.loramer.recognition.EmotionModelInfo;
import io.loramer.recognition.audio.Waveform;
import io.loramer.recognition.words.Tokenizer;
import io.loramer.savedmodels.MetaGraph;
import io.loramer.savedmodels.files.TfRecords;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorProto;

/**
 * The requests that TF Serving runs before it makes a version available.
 *
 * <p>Without them the first callers would wait for TensorFlow's initialisation at first use. They
 * are a clip of each of the lengths 1, 2, 4, ... seconds up to the longest, with as many words, and
 * one WAV file. The records are {@code PredictionLog} messages, of which only the fields of a
 * request are written, by their numbers.
 *
 * @see <a
 *     href="https://github.com/tensorflow/serving/blob/master/tensorflow_serving/g3doc/saved_model_warmup.md">TF
 *     Serving's guide</a>
 */
final class WarmUpRequests {
  /** The file's path in a SavedModel, as TF Serving requires it. */
  static final String FILE = "assets.extra/tf_serving_warmup_requests";

  private static final String WORDS = "I am so happy for you, and so is everybody else here! ";

  /** The rate of speech, roughly: words per second times tokens per word. */
  private static final int TOKENS_PER_SECOND = 4;

  private static final int PREDICTION_LOG_PREDICT_LOG = 6;
  private static final int PREDICT_LOG_REQUEST = 1;
  private static final int REQUEST_MODEL_SPEC = 1;
  private static final int REQUEST_INPUTS = 2;
  private static final int MODEL_SPEC_NAME = 1;
  private static final int MODEL_SPEC_SIGNATURE_NAME = 3;
  private static final int MAP_KEY = 1;
  private static final int MAP_VALUE = 2;

  private final String modelName;
  private final EmotionModelInfo info;
  private final Optional<Tokenizer> tokenizer;

  WarmUpRequests(String modelName, EmotionModelInfo info, Optional<Tokenizer> tokenizer) {
    this.modelName = modelName;
    this.info = info;
    this.tokenizer = tokenizer;
  }

  /** Writes the file into a SavedModel. */
  void write(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    Files.createDirectories(file.getParent());
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      int shortest = Math.max(Waveform.SAMPLE_RATE, info.minSamples().orElse(0));
      for (int samples = shortest; samples < info.maxSamples(); samples *= 2) {
        TfRecords.write(out, request(MetaGraph.DEFAULT_SIGNATURE, inputs(samples)));
      }
      TfRecords.write(out, request(MetaGraph.DEFAULT_SIGNATURE, inputs(info.maxSamples())));
      if (info.usesAudio()) {
        Map<String, TensorProto> inputs = words(shortest);
        Waveform silence = new Waveform(new float[Math.min(shortest, info.maxSamples())]);
        inputs.put(EmotionSignature.WAV_BYTES, strings(silence.toWav()));
        TfRecords.write(out, request(EmotionSignature.WAV_BYTES, inputs));
      }
    }
  }

  private Map<String, TensorProto> inputs(int samples) {
    Map<String, TensorProto> inputs = words(samples);
    if (info.usesAudio()) {
      // One value stands for all of the tensor's: a waveform of a second would take 64 kB.
      inputs.put(
          EmotionSignature.INPUT_VALUES,
          tensor(DataType.DT_FLOAT, 1, samples).addFloatVal(0.01f).build());
      inputs.put(EmotionSignature.AUDIO_LENGTHS, ints(samples).build());
    }
    return inputs;
  }

  /** Returns about as many tokens as are spoken in this time. */
  private Map<String, TensorProto> words(int samples) {
    Map<String, TensorProto> inputs = new LinkedHashMap<>();
    tokenizer.ifPresent(
        known -> {
          int[] all = known.encode(WORDS.repeat(1 + samples / Waveform.SAMPLE_RATE));
          int tokens = Math.max(3, TOKENS_PER_SECOND * samples / Waveform.SAMPLE_RATE);
          int[] ids = Arrays.copyOf(all, Math.min(all.length, tokens));
          TensorProto.Builder tensor = tensor(DataType.DT_INT32, 1, ids.length);
          Arrays.stream(ids).forEach(tensor::addIntVal);
          inputs.put(EmotionSignature.INPUT_IDS, tensor.build());
          inputs.put(EmotionSignature.TEXT_LENGTHS, ints(ids.length).build());
        });
    return inputs;
  }

  private byte[] request(String signature, Map<String, TensorProto> inputs) {
    UnknownFieldSet spec =
        message(
            Map.of(MODEL_SPEC_NAME, utf8(modelName), MODEL_SPEC_SIGNATURE_NAME, utf8(signature)));
    Field.Builder entries = Field.newBuilder();
    inputs.forEach(
        (name, tensor) ->
            entries.addLengthDelimited(
                message(Map.of(MAP_KEY, utf8(name), MAP_VALUE, tensor.toByteString()))
                    .toByteString()));
    UnknownFieldSet request =
        message(Map.of(REQUEST_MODEL_SPEC, spec.toByteString())).toBuilder()
            .addField(REQUEST_INPUTS, entries.build())
            .build();
    return nested(PREDICTION_LOG_PREDICT_LOG, nested(PREDICT_LOG_REQUEST, request)).toByteArray();
  }

  private static UnknownFieldSet nested(int number, MessageLite message) {
    return message(Map.of(number, message.toByteString()));
  }

  private static UnknownFieldSet message(Map<Integer, ByteString> fields) {
    UnknownFieldSet.Builder message = UnknownFieldSet.newBuilder();
    fields.forEach(
        (number, bytes) ->
            message.addField(number, Field.newBuilder().addLengthDelimited(bytes).build()));
    return message.build();
  }

  private static ByteString utf8(String text) {
    return ByteString.copyFrom(text, StandardCharsets.UTF_8);
  }

  private static TensorProto.Builder ints(int value) {
    return tensor(DataType.DT_INT32, 1).addIntVal(value);
  }

  private static TensorProto strings(byte[] value) {
    return tensor(DataType.DT_STRING, 1).addStringVal(ByteString.copyFrom(value)).build();
  }

  private static TensorProto.Builder tensor(DataType type, int... shape) {
    TensorProto.Builder tensor = TensorProto.newBuilder().setDtype(type);
    for (int size : shape) {
      tensor.getTensorShapeBuilder().addDimBuilder().setSize(size);
    }
    return tensor;
  }
}

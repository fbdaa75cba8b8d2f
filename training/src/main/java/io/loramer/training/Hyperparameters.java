package io.loramer.training;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.Value;
import io.loramer.savedmodels.files.Sha256;
import io.loramer.tensorboard.DataType;
import io.loramer.tensorboard.Experiment;
import io.loramer.tensorboard.HParamInfo;
import io.loramer.tensorboard.HParamsPluginData;
import io.loramer.tensorboard.MetricInfo;
import io.loramer.tensorboard.MetricName;
import io.loramer.tensorboard.SessionEndInfo;
import io.loramer.tensorboard.SessionStartInfo;
import io.loramer.tensorboard.Status;
import io.loramer.training.config.RunConfig;
import io.loramer.training.config.RunConfigFile;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * A run's row in TensorBoard's table of hyperparameters: the keys of its configuration.
 *
 * <p>The keys that distinguish repetitions of an experiment (splits, known speakers, seed) and
 * those of the cache are left out. Runs with equal values of the others, such as the folds of a
 * cross-validation, are one group, shown with the mean of their measures.
 */
final class Hyperparameters {
  private static final List<String> REPETITION =
      List.of("data.validation", "data.test", "head.speaker.known", "training.seed", "cache.");

  /** The columns shown at first: those that the paper's tables compare, and the rank. */
  private static final Set<String> COMPARED =
      Set.of(
          "audio.adaptation",
          "audio.encoder",
          "audio.lora.rank",
          "head.mine.lambda",
          "text.encoder");

  private final Map<String, JsonNode> values;

  Hyperparameters(RunConfig config) {
    values = new TreeMap<>(RunConfigFile.keys(config));
    values.keySet().removeIf(key -> REPETITION.stream().anyMatch(key::startsWith));
  }

  /**
   * Returns the columns of the table.
   *
   * @param measures tags of the scalars that are shown as results
   */
  HParamsPluginData experiment(List<String> measures) {
    Experiment.Builder experiment = Experiment.newBuilder();
    values.forEach(
        (key, value) ->
            experiment.addHparamInfos(
                HParamInfo.newBuilder()
                    .setName(key)
                    .setType(type(key, value))
                    .setDiffers(COMPARED.contains(key))));
    for (String tag : measures) {
      MetricName name = MetricName.newBuilder().setTag(tag).build();
      experiment.addMetricInfos(MetricInfo.newBuilder().setName(name));
    }
    return HParamsPluginData.newBuilder().setExperiment(experiment).build();
  }

  /** Returns the record of a run's start, with its values and its group. */
  HParamsPluginData start(double seconds) {
    SessionStartInfo.Builder start =
        SessionStartInfo.newBuilder().setGroupName(group()).setStartTimeSecs(seconds);
    values.forEach(
        (key, value) -> {
          if (!value.isNull()) {
            start.putHparams(key, value(key, value));
          }
        });
    return HParamsPluginData.newBuilder().setSessionStartInfo(start).build();
  }

  /** Returns the record of a run's successful end. */
  static HParamsPluginData end(double seconds) {
    SessionEndInfo.Builder end =
        SessionEndInfo.newBuilder().setStatus(Status.STATUS_SUCCESS).setEndTimeSecs(seconds);
    return HParamsPluginData.newBuilder().setSessionEndInfo(end).build();
  }

  /** Returns the name of the run's group, a hash of all values. */
  private String group() {
    String all =
        values.entrySet().stream()
            .map(value -> value.getKey() + "=" + value.getValue())
            .collect(Collectors.joining("\n"));
    return HexFormat.of().formatHex(Sha256.digest().digest(all.getBytes(UTF_8)));
  }

  /** A key without a value is a number, unless it is a path. */
  private static DataType type(String key, JsonNode value) {
    if (value.isBoolean()) {
      return DataType.DATA_TYPE_BOOL;
    }
    boolean number = value.isNumber() || (value.isNull() && !RunConfigFile.PATHS.contains(key));
    return number ? DataType.DATA_TYPE_FLOAT64 : DataType.DATA_TYPE_STRING;
  }

  private static Value value(String key, JsonNode value) {
    Value.Builder built = Value.newBuilder();
    if (value.isBoolean()) {
      built.setBoolValue(value.booleanValue());
    } else if (value.isNumber()) {
      built.setNumberValue(value.doubleValue());
    } else if (RunConfigFile.PATHS.contains(key)) {
      built.setStringValue(ending(Path.of(value.textValue())));
    } else {
      built.setStringValue(text(value));
    }
    return built.build();
  }

  /** Returns the last two names: a whole path is too long, one name may be every manifest's. */
  private static String ending(Path path) {
    int names = path.getNameCount();
    return path.subpath(Math.max(0, names - 2), names).toString();
  }

  private static String text(JsonNode value) {
    return value.isArray()
        ? StreamSupport.stream(value.spliterator(), false)
            .map(JsonNode::asText)
            .collect(Collectors.joining(", "))
        : value.asText();
  }
}

package io.loramer.tools.testing;

import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.encoders.EncoderConversion;
import io.loramer.savedmodels.encoders.PaddingInNorm;
import io.loramer.savedmodels.encoders.RandomCheckpoint;
import io.loramer.savedmodels.imports.EncoderSavedModel;
import io.loramer.savedmodels.lora.LoraAdapter;
import io.loramer.savedmodels.lora.LoraConfig;
import io.loramer.savedmodels.lora.LoraTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/** The checkpoint and SavedModel of a tiny WavLM with two layers and random weights. */
public record TinyEncoder(Path checkpoint, Path savedModel) {
  private static final String CONFIG =
      """
      {"model_type": "wavlm", "hidden_size": 12, "num_hidden_layers": 2, "num_attention_heads": 3,
       "intermediate_size": 20, "conv_dim": [8, 8], "conv_kernel": [10, 3], "conv_stride": [5, 4],
       "num_conv_pos_embeddings": 6, "num_conv_pos_embedding_groups": 2, "num_buckets": 8,
       "max_bucket_distance": 20}
      """;

  public static TinyEncoder in(Path folder) throws IOException {
    Path checkpoint = Files.createDirectory(folder.resolve("checkpoint"));
    Files.writeString(checkpoint.resolve("config.json"), CONFIG);
    RandomCheckpoint.write(checkpoint, 5);
    Path savedModel = folder.resolve("encoder");
    EncoderConversion.convert(checkpoint, savedModel, PaddingInNorm.IGNORED);
    return new TinyEncoder(checkpoint, savedModel);
  }

  /**
   * Writes an adapter with the default targets.
   *
   * @param deviation the standard deviation of B's values
   */
  public void writeAdapter(Path folder, float deviation) throws IOException {
    LoraConfig config = LoraConfig.defaults();
    Random random = new Random(7);
    Map<String, TFloat32> matrices = new LinkedHashMap<>();
    for (LoraTarget target : EncoderSavedModel.of(SavedModelFolder.open(savedModel)).linearMaps()) {
      if (config.targetModules().matches(target.module())) {
        matrices.put(target.loraA(), drawn(Shape.of(config.rank(), target.in()), 1, random));
        matrices.put(
            target.loraB(), drawn(Shape.of(target.out(), config.rank()), deviation, random));
      }
    }
    Files.createDirectories(folder);
    LoraAdapter.write(folder, config, matrices);
    matrices.values().forEach(TFloat32::close);
  }

  private static TFloat32 drawn(Shape shape, float deviation, Random random) {
    return TFloat32.tensorOf(
        shape,
        tensor ->
            tensor.scalars().forEach(v -> v.setFloat(deviation * (float) random.nextGaussian())));
  }
}

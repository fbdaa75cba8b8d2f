package io.loramer.model.testing;

import io.loramer.model.head.Modality;
import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.encoders.EncoderConversion;
import io.loramer.savedmodels.encoders.PaddingInNorm;
import io.loramer.savedmodels.encoders.RandomCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A WavLM of two layers and a RoBERTa of one, of random weights. */
public final class RandomEncoders {
  /** The first frame takes 200 samples, each further frame 160. */
  private static final String WAVLM =
      """
      {"architectures": ["WavLMModel"], "model_type": "wavlm", "hidden_size": 12,
       "num_hidden_layers": 2, "num_attention_heads": 3, "intermediate_size": 20,
       "conv_dim": [5, 7], "conv_kernel": [40, 9], "conv_stride": [20, 8], "conv_bias": false,
       "feat_extract_norm": "group", "do_stable_layer_norm": false, "num_conv_pos_embeddings": 6,
       "num_conv_pos_embedding_groups": 3, "num_buckets": 16, "max_bucket_distance": 30,
       "hidden_dropout": 0.1, "attention_dropout": 0.1, "activation_dropout": 0.1}
      """;

  private static final String ROBERTA =
      """
      {"architectures": ["RobertaModel"], "model_type": "roberta", "vocab_size": 33,
       "hidden_size": 9, "num_hidden_layers": 1, "num_attention_heads": 3,
       "intermediate_size": 14, "max_position_embeddings": 30, "type_vocab_size": 1,
       "pad_token_id": 1}
      """;

  private RandomEncoders() {}

  /** Converts both encoders into a folder. */
  public static Map<Modality, SavedModelFolder> in(Path folder) throws IOException {
    return Map.of(
        Modality.AUDIO,
        encoder(folder, "wavlm", WAVLM),
        Modality.TEXT,
        encoder(folder, "roberta", ROBERTA));
  }

  private static SavedModelFolder encoder(Path folder, String name, String config)
      throws IOException {
    Path checkpoint = Files.createDirectory(folder.resolve(name + "-checkpoint"));
    Files.writeString(checkpoint.resolve("config.json"), config);
    RandomCheckpoint.write(checkpoint, 3);
    EncoderConversion.convert(checkpoint, folder.resolve(name), PaddingInNorm.IGNORED);
    return SavedModelFolder.open(folder.resolve(name));
  }
}

package io.loramer.model;

import io.loramer.model.head.HeadOutputs;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;

/**
 * One way through the graph from waveform and words to emotions.
 *
 * @param inputs to be fed, by the names of the Emotion SavedModel's signature: of a model that
 *     hears, {@code input_values} float32 [B, samples], the raw 16 kHz waveform, and {@code
 *     audio_lengths} int32 [B]; of one that reads, {@code input_ids} int32 [B, S] and {@code
 *     text_lengths} int32 [B]
 * @param dropoutSeeds names of int64 scalars to be fed with a number that differs for every step;
 *     none for inference
 */
public record ForwardPass(
    Map<String, Operand<?>> inputs, HeadOutputs emotions, List<String> dropoutSeeds) {}

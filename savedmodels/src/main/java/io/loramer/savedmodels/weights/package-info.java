/**
 * Pretrained weights in the files of a Hugging Face checkpoint: safetensors and PyTorch's zip
 * format, whole or in shards.
 *
 * <p>In: a checkpoint's folder. Out: names, dtypes and shapes of its tensors, and their values as
 * float32 tensors, which the caller closes. Files from others are checked against their size, and
 * nothing in them is executed.
 *
 * <pre>{@code
 * try (Checkpoint checkpoint = Checkpoint.open(Path.of("wavlm-base"));
 *     TFloat32 weight = checkpoint.float32("encoder.layers.0.attention.q_proj.weight")) {
 *   System.out.println(weight.shape());
 * }
 * }</pre>
 *
 * <p>Public API.
 */
package io.loramer.savedmodels.weights;

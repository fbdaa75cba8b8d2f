/**
 * Export of a finished run as a SavedModel for serving.
 *
 * <p>A run folder goes in; a self-contained SavedModel comes out, checked against the run, with a
 * README, warm-up requests and batching parameters for TF Serving.
 *
 * <pre>{@code
 * EmotionExport.write(
 *     new RunFolder(Path.of("runs/first")),
 *     Path.of("models/emotion/1"),
 *     EmotionExport.Lora.MERGED,
 *     Precision.FLOAT32);
 * }</pre>
 *
 * <p>Public API.
 */
package io.loramer.training.export;

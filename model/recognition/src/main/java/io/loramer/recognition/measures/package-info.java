/**
 * A model's outputs and the measures of its quality: accuracies, F1, confusion.
 *
 * <p>In: {@link io.loramer.recognition.measures.Prediction}s of utterances whose emotion is known.
 * Out: {@link io.loramer.recognition.measures.SplitMetrics}.
 *
 * <pre>{@code
 * List<Prediction> predictions =
 *     recognizer.evaluate(corpus, Optional.of(Split.TEST), TextChoice.transcript());
 * double ua = SplitMetrics.of(recognizer.info().labels(), predictions).unweightedAccuracy();
 * }</pre>
 *
 * <p>Public API.
 */
package io.loramer.recognition.measures;

/**
 * Readers of published corpora and of common layouts of files.
 *
 * <p>A corpus as it is distributed goes in; the utterances of a manifest and notes on what was left
 * out come out.
 *
 * <pre>{@code
 * Corpus corpus = new Ravdess(Path.of("RAVDESS"));
 * CorpusContents contents = corpus.usualLabels().of(corpus.read());
 * Manifest.write(Path.of("corpus.jsonl"), contents.utterances());
 * }</pre>
 *
 * <p>Public API.
 */
package io.loramer.training.corpora;

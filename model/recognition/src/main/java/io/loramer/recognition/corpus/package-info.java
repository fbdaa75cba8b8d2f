/**
 * Labelled corpora: manifests, their utterances, and the checks before work starts.
 *
 * <p>In: a manifest, a file with one JSON object per utterance. Out: {@link
 * io.loramer.recognition.corpus.Utterance}s, or a {@link
 * io.loramer.recognition.corpus.CorpusException} with everything that is wrong.
 *
 * <pre>{@code
 * Manifest corpus = Manifest.read(Path.of("corpus/manifest.jsonl"));
 * for (Utterance utterance : corpus.utterances()) {
 *   Waveform waveform = utterance.clip().read();
 * }
 * }</pre>
 *
 * <p>Public API.
 */
package io.loramer.recognition.corpus;

/** Corpora, audio and words, batches, the training loop, the measures, and the run folder. */
package io.loramer.training;

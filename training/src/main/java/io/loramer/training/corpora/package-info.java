/** Readers that turn corpora, as they are distributed, into the utterances of a manifest. */
package io.loramer.training.corpora;

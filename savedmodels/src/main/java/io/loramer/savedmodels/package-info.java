/**
 * SavedModels on disk: their folders, graphs and signatures, and the signature of encoders.
 *
 * <p>In: the folder of a SavedModel, or graphs and a session to write one from. Out: {@link
 * io.loramer.savedmodels.SavedModelFolder}, its graphs as protocol buffers, and {@link
 * io.loramer.savedmodels.SavedModelSummary}, its signatures and variables without loading it.
 *
 * <pre>{@code
 * SavedModelFolder model = SavedModelFolder.open(Path.of("encoders/wavlm-base"));
 * SavedModelSummary.of(model).signatures().forEach(System.out::println);
 * }</pre>
 *
 * <p>Public API.
 */
package io.loramer.savedmodels;

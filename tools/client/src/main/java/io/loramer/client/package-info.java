/**
 * A client of {@code lora-mer serve} for Java services; it needs no TensorFlow.
 *
 * <p>In: an audio file or its bytes, and the words where they are known. Out: the probabilities of
 * the emotions, for the whole clip and over time.
 *
 * <pre>{@code
 * EmotionClient client = new EmotionClient(URI.create("http://localhost:8501"));
 * EmotionAnswer answer = client.recognize(Path.of("clip.mp3"), Optional.of("I am so happy"));
 * System.out.println(answer.label() + " " + answer.probabilities());
 * }</pre>
 *
 * <p>Public API.
 */
package io.loramer.client;

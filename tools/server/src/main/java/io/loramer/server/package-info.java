/**
 * The server of exported models: TF Serving's REST and gRPC interfaces, {@code POST /v1/emotions}
 * for audio files, and a web page.
 *
 * <p>In: a folder of model versions as {@code lora-mer export} writes it, and optionally a CTC
 * encoder that recognises words. Out: two open ports, one for HTTP and one for gRPC, until the
 * server is closed.
 *
 * <pre>{@code
 * EmotionServer.Options options =
 *     new EmotionServer.Options(
 *         Path.of("models/emotions"),
 *         Optional.empty(),
 *         "emotions",
 *         "127.0.0.1",
 *         List.of(),
 *         8501,
 *         8500,
 *         Duration.ofSeconds(1),
 *         new BatchLimits(16, 60, Duration.ofMillis(5), 100, Duration.ofSeconds(30)),
 *         new RequestLimits(32 << 20, Duration.ofSeconds(30)));
 * try (EmotionServer server = EmotionServer.start(options)) {
 *   server.join();
 * }
 * }</pre>
 *
 * <p>Public API.
 */
package io.loramer.server;

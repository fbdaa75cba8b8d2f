/**
 * The limits of a server: of batches and their queue, and of single requests.
 *
 * <pre>{@code
 * BatchLimits batches =
 *     new BatchLimits(16, 60, Duration.ofMillis(5), 100, Duration.ofSeconds(30));
 * RequestLimits requests = new RequestLimits(32 << 20, Duration.ofSeconds(30));
 * }</pre>
 *
 * <p>Public API.
 */
package io.loramer.server.limits;

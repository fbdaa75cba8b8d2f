/**
 * The server: TF Serving's REST and gRPC interfaces to an exported model, and one for sound files.
 */
package io.loramer.server;

package io.loramer.server.grpc;

import io.grpc.Decompressor;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/**
 * Unpacks messages by gzip. Bytes that are not gzip fail when the message is read, where the call
 * can be answered; gRPC's own codec fails earlier, which ends the call without a reason.
 */
public final class LateGzip implements Decompressor {
  @Override
  public String getMessageEncoding() {
    return "gzip";
  }

  @Override
  public InputStream decompress(InputStream packed) {
    try {
      return new GZIPInputStream(packed);
    } catch (IOException e) {
      return new Failed(packed, e);
    }
  }

  /** A stream whose bytes cannot be read. */
  private static final class Failed extends InputStream {
    private final InputStream packed;
    private final IOException why;

    Failed(InputStream packed, IOException why) {
      this.packed = packed;
      this.why = why;
    }

    @Override
    public int read() throws IOException {
      throw why;
    }

    @Override
    public int read(byte[] bytes, int from, int count) throws IOException {
      throw why;
    }

    @Override
    public void close() throws IOException {
      packed.close(); // which frees the message's buffers
    }
  }
}

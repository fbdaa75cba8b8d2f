package io.loramer.savedmodels.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;

/** Downloads a file's content into the cache, and resumes downloads that broke off. */
final class Download {
  private static final int PIECE = 1 << 16;
  private static final int SHA256_LETTERS = 64;
  private static final int SHA1_LETTERS = 40;

  private final HubConnection connection;
  private final Retry retry;
  private final Duration timeout;
  private final Progress progress;

  /**
   * Prepares downloads.
   *
   * @param timeout the longest time without any bytes
   */
  Download(HubConnection connection, Retry retry, Duration timeout, Progress progress) {
    this.connection = connection;
    this.retry = retry;
    this.timeout = timeout;
    this.progress = progress;
  }

  /**
   * Downloads a file, checks its hash and moves it into place.
   *
   * @param blob the path of the content in the cache
   * @throws IOException if the hub refuses, the connection breaks repeatedly, or the content's hash
   *     is not the one that the hub stated
   */
  void fetch(HubModel model, HubFile file, Path blob) throws IOException, InterruptedException {
    Path incomplete = blob.resolveSibling(file.etag() + ".incomplete");
    try (FileChannel out =
        FileChannel.open(incomplete, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      if (out.size() > file.size()) {
        out.truncate(0);
      }
      out.position(out.size());
      int failures = 0;
      while (out.position() < file.size()) {
        long before = out.position();
        Optional<IOException> broken = copy(model, file, out);
        failures = out.position() > before ? 1 : failures + 1;
        if (out.position() < file.size() && !retry.waits(failures, Optional.empty())) {
          throw new IOException(
              "%s: %s: broke off after %d of %d bytes; run it again to go on"
                  .formatted(model, file.name(), out.position(), file.size()),
              broken.orElse(null));
        }
      }
    }
    check(model, file, incomplete);
    Files.move(incomplete, blob, StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Appends the bytes of a response to a file.
   *
   * @return the error that broke the connection, if any
   */
  private Optional<IOException> copy(HubModel model, HubFile file, FileChannel out)
      throws IOException, InterruptedException {
    HttpResponse<InputStream> answer = connection.get(model, file, out.position());
    String range = answer.headers().firstValue("Content-Range").orElse("");
    boolean goesOn =
        answer.statusCode() == 206 && range.startsWith("bytes " + out.position() + "-");
    try (InputStream body = answer.body();
        StallGuard guard = new StallGuard(body, timeout)) {
      if (!goesOn) {
        out.truncate(0); // a server without ranges starts at byte 0
      }
      if (answer.statusCode() == 416 || (answer.statusCode() == 206 && !goesOn)) {
        return Optional.of(new IOException("answered " + answer.statusCode() + " " + range));
      }
      byte[] piece = new byte[PIECE];
      while (out.position() < file.size()) {
        int length;
        try {
          length = body.read(piece);
        } catch (IOException e) {
          return Optional.of(e);
        }
        if (length < 0) {
          return Optional.empty();
        }
        guard.arrived();
        int wanted = (int) Math.min(length, file.size() - out.position());
        append(model, file, ByteBuffer.wrap(piece, 0, wanted), out);
        progress.arrived(file.name(), out.position(), file.size());
      }
      return Optional.empty();
    }
  }

  private static void append(HubModel model, HubFile file, ByteBuffer bytes, FileChannel out)
      throws IOException {
    try {
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
    } catch (IOException e) { // such as a full disk
      throw new IOException(
          "%s: %s: cannot be written: %s".formatted(model, file.name(), e.getMessage()), e);
    }
  }

  /** Compares a download with the hash in its etag; the etags of mirrors may not be hashes. */
  private static void check(HubModel model, HubFile file, Path incomplete) throws IOException {
    if (!file.etag().matches("[0-9a-f]+")) {
      return;
    }
    String found;
    switch (file.etag().length()) {
      case SHA256_LETTERS -> found = hash("SHA-256", "", incomplete);
      case SHA1_LETTERS -> found = hash("SHA-1", "blob " + file.size() + "\0", incomplete);
      default -> found = file.etag();
    }
    if (!found.equals(file.etag())) {
      Files.delete(incomplete);
      throw new IOException(
          "%s: %s: expected hash %s, downloaded %s; the download was removed, try again"
              .formatted(model, file.name(), file.etag(), found));
    }
  }

  private static String hash(String algorithm, String prefix, Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance(algorithm);
      digest.update(prefix.getBytes(StandardCharsets.US_ASCII)); // as git hashes a file
      byte[] piece = new byte[PIECE];
      for (int length = in.read(piece); length >= 0; length = in.read(piece)) {
        digest.update(piece, 0, length);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java platform has both
    }
  }
}

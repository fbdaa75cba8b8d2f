package io.loramer.training.corpora;

import io.loramer.savedmodels.files.GitLfs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads text files in the encodings of other programs. */
final class TextFile {
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private TextFile() {}

  /**
   * Reads a text file without its byte order mark: UTF-8, or UTF-16 with a mark, as Excel's
   * "Unicode text".
   *
   * @throws IOException if the file is in another encoding, a workbook or a Git LFS pointer
   */
  static String read(Path file) throws IOException {
    GitLfs.refusePointer(file);
    byte[] bytes = Files.readAllBytes(file);
    if (startsWith(bytes, 'P', 'K', 3, 4)) {
      throw new IOException(file + ": expected text, found a workbook or ZIP file; save it as CSV");
    }
    boolean wide = startsWith(bytes, 0xFF, 0xFE) || startsWith(bytes, 0xFE, 0xFF);
    Charset charset = wide ? StandardCharsets.UTF_16 : StandardCharsets.UTF_8;
    try {
      String text = charset.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      if (text.indexOf('\0') < 0) {
        boolean marked = !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK;
        return marked ? text.substring(1) : text;
      }
    } catch (CharacterCodingException e) {
      throw new IOException(notText(file), e);
    }
    throw new IOException(notText(file));
  }

  private static String notText(Path file) {
    return file + ": expected UTF-8 throughout, found other bytes; save the file as UTF-8";
  }

  private static boolean startsWith(byte[] bytes, int... start) {
    for (int i = 0; i < start.length; i++) {
      if (i >= bytes.length || (bytes[i] & 0xFF) != start[i]) {
        return false;
      }
    }
    return true;
  }
}

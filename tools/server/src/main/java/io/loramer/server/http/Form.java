package io.loramer.server.http;

import io.loramer.server.model.RefusedException;
import io.loramer.server.model.RequestMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.MultiPart;
import org.eclipse.jetty.http.MultiPartFormData;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.content.ByteBufferContentSource;
import org.eclipse.jetty.util.Promise;

/**
 * A form of type {@code multipart/form-data}.
 *
 * @param fields by their names, without {@code _charset_}
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7578">RFC 7578</a>
 */
record Form(Map<String, Field> fields) {
  private static final String TYPE = "multipart/";

  /** The field that names the charset of the others. */
  private static final String CHARSET_FIELD = "_charset_";

  private static final int MAX_PARTS = 8;

  /** The transfer encodings that leave the bytes as they are. */
  private static final Set<String> PLAIN = Set.of("7bit", "8bit", "binary");

  /**
   * A field of a form.
   *
   * @param charset the charset that the field or the form declares, else UTF-8
   */
  record Field(String name, ByteBuffer bytes, String charset) {
    /**
     * Decodes the bytes, without a byte order mark.
     *
     * @throws RefusedException if they are not of the charset, or it is not known
     */
    String text() {
      try {
        String text = Charset.forName(charset).newDecoder().decode(bytes.duplicate()).toString();
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
      } catch (CharacterCodingException e) {
        throw RefusedException.invalid(
            "%s: the bytes are not %s; send UTF-8, or declare the charset in the field's"
                + " Content-Type",
            name, charset);
      } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
        throw RefusedException.invalid("%s: the charset %s is not known", name, charset);
      }
    }
  }

  /** Returns whether a Content-Type announces a form. */
  static boolean isAnnounced(String contentType) {
    return contentType != null && contentType.regionMatches(true, 0, TYPE, 0, TYPE.length());
  }

  /**
   * Parses a form.
   *
   * @param names of the fields; another field is refused
   * @param held counts the memory of the fields
   * @throws RefusedException if the form is malformed, or has an unknown field or one twice
   */
  static Form parse(String contentType, byte[] body, List<String> names, RequestMemory.Share held) {
    String boundary =
        parameter(contentType, "boundary")
            .orElseThrow(
                () ->
                    RefusedException.invalid(
                        "Content-Type: expected multipart/form-data with a boundary, found none"));
    held.take(body.length); // the fields are copies
    String charset = parameter(contentType, "charset").orElse(StandardCharsets.UTF_8.name());
    try (MultiPartFormData.Parts parts = parts(boundary, body)) {
      return of(parts, names, charset);
    } catch (CompletionException e) {
      throw RefusedException.invalid(
          e.getCause() instanceof IllegalStateException
              ? "the form has more than %d fields".formatted(MAX_PARTS)
              : "the form is not complete multipart/form-data with the boundary of its"
                  + " Content-Type");
    }
  }

  private static MultiPartFormData.Parts parts(String boundary, byte[] body) {
    MultiPartFormData.Parser parser = new MultiPartFormData.Parser(boundary);
    parser.setMaxParts(MAX_PARTS);
    parser.setMaxMemoryFileSize(body.length); // nothing is written to the disk
    parser.setMaxLength(body.length);
    CompletableFuture<MultiPartFormData.Parts> parsed = new CompletableFuture<>();
    parser.parse(
        new ByteBufferContentSource(ByteBuffer.wrap(body)), Promise.Invocable.toPromise(parsed));
    return parsed.join(); // the whole body is in memory, so parsing has ended
  }

  private static Form of(MultiPartFormData.Parts parts, List<String> names, String charset) {
    String ofOthers = charset;
    if (parts.getFirst(CHARSET_FIELD) != null) {
      ofOthers = field(parts.getFirst(CHARSET_FIELD), "US-ASCII").text().strip();
    }
    Map<String, Field> fields = new HashMap<>();
    for (MultiPart.Part part : parts) {
      String name = part.getName();
      if (CHARSET_FIELD.equals(name)) {
        continue;
      }
      if (!names.contains(name)) {
        throw RefusedException.invalid(
            "the form: expected the fields %s, found %s", String.join(", ", names), name);
      }
      if (fields.put(name, field(part, ofOthers)) != null) {
        throw RefusedException.invalid("%s: expected one such field, found several", name);
      }
    }
    return new Form(fields);
  }

  private static Field field(MultiPart.Part part, String charset) {
    String encoding =
        Optional.ofNullable(part.getHeaders().get("Content-Transfer-Encoding")).orElse("binary");
    if (!PLAIN.contains(encoding.toLowerCase(Locale.ROOT))) {
      throw RefusedException.invalid(
          "%s: Content-Transfer-Encoding: expected binary, found %s", part.getName(), encoding);
    }
    String own = parameter(part.getHeaders().get("Content-Type"), "charset").orElse(charset);
    try {
      ByteBuffer bytes = Content.Source.asByteBuffer(part.newContentSource(null, 0, -1));
      return new Field(part.getName(), bytes, own);
    } catch (IOException e) {
      throw new IllegalStateException(e); // it is in memory
    }
  }

  /** Returns a parameter of a Content-Type; empty if it has none or no value. */
  private static Optional<String> parameter(String contentType, String name) {
    Map<String, String> parameters = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    HttpField.getValueParameters(contentType, parameters);
    return Optional.ofNullable(parameters.get(name)).filter(value -> !value.isEmpty());
  }

  /** Returns the text of a field, if the form has it. */
  Optional<String> text(String name) {
    return Optional.ofNullable(fields.get(name)).map(Field::text);
  }
}

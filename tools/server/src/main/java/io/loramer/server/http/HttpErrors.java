package io.loramer.server.http;

import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Answers Jetty's own errors, such as a malformed header, in the form of the other errors. */
public final class HttpErrors implements Request.Handler {
  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    int status = response.getStatus();
    Reply error = Reply.error(status, HttpStatus.getMessage(status));
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, error.contentType());
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, error.body().remaining());
    response.write(true, error.body(), callback);
    return true;
  }
}

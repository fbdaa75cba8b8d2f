package io.loramer.server.model;

/**
 * The memory on the Java heap that open requests take, with its limit. What a request takes is
 * counted before it is allocated: the body, the decoded audio, the tensors.
 */
public final class RequestMemory {
  private final long limit;
  private long taken; // guarded by this

  /**
   * Sets the limit.
   *
   * @param limit the most bytes of all open requests together
   */
  public RequestMemory(long limit) {
    this.limit = limit;
  }

  /** Returns half of the heap as the limit; the other half is for the model and for garbage. */
  public static RequestMemory ofHeap() {
    return new RequestMemory(Runtime.getRuntime().maxMemory() / 2);
  }

  /** Returns the share of a new request, which is empty. */
  public Share open() {
    return new Share();
  }

  private synchronized void add(long bytes) {
    if (taken + bytes > limit) {
      throw new RefusedException(Refusal.BUSY, "The server holds as many requests as it can");
    }
    taken += bytes;
  }

  private synchronized void remove(long bytes) {
    taken -= bytes;
  }

  /** The bytes of one request. */
  public final class Share implements AutoCloseable {
    private long bytes; // guarded by this
    private boolean closed; // guarded by this

    private Share() {}

    /**
     * Counts bytes that are about to be allocated.
     *
     * @throws RefusedException if this request alone, or all together, would exceed the limit, or
     *     if this request has ended
     */
    public synchronized void take(long more) {
      if (bytes + more > limit) {
        throw new RefusedException(
            Refusal.TOO_LARGE, "The request takes more memory than the server has for requests");
      }
      if (closed) {
        throw new RefusedException(Refusal.UNAVAILABLE, "The request has ended");
      }
      add(more);
      bytes += more;
    }

    /** Returns bytes that are no longer used. */
    public synchronized void giveBack(long fewer) {
      if (!closed) {
        bytes -= fewer;
        remove(fewer);
      }
    }

    /** Returns all bytes. */
    @Override
    public synchronized void close() {
      giveBack(bytes);
      closed = true;
    }
  }
}

package io.loramer.server;

import io.grpc.BindableService;
import io.grpc.DecompressorRegistry;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.loramer.server.grpc.CallLimit;
import io.loramer.server.grpc.GrpcCalls;
import io.loramer.server.grpc.LateGzip;
import io.loramer.server.grpc.ModelGrpc;
import io.loramer.server.grpc.PredictionGrpc;
import io.loramer.server.grpc.SlowCalls;
import io.loramer.server.http.AllowedHosts;
import io.loramer.server.http.Connections;
import io.loramer.server.http.EmotionsApi;
import io.loramer.server.http.HttpErrors;
import io.loramer.server.http.HttpFront;
import io.loramer.server.http.ModelsApi;
import io.loramer.server.http.WebPage;
import io.loramer.server.http.WordRecognizer;
import io.loramer.server.limits.BatchLimits;
import io.loramer.server.limits.RequestLimits;
import io.loramer.server.model.Refusal;
import io.loramer.server.model.RefusedException;
import io.loramer.server.model.RequestMemory;
import io.loramer.server.model.ServedModel;
import io.loramer.server.model.ServerMetrics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.logging.log4j.message.StringMapMessage;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** A server of one model: TF Serving's REST and gRPC interfaces, and one for audio files. */
public final class EmotionServer implements AutoCloseable {
  private static final Logger LOG = LogManager.getLogger(EmotionServer.class);

  /** The time between two checks for connections that wait too long. */
  private static final Duration SWEEP = Duration.ofSeconds(1);

  private static final int MAX_CALLS_PER_CONNECTION = 200;

  private final ServedModel model;
  private final Optional<WordRecognizer> recognizer;
  private final Duration timeout;
  private final org.eclipse.jetty.server.Server http;
  private final ServerConnector connector;
  private final Server grpc;
  private final ThreadPoolExecutor workers;
  private final ThreadPoolExecutor decoders;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "clock"));

  private EmotionServer(
      Options options,
      ServedModel model,
      Optional<WordRecognizer> recognizer,
      AllowedHosts hosts,
      ServerMetrics metrics)
      throws IOException {
    this.model = model;
    this.recognizer = recognizer;
    timeout = options.limits.timeout();
    int cores = Runtime.getRuntime().availableProcessors();
    workers = pool(cores, new LinkedBlockingQueue<>(), "answers"); // one task per call
    decoders = pool(cores, new ArrayBlockingQueue<>(options.batches.maxQueued()), "decoder");
    http = new org.eclipse.jetty.server.Server(new QueuedThreadPool());
    connector = connector(options);
    http.addConnector(connector);
    http.addBean(new NetworkConnectionLimit(Connections.MAX, connector));
    Connections connections = new Connections(timeout);
    connector.addBean(connections);
    ScheduledFuture<?> unused =
        clock.scheduleWithFixedDelay(
            connections::closeLate, SWEEP.toMillis(), SWEEP.toMillis(), TimeUnit.MILLISECONDS);
    RequestMemory memory = RequestMemory.ofHeap();
    HttpFront front =
        new HttpFront(
            new ModelsApi(model, workers),
            new EmotionsApi(model, recognizer, decoders, options.batches),
            new WebPage(),
            metrics,
            options.limits,
            memory,
            connections,
            hosts);
    http.setHandler(new GracefulHandler(front));
    http.setErrorHandler(new HttpErrors());
    http.setStopTimeout(timeout.toMillis());
    grpc = grpc(options, new GrpcCalls(metrics), memory);
  }

  private Server grpc(Options options, GrpcCalls calls, RequestMemory memory) {
    return NettyServerBuilder.forAddress(new InetSocketAddress(options.host, options.grpcPort))
        .executor(workers)
        .maxInboundMessageSize(options.limits.maxBytes())
        .maxConcurrentCallsPerConnection(MAX_CALLS_PER_CONNECTION)
        .maxInboundMetadataSize(CallLimit.MAX_RECEIVED_METADATA)
        .decompressorRegistry(DecompressorRegistry.getDefaultInstance().with(new LateGzip(), true))
        .intercept(new SlowCalls(timeout, clock, calls))
        .intercept(
            new CallLimit(
                new Semaphore(4 * options.batches.maxQueued()), memory, options.limits, calls))
        .addService(streams(new PredictionGrpc(model, calls, memory, workers)))
        .addService(streams(new ModelGrpc(model, calls)))
        .build();
  }

  /** Hands the messages to the interceptors before they are parsed. */
  private static ServerServiceDefinition streams(BindableService service) {
    return ServerInterceptors.useInputStreamMessages(service.bindService());
  }

  /**
   * The model to serve and the addresses to listen at.
   *
   * @param folder the model's folder, which contains a folder for each version
   * @param recognizer the folder of a CTC encoder's SavedModel, which recognises words that are not
   *     sent; if empty, audio without words is refused where the model uses text
   * @param name the model's name in the addresses and requests of callers
   * @param host the address to listen at; on loopback, only requests whose Host header names
   *     loopback are answered
   * @param allowedHosts further names that the Host header may have, as a proxy sends them
   * @param port the port of HTTP; 0 for any free port
   * @param grpcPort the port of gRPC; 0 for any free port
   * @param poll the time between two checks for new versions
   */
  public record Options(
      Path folder,
      Optional<Path> recognizer,
      String name,
      String host,
      List<String> allowedHosts,
      int port,
      int grpcPort,
      Duration poll,
      BatchLimits batches,
      RequestLimits limits) {}

  /**
   * Loads the model and starts to listen on both ports.
   *
   * @throws IOException if the model or the recogniser cannot be loaded, or a port is taken
   */
  public static EmotionServer start(Options options) throws IOException {
    AllowedHosts hosts = AllowedHosts.of(options.host, options.allowedHosts);
    ServerMetrics metrics = new ServerMetrics(options.name);
    Optional<WordRecognizer> recognizer = Optional.empty();
    if (options.recognizer.isPresent()) {
      recognizer =
          Optional.of(WordRecognizer.load(options.recognizer.get(), options.batches, metrics));
    }
    ServedModel model;
    try {
      model =
          ServedModel.open(options.name, options.folder, options.batches, options.poll, metrics);
    } catch (IOException e) {
      recognizer.ifPresent(WordRecognizer::close);
      throw e;
    }
    EmotionServer server = new EmotionServer(options, model, recognizer, hosts, metrics);
    try {
      server.listen(options);
      return server;
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }

  private void listen(Options options) throws IOException {
    try {
      connector.open();
      grpc.start();
    } catch (IOException e) {
      throw new IOException(
          "cannot listen at %s, ports %d and %d: %s"
              .formatted(options.host, options.port, options.grpcPort, rootMessage(e)),
          e);
    }
    try {
      http.start();
    } catch (TimeoutException e) { // open calls did not end in time; all is closed
      LOG.warn(new StringMapMessage().with("event", "unfinished_calls_cut_off"));
    } catch (Exception e) { // as Jetty declares it
      throw new IOException("the HTTP server did not start: " + e.getMessage(), e);
    }
  }

  private static String rootMessage(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage();
  }

  private ServerConnector connector(Options options) {
    HttpConfiguration configuration = new HttpConfiguration();
    configuration.setSendServerVersion(false);
    ServerConnector made = new ServerConnector(http, new HttpConnectionFactory(configuration));
    made.setHost(options.host);
    made.setPort(options.port);
    made.setIdleTimeout(
        2 * timeout.toMillis()); // longer than the limit of a slow body, which is answered with 408
    return made;
  }

  private static ThreadPoolExecutor pool(int threads, BlockingQueue<Runnable> queue, String name) {
    return new ThreadPoolExecutor(
        threads,
        threads,
        0,
        TimeUnit.SECONDS,
        queue,
        task -> daemon(task, name),
        (task, pool) -> {
          throw new RefusedException(Refusal.BUSY, "The queue is full");
        });
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /** Returns the port of HTTP. */
  public int port() {
    return connector.getLocalPort();
  }

  /** Returns the port of gRPC. */
  public int grpcPort() {
    return grpc.getPort();
  }

  /** Waits until the server is closed. */
  public void join() throws InterruptedException {
    http.join();
  }

  /** Accepts no further calls, answers the open ones, and closes the model. */
  @Override
  public void close() {
    grpc.shutdown();
    try {
      http.stop();
      grpc.awaitTermination(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) { // open calls did not end in time; all is closed
      LOG.warn(new StringMapMessage().with("event", "unfinished_calls_cut_off"));
    } catch (Exception e) { // as Jetty declares it
      throw new IllegalStateException("the HTTP server did not stop", e);
    } finally {
      grpc.shutdownNow();
      recognizer.ifPresent(WordRecognizer::close);
      model.close();
      workers.shutdown();
      decoders.shutdown();
      clock.shutdown();
    }
  }
}

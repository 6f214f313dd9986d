package io.retort.judge.wire;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.UnprocessedRequestException;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.client.WebClientBuilder;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.auth.AuthToken;
import io.retort.judge.chat.ChatRequest;
import io.retort.judge.configuration.EndpointConfiguration;
import io.retort.judge.failure.FailureType;
import io.retort.judge.failure.JudgeException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** HTTP to one endpoint. It has no timeout for answers: the caller aborts an exchange. */
public final class ChatTransport {
  /** Largest HTTP response body that is read, in bytes. */
  public static final long LARGEST_ANSWER = 8L << 20;

  private static final RequestHeaders HEADERS =
      RequestHeaders.of(
          HttpMethod.POST,
          "/chat/completions",
          HttpHeaderNames.CONTENT_TYPE,
          MediaType.JSON,
          HttpHeaderNames.ACCEPT,
          MediaType.JSON);

  private final EndpointConfiguration configuration;
  private final ClientFactory clients;
  private final WebClient client;
  private final ReplyReader replies;

  ChatTransport(EndpointConfiguration configuration, ClientFactory clients) {
    this.configuration = configuration;
    this.clients = clients;
    replies = new ReplyReader(configuration);
    WebClientBuilder builder =
        WebClient.builder(configuration.baseUrl())
            .factory(clients)
            .maxResponseLength(LARGEST_ANSWER)
            .responseTimeoutMillis(0)
            .writeTimeout(Duration.ofSeconds(30));
    configuration.apiKey().ifPresent(key -> builder.auth(AuthToken.ofOAuth2(key)));
    configuration.extras().headers().forEach(builder::setHeader);
    client = builder.build();
  }

  /** An HTTP request and its response. */
  public interface Exchange {
    /**
     * The endpoint's reply. Fails with a {@link JudgeException} when there is none: UNAVAILABLE, or
     * DATA_LOSS when the response was too large.
     */
    CompletableFuture<EndpointReply> reply();

    /** Ends the exchange. Without effect on one that has ended. */
    void abort();
  }

  /** The event loops of the connections. */
  public Executor executor() {
    return clients.eventLoopGroup();
  }

  /**
   * Writes the body of a request.
   *
   * @throws IllegalArgumentException when it has no JSON form
   */
  public byte[] write(ChatRequest request) {
    return CompletionJson.write(request, configuration);
  }

  /**
   * Sends a body that {@link #write} made.
   *
   * @param now wall clock, for dates in the response
   */
  public Exchange send(byte[] body, Supplier<Instant> now) {
    HttpResponse response = client.execute(HttpRequest.of(HEADERS, HttpData.wrap(body)));
    CompletableFuture<EndpointReply> reply =
        response.aggregate().handle((answer, cause) -> reply(answer, cause, now));
    return new Exchange() {
      @Override
      public CompletableFuture<EndpointReply> reply() {
        return reply;
      }

      @Override
      public void abort() {
        response.abort();
      }
    };
  }

  private EndpointReply reply(
      @Nullable AggregatedHttpResponse answer, @Nullable Throwable cause, Supplier<Instant> now) {
    if (answer == null) {
      throw failure(cause);
    }
    try {
      return replies.read(answer, now.get());
    } catch (RuntimeException e) {
      return new EndpointReply.Refused(JudgeException.unexpected(e));
    }
  }

  private JudgeException failure(@Nullable Throwable thrown) {
    Throwable cause = innermost(thrown);
    if (cause instanceof ContentTooLargeException) {
      return JudgeException.dataLoss(
          FailureType.ANSWER_TOO_LARGE,
          "endpoint "
              + configuration
              + ": the response is larger than "
              + LARGEST_ANSWER
              + " bytes (expected: at most that)");
    }
    String reason =
        cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.toString();
    return JudgeException.unavailable(
        FailureType.ENDPOINT_UNAVAILABLE, "endpoint " + configuration + ": " + reason, cause);
  }

  private static Throwable innermost(@Nullable Throwable thrown) {
    Throwable current = thrown == null ? new IllegalStateException("no response") : thrown;
    while (current.getCause() != null
        && (current instanceof CompletionException
            || current instanceof UnprocessedRequestException)) {
      current = current.getCause();
    }
    return current;
  }
}

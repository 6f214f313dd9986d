package io.retort.judge.endpoint;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.UnprocessedRequestException;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.client.WebClientBuilder;
import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.auth.AuthToken;
import io.retort.judge.failure.FailureType;
import io.retort.judge.failure.JudgeException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** HTTP to one endpoint. It ends no call by itself: who sends one aborts it. */
final class ChatTransport {
  /** The longest answer that is read, in bytes. */
  static final long LARGEST_ANSWER = 8L << 20;

  private static final RequestHeaders HEADERS =
      RequestHeaders.of(
          HttpMethod.POST,
          "/chat/completions",
          HttpHeaderNames.CONTENT_TYPE,
          MediaType.JSON,
          HttpHeaderNames.ACCEPT,
          MediaType.JSON);

  private final EndpointConfiguration configuration;
  private final WebClient client;

  ChatTransport(EndpointConfiguration configuration, ClientFactory clients) {
    this.configuration = configuration;
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

  HttpResponse send(byte[] json) {
    return client.execute(HttpRequest.of(HEADERS, HttpData.wrap(json)));
  }

  /** Why there was no answer: UNAVAILABLE, or DATA_LOSS when it was too large to be read. */
  JudgeException failure(@Nullable Throwable thrown) {
    Throwable cause = innermost(thrown);
    if (cause instanceof ContentTooLargeException) {
      return JudgeException.dataLoss(
          FailureType.ANSWER_TOO_LARGE,
          "endpoint "
              + configuration
              + " answered more than "
              + LARGEST_ANSWER
              + " bytes (expected: at most that)");
    }
    String told = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.toString();
    return JudgeException.unavailable(
        FailureType.ENDPOINT_UNAVAILABLE, "endpoint " + configuration + ": " + told, cause);
  }

  private static Throwable innermost(@Nullable Throwable thrown) {
    Throwable current = thrown == null ? new IllegalStateException("no answer") : thrown;
    while (current.getCause() != null
        && (current instanceof CompletionException
            || current instanceof UnprocessedRequestException)) {
      current = current.getCause();
    }
    return current;
  }
}

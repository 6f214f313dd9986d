package io.retort.judge.endpoint;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.RequestOptions;
import com.linecorp.armeria.client.ResponseTimeoutException;
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
import io.retort.judge.failure.FailureType;
import io.retort.judge.failure.JudgeException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One endpoint, asked asynchronously; no method blocks.
 *
 * <p>Nothing is retried but rate limits: they start a cool-down that all calls of the endpoint wait
 * out, each up to its own deadline.
 */
public final class ChatEndpoint {
  /** The longest answer that is read, in bytes. */
  public static final long LARGEST_ANSWER = 8L << 20;

  // The scope's alarm ends a call; this only frees the connection should the alarm be late.
  private static final Duration TIMEOUT_SLACK = Duration.ofSeconds(1);
  private static final Logger logger = LoggerFactory.getLogger(ChatEndpoint.class);

  private final EndpointConfiguration configuration;
  private final WebClient client;
  private final ReplyReader replies;
  private final Timer timer;
  private final Permits permits;
  private final CoolDown coolDown;
  private final EndpointObserver observer;
  private final AtomicBoolean reachable = new AtomicBoolean(true);

  /**
   * @param random uniform in [0, 1)
   */
  ChatEndpoint(
      EndpointConfiguration configuration,
      ClientFactory clients,
      Timer timer,
      DoubleSupplier random,
      EndpointObserver observer) {
    this.configuration = configuration;
    this.timer = timer;
    this.observer = observer;
    replies = new ReplyReader(configuration);
    coolDown = new CoolDown(timer, random);
    permits = new Permits(configuration.maxInFlight(), clients.eventLoopGroup());
    WebClientBuilder builder =
        WebClient.builder(configuration.baseUrl())
            .factory(clients)
            .maxResponseLength(LARGEST_ANSWER)
            .writeTimeout(Duration.ofSeconds(30));
    configuration.apiKey().ifPresent(key -> builder.auth(AuthToken.ofOAuth2(key)));
    client = builder.build();
    observer.coolDown(configuration.name(), coolDown::remaining);
  }

  public String name() {
    return configuration.name();
  }

  public String model() {
    return configuration.model();
  }

  /**
   * Asks the model.
   *
   * @return fails with a {@link JudgeException}, never with anything else
   */
  public CompletableFuture<ChatAnswer> complete(ChatRequest request, CallScope scope) {
    Call call = new Call(HttpData.wrap(CompletionJson.write(request, configuration)), scope);
    call.start();
    return call.result;
  }

  private final class Call {
    private final HttpData body;
    private final CallScope scope;
    private final CompletableFuture<ChatAnswer> result = new CompletableFuture<>();
    private volatile @Nullable String lastLimit;

    Call(HttpData body, CallScope scope) {
      this.body = body;
      this.scope = scope;
    }

    void start() {
      Timer.Alarm alarm = timer.schedule(scope.remaining(), this::giveUp);
      cleanUp(alarm::cancel);
      scope.onCancel(() -> fail(JudgeException.cancelled()));
      queue();
    }

    private void queue() {
      permits.acquire(this::admit);
    }

    /** Holds a permit. */
    private void admit() {
      if (result.isDone()) {
        permits.release();
        return;
      }
      if (!coolDown.remaining().isZero()) {
        permits.release();
        Timer.Alarm alarm = timer.schedule(coolDown.remainingWithJitter(), this::queue);
        cleanUp(alarm::cancel);
        return;
      }
      send();
    }

    private void send() {
      long sentAt = timer.nanoTime();
      observer.sent(configuration.name());
      HttpResponse response =
          client.execute(
              HttpRequest.of(
                  RequestHeaders.of(
                      HttpMethod.POST,
                      "/chat/completions",
                      HttpHeaderNames.CONTENT_TYPE,
                      MediaType.JSON,
                      HttpHeaderNames.ACCEPT,
                      MediaType.JSON),
                  body),
              RequestOptions.builder()
                  .responseTimeout(positive(scope.remaining()).plus(TIMEOUT_SLACK))
                  .build());
      cleanUp(response::abort);
      CompletableFuture<Void> unused =
          response
              .aggregate()
              .handle(
                  (answer, cause) -> {
                    observer.finished(configuration.name());
                    permits.release();
                    settle(sentAt, answer, cause);
                    return null;
                  });
    }

    private void settle(
        long sentAt, @Nullable AggregatedHttpResponse answer, @Nullable Throwable cause) {
      if (result.isDone()) {
        return;
      }
      try {
        if (answer == null) {
          fail(unanswered(cause));
          return;
        }
        EndpointReply reply = replies.read(answer, timer.now());
        if (reply instanceof EndpointReply.RateLimited limited) {
          limited(sentAt, limited);
          return;
        }
        coolDown.passed(sentAt);
        if (reply instanceof EndpointReply.Answered answered) {
          answered(answered.answer());
        } else if (reply instanceof EndpointReply.Failed failed) {
          fail(failed.failure());
        }
      } catch (RuntimeException e) {
        fail(JudgeException.unexpected(e));
      }
    }

    private void answered(ChatAnswer answer) {
      if (reachable.compareAndSet(false, true)) {
        logger.info("endpoint {} answers again", configuration);
      }
      observer.counted(configuration.name(), answer.usage());
      result.complete(answer);
    }

    private void limited(long sentAt, EndpointReply.RateLimited limited) {
      lastLimit = limited.message();
      if (coolDown.limited(sentAt, limited.retryAfter())) {
        logger.info(
            "endpoint {} limits the rate: nothing is sent for {} ms: {}",
            configuration,
            coolDown.remaining().toMillis(),
            limited.message());
      }
      queue();
    }

    private void giveUp() {
      String limit = lastLimit;
      Duration cooling = coolDown.remaining();
      if (limit != null || !cooling.isZero()) {
        fail(
            JudgeException.rateLimited(
                limit == null
                    ? "endpoint " + configuration + " limits the rate beyond the call's deadline"
                    : limit,
                Math.max(1, cooling.toMillis())));
      } else {
        fail(
            JudgeException.deadlineExceeded(
                "endpoint " + configuration + ": no answer before the call's deadline"));
      }
    }

    private void fail(JudgeException failure) {
      boolean down =
          failure.is(FailureType.ENDPOINT_UNAVAILABLE) || failure.is(FailureType.ENDPOINT_REFUSED);
      if (down && reachable.compareAndSet(true, false)) {
        logger.warn("{}", failure.getMessage());
      }
      result.completeExceptionally(failure);
    }

    private JudgeException unanswered(@Nullable Throwable thrown) {
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
      if (cause instanceof ResponseTimeoutException) {
        return JudgeException.deadlineExceeded(
            "endpoint " + configuration + ": no answer before the call's deadline");
      }
      String told =
          cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.toString();
      return JudgeException.unavailable(
          FailureType.ENDPOINT_UNAVAILABLE, "endpoint " + configuration + ": " + told, cause);
    }

    private void cleanUp(Runnable task) {
      CompletableFuture<Void> unused =
          result.handle(
              (answer, failure) -> {
                task.run();
                return null;
              });
    }
  }

  private static Duration positive(Duration duration) {
    return duration.isNegative() ? Duration.ZERO : duration;
  }

  private static Throwable innermost(@Nullable Throwable thrown) {
    Throwable current = thrown == null ? new IllegalStateException("no answer") : thrown;
    while (current.getCause() != null
        && (current instanceof CompletionException
            || current instanceof com.linecorp.armeria.client.UnprocessedRequestException)) {
      current = current.getCause();
    }
    return current;
  }
}

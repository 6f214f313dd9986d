package io.retort.judge.wire;

import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpHeaders;
import io.retort.judge.chat.ChatAnswer;
import io.retort.judge.configuration.EndpointConfiguration;
import io.retort.judge.failure.CallUsage;
import io.retort.judge.failure.FailureType;
import io.retort.judge.failure.JudgeException;
import io.retort.v1.FailureCategory;
import io.retort.v1.Usage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Classifies the HTTP responses of an endpoint. */
final class ReplyReader {
  private static final int EXCERPT = 300;
  private static final List<String> CONTEXT_EXCEEDED =
      List.of(
          "context_length_exceeded",
          "exceed_context_size",
          "exceeds the available context size",
          "maximum context length",
          "context length",
          "context window",
          "prompt is too long",
          "exceeds the maximum number of tokens",
          "`max_new_tokens` must be <=");
  private static final List<String> FILTERED =
      List.of(
          "content_filter",
          "content_policy",
          "content management policy",
          "responsibleaipolicyviolation",
          "invalid_prompt",
          "data_inspection_failed",
          "datainspectionfailed");
  private static final List<String> QUOTA = List.of("insufficient_quota", "billing_hard_limit");

  private final EndpointConfiguration configuration;

  ReplyReader(EndpointConfiguration configuration) {
    this.configuration = configuration;
  }

  EndpointReply read(AggregatedHttpResponse response, Instant now) {
    int status = response.status().code();
    byte[] body = response.content().array();
    return status == 200
        ? completion(response.headers(), body, now)
        : failure(status, response.headers(), body, ErrorBody.read(body), now);
  }

  private EndpointReply completion(HttpHeaders headers, byte[] body, Instant now) {
    CompletionReader completion;
    try {
      completion = CompletionReader.read(body);
    } catch (NotACompletionException e) {
      return noCompletion(e, body, CallUsage.uncounted());
    }
    ErrorBody error = completion.error();
    if (error != null) {
      // Gateways report an upstream's error in a response with status 200.
      int status = error.status() >= 400 && error.status() < 600 ? error.status() : 502;
      return failure(status, headers, body, error, now);
    }
    try {
      ChatAnswer answer = completion.answer(configuration);
      return answer.finish() == ChatAnswer.FinishReason.ABORTED
          ? aborted(answer)
          : new EndpointReply.Answered(answer, RateLimitHeaders.exhausted(headers));
    } catch (NotACompletionException e) {
      return noCompletion(e, body, completion.usage());
    }
  }

  private EndpointReply aborted(ChatAnswer answer) {
    return new EndpointReply.Down(
        JudgeException.unavailable(
                FailureType.ENDPOINT_UNAVAILABLE,
                "endpoint " + configuration + " aborted its answer, according to its finish_reason",
                null)
            .plusUsage(answer.usage()));
  }

  private EndpointReply noCompletion(NotACompletionException e, byte[] body, Usage usage) {
    return new EndpointReply.Refused(
        JudgeException.dataLoss(
                FailureType.UNPARSED,
                "endpoint "
                    + configuration.name()
                    + " returned a body that is not a chat completion ("
                    + e.getMessage()
                    + "): "
                    + excerpt(new String(body, StandardCharsets.UTF_8)))
            .plusUsage(usage));
  }

  private EndpointReply failure(
      int status, HttpHeaders headers, byte[] body, @Nullable ErrorBody error, Instant now) {
    String message = message(status, body, error);
    Optional<Duration> retryAfter =
        RetryAfter.read(headers, now).or(() -> RateLimitHeaders.exhausted(headers));
    return switch (status) {
      case 429 ->
          mentions(error, QUOTA)
              ? quota(message)
              : new EndpointReply.RateLimited(retryAfter, message);
      case 503, 529 -> overloaded(RetryAfter.read(headers, now), message);
      case 402 -> quota(message);
      case 401, 403, 404, 405, 410 ->
          refused(message + " (expected: 200; check its key, model and base_url)");
      case 408, 409, 425 -> unavailable(message);
      case 413 -> contextExceeded(message);
      case 400, 422 -> badRequest(message, error);
      default -> {
        if (status >= 500) {
          yield unavailable(message);
        }
        if (status >= 400) {
          yield badRequest(message, error);
        }
        yield refused(message + " (expected: 200; check its base_url)");
      }
    };
  }

  private EndpointReply badRequest(String message, @Nullable ErrorBody error) {
    if (mentions(error, CONTEXT_EXCEEDED)) {
      return contextExceeded(message);
    }
    if (mentions(error, FILTERED)) {
      return ofTheRow(FailureType.CONTENT_FILTERED, message);
    }
    String hint =
        configuration.jsonSchema() && mentions(error, List.of("response_format", "json_schema"))
            ? " (an endpoint without JSON schemas needs json_schema: false)"
            : "";
    return ofTheRow(FailureType.BAD_REQUEST, message + hint);
  }

  private static EndpointReply contextExceeded(String message) {
    return ofTheRow(FailureType.CONTEXT_LENGTH_EXCEEDED, message);
  }

  /** Attributed to the row: the caller sees whether other rows are answered. */
  private static EndpointReply ofTheRow(FailureType type, String message) {
    return new EndpointReply.Refused(JudgeException.dataLoss(type, message));
  }

  private static EndpointReply quota(String message) {
    return new EndpointReply.Refused(
        JudgeException.refused(
            FailureCategory.FAILURE_CATEGORY_BUDGET, FailureType.QUOTA_EXHAUSTED, message));
  }

  private static EndpointReply refused(String message) {
    return new EndpointReply.Refused(
        JudgeException.refused(
            FailureCategory.FAILURE_CATEGORY_PLATFORM, FailureType.ENDPOINT_REFUSED, message));
  }

  private static EndpointReply overloaded(Optional<Duration> retryAfter, String message) {
    return retryAfter.isPresent()
        ? new EndpointReply.Overloaded(
            retryAfter.get(), JudgeException.unavailableFor(message, retryAfter.get().toMillis()))
        : unavailable(message);
  }

  private static EndpointReply unavailable(String message) {
    return new EndpointReply.Down(
        JudgeException.unavailable(FailureType.ENDPOINT_UNAVAILABLE, message, null));
  }

  private String message(int status, byte[] body, @Nullable ErrorBody error) {
    String text =
        error == null || error.message().isBlank()
            ? new String(body, StandardCharsets.UTF_8)
            : error.message();
    return "endpoint " + configuration + " answered " + status + ": " + excerpt(text);
  }

  /** The first characters on one line, without secrets. */
  private String excerpt(String text) {
    String clean = configuration.withoutSecrets(text).replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
    return clean.length() <= EXCERPT ? clean : clean.substring(0, EXCERPT) + "...";
  }

  private static boolean mentions(@Nullable ErrorBody error, List<String> phrases) {
    if (error == null) {
      return false;
    }
    String text = (error.names() + " " + error.message()).toLowerCase(Locale.ROOT);
    return phrases.stream().anyMatch(text::contains);
  }
}

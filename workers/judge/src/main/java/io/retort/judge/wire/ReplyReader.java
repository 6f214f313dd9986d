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

/** Gives an endpoint's HTTP answer its meaning. */
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
          "prompt is too long");
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
      // Gateways tell an upstream's refusal inside a successful answer.
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
                "endpoint " + configuration + " broke its answer off, by its finish_reason",
                null)
            .plusUsage(answer.usage()));
  }

  private EndpointReply noCompletion(NotACompletionException e, byte[] body, Usage usage) {
    return new EndpointReply.Refused(
        JudgeException.dataLoss(
                FailureType.UNPARSED,
                "endpoint "
                    + configuration.name()
                    + " answered what is no chat completion ("
                    + e.getMessage()
                    + "): "
                    + excerpt(new String(body, StandardCharsets.UTF_8)))
            .plusUsage(usage));
  }

  private EndpointReply failure(
      int status, HttpHeaders headers, byte[] body, @Nullable ErrorBody error, Instant now) {
    String said = said(status, body, error);
    Optional<Duration> retryAfter =
        RetryAfter.read(headers, now).or(() -> RateLimitHeaders.exhausted(headers));
    return switch (status) {
      case 429 ->
          mentions(error, QUOTA) ? quota(said) : new EndpointReply.RateLimited(retryAfter, said);
      case 503, 529 -> overloaded(RetryAfter.read(headers, now), said);
      case 402 -> quota(said);
      case 401, 403, 404, 405, 410 ->
          refused(said + " (expected: 200; check its key, model and base_url)");
      case 408, 409, 425 -> unavailable(said);
      case 413 -> contextExceeded(said);
      case 400, 422 -> badRequest(said, error);
      default -> {
        if (status >= 500) {
          yield unavailable(said);
        }
        if (status >= 400) {
          yield badRequest(said, error);
        }
        yield refused(said + " (expected: 200; check its base_url)");
      }
    };
  }

  private EndpointReply badRequest(String said, @Nullable ErrorBody error) {
    if (mentions(error, CONTEXT_EXCEEDED)) {
      return contextExceeded(said);
    }
    if (mentions(error, FILTERED)) {
      return ofTheRow(FailureType.CONTENT_FILTERED, said);
    }
    String hint =
        configuration.jsonSchema() && mentions(error, List.of("response_format", "json_schema"))
            ? " (an endpoint without JSON schemas needs json_schema: false)"
            : "";
    return ofTheRow(FailureType.BAD_REQUEST, said + hint);
  }

  private static EndpointReply contextExceeded(String said) {
    return ofTheRow(FailureType.CONTEXT_LENGTH_EXCEEDED, said);
  }

  /** As far as one answer can tell: the caller sees whether other rows are answered. */
  private static EndpointReply ofTheRow(FailureType type, String said) {
    return new EndpointReply.Refused(JudgeException.dataLoss(type, said));
  }

  private static EndpointReply quota(String said) {
    return new EndpointReply.Refused(
        JudgeException.refused(
            FailureCategory.FAILURE_CATEGORY_BUDGET, FailureType.QUOTA_EXHAUSTED, said));
  }

  private static EndpointReply refused(String said) {
    return new EndpointReply.Refused(
        JudgeException.refused(
            FailureCategory.FAILURE_CATEGORY_PLATFORM, FailureType.ENDPOINT_REFUSED, said));
  }

  private static EndpointReply overloaded(Optional<Duration> retryAfter, String said) {
    return retryAfter.isPresent()
        ? new EndpointReply.Overloaded(
            retryAfter.get(), JudgeException.unavailableFor(said, retryAfter.get().toMillis()))
        : unavailable(said);
  }

  private static EndpointReply unavailable(String said) {
    return new EndpointReply.Down(
        JudgeException.unavailable(FailureType.ENDPOINT_UNAVAILABLE, said, null));
  }

  private String said(int status, byte[] body, @Nullable ErrorBody error) {
    String text =
        error == null || error.message().isBlank()
            ? new String(body, StandardCharsets.UTF_8)
            : error.message();
    return "endpoint " + configuration + " answered " + status + ": " + excerpt(text);
  }

  /** At most some hundred characters on one line, without the key. */
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

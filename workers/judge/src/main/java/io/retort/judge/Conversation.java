package io.retort.judge;

import io.retort.judge.answer.AnswerParser;
import io.retort.judge.answer.UnusableAnswerException;
import io.retort.judge.endpoint.CallScope;
import io.retort.judge.endpoint.ChatAnswer;
import io.retort.judge.endpoint.ChatMessage;
import io.retort.judge.endpoint.ChatRequest;
import io.retort.judge.endpoint.ChatTarget;
import io.retort.judge.failure.FailureType;
import io.retort.judge.failure.JudgeException;
import io.retort.judge.failure.Usages;
import io.retort.judge.prompt.DataText;
import io.retort.v1.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** A question with one more chance to answer it in the asked form. */
final class Conversation<T> {
  private static final int LONGEST_QUOTE = 2_000;

  private final ChatTarget target;
  private final AnswerParser<T> parser;
  private final CallScope scope;

  Conversation(ChatTarget target, AnswerParser<T> parser, CallScope scope) {
    this.target = target;
    this.parser = parser;
    this.scope = scope;
  }

  /**
   * @param value what the parser read
   * @param model that answered
   * @param usage of all calls
   */
  record Outcome<T>(T value, String model, Usage usage) {}

  /**
   * Asks, and asks once more when the answer does not parse. An empty or cut answer is final: the
   * same question would end the same way.
   *
   * @return fails with {@link JudgeException}
   */
  CompletableFuture<Outcome<T>> ask(ChatRequest request) {
    return once(request)
        .exceptionallyCompose(
            thrown -> {
              if (unwrap(thrown) instanceof Unusable unusable
                  && unusable.failure.is(FailureType.UNPARSED)) {
                return again(request, unusable);
              }
              return CompletableFuture.failedFuture(failure(thrown));
            });
  }

  private CompletableFuture<Outcome<T>> again(ChatRequest request, Unusable first) {
    Usage spent = first.failure.usage();
    return once(reAsk(request, first))
        .handle(
            (second, thrown) -> {
              if (thrown != null) {
                throw failure(thrown).plusUsage(spent);
              }
              return new Outcome<>(
                  second.value(), second.model(), Usages.sum(spent, second.usage()));
            });
  }

  private CompletableFuture<Outcome<T>> once(ChatRequest request) {
    return target
        .complete(request, scope)
        .handle(
            (answer, thrown) -> {
              if (thrown != null) {
                throw new Unusable(failure(thrown), "");
              }
              try {
                return new Outcome<>(parser.parse(answer), answer.model(), answer.usage());
              } catch (UnusableAnswerException e) {
                throw new Unusable(
                    JudgeException.dataLoss(
                            e.type(), "endpoint " + target.name() + ": " + e.getMessage())
                        .plusUsage(answer.usage()),
                    quote(answer));
              }
            });
  }

  private static ChatRequest reAsk(ChatRequest request, Unusable first) {
    List<ChatMessage> messages = new ArrayList<>(request.messages());
    if (!first.answer.isBlank()) {
      messages.add(ChatMessage.assistant(DataText.withoutControlTokens(first.answer)));
      messages.add(
          ChatMessage.user(
              "That answer does not have the asked form. Answer again, in exactly the asked form"
                  + " and with nothing else."));
    }
    return new ChatRequest(
        messages,
        request.temperature(),
        request.maxTokens(),
        (request.seed() + 1) & Integer.MAX_VALUE,
        request.format());
  }

  private static String quote(ChatAnswer answer) {
    String content = answer.content();
    if (content.length() <= LONGEST_QUOTE) {
      return content;
    }
    boolean splits = Character.isHighSurrogate(content.charAt(LONGEST_QUOTE - 1));
    return content.substring(0, splits ? LONGEST_QUOTE - 1 : LONGEST_QUOTE);
  }

  static JudgeException failure(Throwable thrown) {
    Throwable cause = unwrap(thrown);
    if (cause instanceof Unusable unusable) {
      return unusable.failure;
    }
    return cause instanceof JudgeException failure ? failure : JudgeException.unexpected(cause);
  }

  private static Throwable unwrap(Throwable thrown) {
    Throwable current = thrown;
    while (current instanceof CompletionException && current.getCause() != null) {
      current = current.getCause();
    }
    return current;
  }

  /** A failure with the text that caused it. */
  private static final class Unusable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final JudgeException failure;
    private final String answer;

    private Unusable(JudgeException failure, String answer) {
      super(failure);
      this.failure = failure;
      this.answer = answer;
    }
  }
}

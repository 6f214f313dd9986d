package io.retort.judge;

import io.retort.judge.answer.AnswerParser;
import io.retort.judge.answer.UnusableAnswerException;
import io.retort.judge.chat.ChatAnswer;
import io.retort.judge.chat.ChatMessage;
import io.retort.judge.chat.ChatRequest;
import io.retort.judge.failure.CallUsage;
import io.retort.judge.failure.FailureType;
import io.retort.judge.failure.JudgeException;
import io.retort.judge.prompt.DataText;
import io.retort.judge.route.ChatTarget;
import io.retort.judge.time.CallLifetime;
import io.retort.v1.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** One question to a model, with one repetition if the answer does not have the requested form. */
final class Conversation<T> {
  private static final int LONGEST_QUOTE = 2_000;

  private final ChatTarget target;
  private final AnswerParser<T> parser;
  private final CallLifetime lifetime;

  Conversation(ChatTarget target, AnswerParser<T> parser, CallLifetime lifetime) {
    this.target = target;
    this.parser = parser;
    this.lifetime = lifetime;
  }

  /**
   * @param value the parsed answer
   * @param model that answered
   * @param asked version of the model that was called
   * @param usage of all calls
   */
  record Outcome<T>(T value, String model, String asked, Usage usage) {}

  /**
   * Asks, and repeats the question once if the answer does not parse. An empty or truncated answer
   * is final, because the same question would result in it again.
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
    return once(repetition(request, first))
        .handle(
            (second, thrown) -> {
              if (thrown != null) {
                throw failure(thrown).plusUsage(spent);
              }
              return new Outcome<>(
                  second.value(),
                  second.model(),
                  second.asked(),
                  CallUsage.sum(spent, second.usage()));
            });
  }

  private CompletableFuture<Outcome<T>> once(ChatRequest request) {
    return target
        .complete(request, lifetime)
        .handle(
            (answer, thrown) -> {
              if (thrown != null) {
                throw new Unusable(failure(thrown), "");
              }
              try {
                return new Outcome<>(
                    parser.parse(answer), answer.model(), answer.asked(), answer.usage());
              } catch (UnusableAnswerException e) {
                throw new Unusable(
                    JudgeException.dataLoss(
                            e.type(), "endpoint " + target.name() + ": " + e.getMessage())
                        .plusUsage(answer.usage()),
                    quote(answer));
              }
            });
  }

  private static ChatRequest repetition(ChatRequest request, Unusable first) {
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

  private static JudgeException failure(Throwable thrown) {
    return unwrap(thrown) instanceof Unusable unusable
        ? unusable.failure
        : JudgeException.from(thrown);
  }

  private static Throwable unwrap(Throwable thrown) {
    Throwable current = thrown;
    while (current instanceof CompletionException && current.getCause() != null) {
      current = current.getCause();
    }
    return current;
  }

  /** A failure and the answer that caused it. */
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

package io.retort.judge.client;

import com.google.protobuf.Message;
import io.retort.v1.JudgeContext;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Questions that every judge can answer. They distinguish rows that cannot be judged from an
 * endpoint that judges no row.
 */
public final class ControlQuestions {
  private static final String ROW = "control";
  private static final int TOKENS = 64;

  private final JudgeCalls calls;
  private final JudgeContext context;

  /**
   * @param calls by role, without the cache
   */
  public ControlQuestions(JudgeCalls calls, String studentSize) {
    this.calls = calls;
    this.context =
        JudgeContext.newBuilder()
            .setRow(ROW)
            .setStudentSize(studentSize)
            .setMaxTokens(TOKENS)
            .build();
  }

  /**
   * Asks one question per method, because endpoints may treat methods differently. An unusable
   * answer also counts as an answer.
   *
   * @return fails if a call fails or is refused
   */
  public CompletableFuture<Void> ask(Collection<JudgeMethod<?, ?>> methods) {
    return CompletableFuture.allOf(
        methods.stream().map(this::ask).toArray(CompletableFuture[]::new));
  }

  private <Q extends Message, A extends Message> CompletableFuture<Void> ask(
      JudgeMethod<Q, A> method) {
    return calls
        .call(method, method.withContext().apply(method.control(), context))
        .<Void>handle(
            (answer, thrown) -> {
              Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
              if (cause == null
                  || (cause instanceof UselessAnswerException useless && !useless.isRefusal())) {
                return null;
              }
              throw new CompletionException(cause);
            });
  }
}

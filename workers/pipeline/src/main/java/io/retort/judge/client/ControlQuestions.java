package io.retort.judge.client;

import com.google.protobuf.Message;
import io.retort.v1.JudgeContext;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Questions that every judge can answer, to distinguish rows that cannot be judged from an endpoint
 * that judges none.
 */
public final class ControlQuestions {
  private static final String ROW = "control";
  private static final int TOKENS = 64;

  private final JudgeCalls calls;
  private final JudgeContext context;

  /**
   * @param calls by role, and not answered from a cache
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
   * Asks by each of the methods, so that each is asked in its own form. An answer that is of no use
   * is one.
   *
   * @return fails with what the calls fail with, refusals among it
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

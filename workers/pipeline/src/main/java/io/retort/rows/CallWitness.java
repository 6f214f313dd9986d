package io.retort.rows;

import com.google.protobuf.Message;
import io.retort.judge.client.JudgeCalls;
import io.retort.judge.client.JudgeMethod;
import io.retort.judge.client.UselessAnswerException;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Records the outcomes of one attempt's calls, by method: an endpoint may answer one method and
 * refuse another, for example if it does not support the response format.
 *
 * <p>Thread-safe.
 */
final class CallWitness implements JudgeCalls {
  private final JudgeCalls next;
  private final StageAnswers answers;
  private final long since = System.nanoTime();
  private final Set<JudgeMethod<?, ?>> failed = ConcurrentHashMap.newKeySet();
  private final Set<JudgeMethod<?, ?>> refused = ConcurrentHashMap.newKeySet();

  /**
   * @param next calls without the cache
   * @param answers of the stage, across all its shards
   */
  CallWitness(JudgeCalls next, StageAnswers answers) {
    this.next = next;
    this.answers = answers;
  }

  @Override
  public <Q extends Message, A extends Message> CompletableFuture<A> call(
      JudgeMethod<Q, A> method, Q request) {
    return next.call(method, request)
        .whenComplete(
            (answer, thrown) -> {
              Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
              if (cause == null) {
                answers.answered(method);
              } else if (!(cause instanceof UselessAnswerException useless)) {
                failed.add(method);
              } else if (useless.isRefusal()) {
                refused.add(method);
              } else {
                answers.answered(method);
              }
            });
  }

  /** Methods that refused a row and have answered no row since the attempt began. */
  Set<JudgeMethod<?, ?>> unproven() {
    Set<JudgeMethod<?, ?>> unproven = new LinkedHashSet<>();
    for (JudgeMethod<?, ?> method : refused) {
      if (!answers.hasAnsweredSince(method, since)) {
        unproven.add(method);
      }
    }
    return unproven;
  }

  /** Methods that failed for a row, or that refused one and answered none. */
  Set<JudgeMethod<?, ?>> suspects() {
    Set<JudgeMethod<?, ?>> suspects = unproven();
    suspects.addAll(failed);
    return suspects;
  }

  boolean hasAnswered() {
    return answers.hasAnswered();
  }
}

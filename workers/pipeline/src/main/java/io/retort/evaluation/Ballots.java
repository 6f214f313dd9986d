package io.retort.evaluation;

import io.retort.answers.AnswerCheck;
import io.retort.answers.AnswerChecker;
import io.retort.answers.AnswerClasses;
import io.retort.failure.Failures;
import io.retort.v1.AnswerKind;
import io.temporal.failure.ApplicationFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Counts the votes for each answer to each problem. */
final class Ballots {
  private static final int SECONDS_BETWEEN_SIGNS = 5;

  private final AnswerChecker checker;
  private final Runnable alive;

  /**
   * @param alive called while the checker is waited for, and with every problem
   */
  Ballots(AnswerChecker checker, Runnable alive) {
    this.checker = checker;
    this.alive = alive;
  }

  /**
   * One ballot per problem, in their order; none where a problem asks for code: programs that do
   * the same are different texts, and it is unknown which are the same.
   *
   * @param kinds of all problems, by id
   * @throws ApplicationFailure PLATFORM where the checker gives no answer
   */
  List<Ballot> of(List<Problem> problems, Map<String, AnswerKind> kinds) {
    if (kinds.containsValue(AnswerKind.ANSWER_KIND_CODE)) {
      return List.of();
    }
    List<Ballot> ballots = new ArrayList<>();
    for (Problem problem : problems) {
      alive.run();
      List<Problem.Answer> answers = problem.answers();
      int[] classes =
          AnswerClasses.of(
              kinds.getOrDefault(problem.sampleId(), AnswerKind.ANSWER_KIND_UNSPECIFIED),
              answers.stream().map(Problem.Answer::text).toList(),
              answers.stream().map(Problem.Answer::correct).toList(),
              checker,
              this::await);
      boolean[] correct = new boolean[classes.length];
      for (int index = 0; index < correct.length; index++) {
        correct[index] = answers.get(index).correct();
      }
      ballots.add(Ballot.of(classes, correct));
    }
    return ballots;
  }

  private AnswerCheck await(CompletableFuture<AnswerCheck> check) {
    // For each comparison: one problem may need a thousand of them.
    alive.run();
    while (true) {
      try {
        return check.get(SECONDS_BETWEEN_SIGNS, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        alive.run();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw failed("the wait was interrupted", e);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof ApplicationFailure failure) {
          throw failure;
        }
        throw failed(String.valueOf(e.getCause()), e);
      }
    }
  }

  private static ApplicationFailure failed(String why, Exception cause) {
    return Failures.platform(
        "ANSWER_CHECKER_FAILED", "answers could not be compared: " + why, cause);
  }
}

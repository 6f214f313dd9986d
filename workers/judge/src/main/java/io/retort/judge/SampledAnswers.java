package io.retort.judge;

import io.retort.judge.answer.SampleParser;
import io.retort.judge.failure.CallUsage;
import io.retort.judge.failure.JudgeException;
import io.retort.judge.time.CallLifetime;
import io.retort.v1.SampleAnswersResponse;
import io.retort.v1.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/** Several answers to one question, asked at the same time. The first failure ends all of them. */
final class SampledAnswers {
  private final Question question;
  private final CallLifetime lifetime;
  private final List<CompletableFuture<Conversation.Outcome<String>>> samples = new ArrayList<>();
  private final CompletableFuture<SampleAnswersResponse> result = new CompletableFuture<>();

  private SampledAnswers(Question question, CallLifetime lifetime) {
    this.question = question;
    this.lifetime = lifetime;
  }

  /**
   * @param count number of samples, at least 1
   * @return fails with {@link JudgeException}
   */
  static CompletableFuture<SampleAnswersResponse> ask(
      Question question, int count, CallLifetime lifetime) {
    return new SampledAnswers(question, lifetime).ask(count);
  }

  private CompletableFuture<SampleAnswersResponse> ask(int count) {
    for (int index = 0; index < count; index++) {
      samples.add(question.askSample(new SampleParser(), index).whenComplete(this::failAll));
    }
    CompletableFuture<Void> unused =
        CompletableFuture.allOf(samples.toArray(CompletableFuture[]::new))
            .thenRun(() -> result.complete(response()));
    return result;
  }

  private void failAll(Conversation.Outcome<String> outcome, Throwable thrown) {
    if (thrown != null && result.completeExceptionally(JudgeException.from(thrown))) {
      lifetime.cancel();
    }
  }

  private SampleAnswersResponse response() {
    SampleAnswersResponse.Builder response = SampleAnswersResponse.newBuilder();
    Usage usage = Usage.getDefaultInstance();
    String model = "";
    Set<String> asked = new TreeSet<>();
    for (CompletableFuture<Conversation.Outcome<String>> sample : samples) {
      Conversation.Outcome<String> outcome = sample.join();
      response.addTexts(outcome.value());
      usage = CallUsage.sum(usage, outcome.usage());
      model = outcome.model();
      asked.add(outcome.asked());
    }
    return response.setProvenance(question.provenance(model, asked, usage)).build();
  }
}

package io.retort.judge;

import com.google.protobuf.MessageLite;
import io.retort.judge.answer.AnswerParser;
import io.retort.judge.chat.ChatMessage;
import io.retort.judge.chat.ChatRequest;
import io.retort.judge.failure.JudgeException;
import io.retort.judge.prompt.Prompt;
import io.retort.judge.route.ChatTarget;
import io.retort.judge.time.CallLifetime;
import io.retort.v1.JudgeContext;
import io.retort.v1.Provenance;
import io.retort.v1.Usage;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The prompt of one request, filled with its values, and the target that answers it. */
final class Question {
  private final MessageLite request;
  private final JudgeContext context;
  private final Prompt prompt;
  private final List<ChatMessage> messages;
  private final ChatTarget target;
  private final CallLifetime lifetime;

  /** A parsed answer and its provenance. */
  record Answer<T>(T value, Provenance provenance) {}

  /**
   * @param request determines the seeds of the model calls
   * @param values of all placeholders of the prompt
   */
  Question(
      MessageLite request,
      JudgeContext context,
      Prompt prompt,
      Map<String, String> values,
      ChatTarget target,
      CallLifetime lifetime) {
    this.request = request;
    this.context = context;
    this.prompt = prompt;
    messages = prompt.messages(values);
    this.target = target;
    this.lifetime = lifetime;
  }

  /** Asks once. The future fails with {@link JudgeException}. */
  <T> CompletableFuture<Answer<T>> ask(AnswerParser<T> parser) {
    return askSample(parser, 0)
        .thenApply(
            outcome ->
                new Answer<>(
                    outcome.value(),
                    provenance(outcome.model(), List.of(outcome.asked()), outcome.usage())));
  }

  /**
   * Asks for one of several samples. The future fails with {@link JudgeException}.
   *
   * @param index of the sample, which determines its seed
   */
  <T> CompletableFuture<Conversation.Outcome<T>> askSample(AnswerParser<T> parser, int index) {
    return new Conversation<>(target, parser, lifetime)
        .ask(
            new ChatRequest(
                messages,
                context.getTemperature(),
                context.getMaxTokens(),
                CallSeed.of(request, prompt.version(), index),
                prompt.format()));
  }

  Provenance provenance(String model, Collection<String> asked, Usage usage) {
    return Provenance.newBuilder()
        .setModel(model)
        .addAllAskedModels(asked)
        .setPromptVersion(prompt.version())
        .setUsage(usage)
        .build();
  }
}

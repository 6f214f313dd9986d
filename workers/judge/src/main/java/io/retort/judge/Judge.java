package io.retort.judge;

import com.google.protobuf.MessageLite;
import io.retort.judge.answer.AnswerParser;
import io.retort.judge.answer.ChainParser;
import io.retort.judge.answer.RatingsParser;
import io.retort.judge.answer.SampleParser;
import io.retort.judge.answer.SoundnessParser;
import io.retort.judge.answer.VerdictParser;
import io.retort.judge.endpoint.CallScope;
import io.retort.judge.endpoint.ChatMessage;
import io.retort.judge.endpoint.ChatRequest;
import io.retort.judge.endpoint.ChatTarget;
import io.retort.judge.endpoint.Endpoints;
import io.retort.judge.failure.JudgeException;
import io.retort.judge.failure.Usages;
import io.retort.judge.prompt.Prompt;
import io.retort.judge.prompt.PromptOverrides;
import io.retort.judge.prompt.Prompts;
import io.retort.v1.CorruptRequest;
import io.retort.v1.CorruptResponse;
import io.retort.v1.CorruptionKind;
import io.retort.v1.DescribeRequest;
import io.retort.v1.DescribeResponse;
import io.retort.v1.Difficulty;
import io.retort.v1.EvaluateRequest;
import io.retort.v1.EvaluateResponse;
import io.retort.v1.ImproveRequest;
import io.retort.v1.ImproveResponse;
import io.retort.v1.JudgeContext;
import io.retort.v1.Provenance;
import io.retort.v1.RateRequest;
import io.retort.v1.RateResponse;
import io.retort.v1.SampleAnswersRequest;
import io.retort.v1.SampleAnswersResponse;
import io.retort.v1.Usage;
import io.retort.v1.ValidateRequest;
import io.retort.v1.ValidateResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * The questions of the recipe. Methods do not block; they throw, or their futures fail with, {@link
 * JudgeException}.
 */
final class Judge {
  private final Endpoints endpoints;
  private final PromptOverrides prompts = new PromptOverrides();

  Judge(Endpoints endpoints) {
    this.endpoints = endpoints;
  }

  CompletableFuture<EvaluateResponse> evaluate(EvaluateRequest request, CallScope scope) {
    JudgeContext context = request.getContext();
    checkRow(context, request.getProblem(), request.getChain());
    Requests.checkStudentSize(context);
    Question question =
        new Question(request, context, request.getProblem(), prompts(context).evaluate(), scope);
    return question
        .ask(
            new VerdictParser(),
            Map.of(
                "student_size", context.getStudentSize(),
                "problem", request.getProblem(),
                "answer", request.getAnswer(),
                "chain", request.getChain()))
        .thenApply(
            outcome ->
                EvaluateResponse.newBuilder()
                    .setVerdict(outcome.value())
                    .setProvenance(question.provenance(outcome))
                    .build());
  }

  CompletableFuture<ImproveResponse> improve(ImproveRequest request, CallScope scope) {
    JudgeContext context = request.getContext();
    checkRow(context, request.getProblem(), request.getChain());
    Requests.checkStudentSize(context);
    Prompt prompt = improvePrompt(prompts(context), request.getVerdict().getDifficulty());
    Question question = new Question(request, context, request.getProblem(), prompt, scope);
    return question
        .ask(
            new ChainParser(),
            Map.of(
                "student_size", context.getStudentSize(),
                "problem", request.getProblem(),
                "answer", request.getAnswer(),
                "chain", request.getChain(),
                "critique", request.getVerdict().getCritique()))
        .thenApply(
            outcome ->
                ImproveResponse.newBuilder()
                    .setChain(outcome.value())
                    .setProvenance(question.provenance(outcome))
                    .build());
  }

  CompletableFuture<ValidateResponse> validate(ValidateRequest request, CallScope scope) {
    JudgeContext context = request.getContext();
    checkRow(context, request.getProblem(), request.getChain());
    Question question =
        new Question(request, context, request.getProblem(), prompts(context).validate(), scope);
    return question
        .ask(
            new SoundnessParser(),
            Map.of(
                "problem", request.getProblem(),
                "answer", request.getAnswer(),
                "chain", request.getChain()))
        .thenApply(
            outcome ->
                ValidateResponse.newBuilder()
                    .setSound(outcome.value().sound())
                    .setReason(outcome.value().reason())
                    .setProvenance(question.provenance(outcome))
                    .build());
  }

  CompletableFuture<CorruptResponse> corrupt(CorruptRequest request, CallScope scope) {
    JudgeContext context = request.getContext();
    checkRow(context, request.getProblem(), request.getChain());
    Map<CorruptionKind, Prompt> kinds = prompts(context).corrupt();
    Prompt prompt = kinds.get(request.getKind());
    if (prompt == null) {
      throw Requests.invalid(
          "kind",
          request.getKind() == CorruptionKind.UNRECOGNIZED
              ? String.valueOf(request.getKindValue())
              : request.getKind().name(),
          "one of " + kinds.keySet());
    }
    Question question = new Question(request, context, request.getProblem(), prompt, scope);
    return question
        .ask(
            new ChainParser(),
            Map.of(
                "problem", request.getProblem(),
                "answer", request.getAnswer(),
                "chain", request.getChain()))
        .thenApply(
            outcome ->
                CorruptResponse.newBuilder()
                    .setChain(outcome.value())
                    .setProvenance(question.provenance(outcome))
                    .build());
  }

  CompletableFuture<SampleAnswersResponse> sampleAnswers(
      SampleAnswersRequest request, CallScope scope) {
    JudgeContext context = request.getContext();
    Requests.checkContext(context);
    Requests.checkText("problem", request.getProblem());
    Requests.checkSamples(request.getSamples());
    Prompts asked = prompts(context);
    Prompt prompt = request.getPartialChain().isBlank() ? asked.solve() : asked.follow();
    Question question = new Question(request, context, request.getProblem(), prompt, scope);
    Map<String, String> values =
        Map.of("problem", request.getProblem(), "chain", request.getPartialChain());
    List<CompletableFuture<Conversation.Outcome<String>>> samples = new ArrayList<>();
    CompletableFuture<SampleAnswersResponse> result = new CompletableFuture<>();
    for (int index = 0; index < request.getSamples(); index++) {
      CompletableFuture<Conversation.Outcome<String>> sample =
          question.askSample(new SampleParser(), values, index);
      samples.add(
          sample.whenComplete(
              (outcome, thrown) -> {
                if (thrown != null && result.completeExceptionally(Conversation.failure(thrown))) {
                  scope.cancel();
                }
              }));
    }
    CompletableFuture<Void> unused =
        CompletableFuture.allOf(samples.toArray(CompletableFuture[]::new))
            .thenRun(() -> result.complete(collect(question, samples)));
    return result;
  }

  CompletableFuture<RateResponse> rate(RateRequest request, CallScope scope) {
    JudgeContext context = request.getContext();
    checkRow(context, request.getProblem(), request.getChain());
    Question question =
        new Question(request, context, request.getProblem(), prompts(context).rate(), scope);
    return question
        .ask(
            new RatingsParser(),
            Map.of(
                "problem", request.getProblem(),
                "answer", request.getAnswer(),
                "chain", request.getChain()))
        .thenApply(
            outcome ->
                RateResponse.newBuilder()
                    .setRatings(outcome.value())
                    .setProvenance(question.provenance(outcome))
                    .build());
  }

  /** Asks no endpoint. */
  DescribeResponse describe(DescribeRequest request) {
    JudgeContext context = request.getContext();
    return DescribeResponse.newBuilder()
        .addAllModels(endpoints.models(context.getEndpoint()))
        .putAllPromptVersions(prompts(context).versions())
        .build();
  }

  private Prompts prompts(JudgeContext context) {
    return prompts.with(context.getPromptsList());
  }

  private static SampleAnswersResponse collect(
      Question question, List<CompletableFuture<Conversation.Outcome<String>>> samples) {
    SampleAnswersResponse.Builder response = SampleAnswersResponse.newBuilder();
    Usage usage = Usage.getDefaultInstance();
    String model = "";
    for (CompletableFuture<Conversation.Outcome<String>> sample : samples) {
      Conversation.Outcome<String> outcome = sample.join();
      response.addTexts(outcome.value());
      usage = Usages.sum(usage, outcome.usage());
      model = outcome.model();
    }
    return response
        .setProvenance(question.provenance(new Conversation.Outcome<>("", model, usage)))
        .build();
  }

  private static Prompt improvePrompt(Prompts prompts, Difficulty difficulty) {
    return switch (difficulty) {
      case DIFFICULTY_SIMPLE -> prompts.expand();
      case DIFFICULTY_HARD -> prompts.simplify();
      case DIFFICULTY_MEDIUM, DIFFICULTY_UNSPECIFIED, UNRECOGNIZED ->
          throw Requests.invalid(
              "verdict.difficulty", difficulty.name(), "DIFFICULTY_SIMPLE or DIFFICULTY_HARD");
    };
  }

  private static void checkRow(JudgeContext context, String problem, String chain) {
    Requests.checkContext(context);
    Requests.checkText("problem", problem);
    Requests.checkText("chain", chain);
  }

  /** One prompt asked for one request. */
  private final class Question {
    private final MessageLite request;
    private final JudgeContext context;
    private final Prompt prompt;
    private final ChatTarget target;
    private final CallScope scope;

    Question(
        MessageLite request, JudgeContext context, String problem, Prompt prompt, CallScope scope) {
      this.request = request;
      this.context = context;
      this.prompt = prompt;
      String row = context.getRow().isEmpty() ? problem : context.getRow();
      this.target = endpoints.named(context.getEndpoint(), row);
      this.scope = scope;
    }

    <T> CompletableFuture<Conversation.Outcome<T>> ask(
        AnswerParser<T> parser, Map<String, String> values) {
      return askSample(parser, values, 0);
    }

    <T> CompletableFuture<Conversation.Outcome<T>> askSample(
        AnswerParser<T> parser, Map<String, String> values, int index) {
      List<ChatMessage> messages = prompt.messages(values);
      return new Conversation<>(target, parser, scope)
          .ask(
              new ChatRequest(
                  messages,
                  context.getTemperature(),
                  context.getMaxTokens(),
                  CallSeed.of(request, prompt.version(), index),
                  prompt.format()));
    }

    Provenance provenance(Conversation.Outcome<?> outcome) {
      return Provenance.newBuilder()
          .setModel(outcome.model())
          .setPromptVersion(prompt.version())
          .setUsage(outcome.usage())
          .build();
    }
  }
}

package io.retort.judge;

import com.google.protobuf.MessageLite;
import io.retort.judge.answer.AnswerParser;
import io.retort.judge.answer.ChainParser;
import io.retort.judge.answer.RatingsParser;
import io.retort.judge.answer.SoundnessParser;
import io.retort.judge.answer.VerdictParser;
import io.retort.judge.failure.JudgeException;
import io.retort.judge.prompt.Prompt;
import io.retort.judge.prompt.PromptOverrides;
import io.retort.judge.prompt.Prompts;
import io.retort.judge.route.Endpoints;
import io.retort.judge.time.CallLifetime;
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
import io.retort.v1.RateRequest;
import io.retort.v1.RateResponse;
import io.retort.v1.SampleAnswersRequest;
import io.retort.v1.SampleAnswersResponse;
import io.retort.v1.ValidateRequest;
import io.retort.v1.ValidateResponse;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * The methods of the judge service. They do not block; they throw, or their futures fail with,
 * {@link JudgeException}.
 */
final class Judge {
  private static final String PROBLEM = "problem";
  private static final String ANSWER = "answer";
  private static final String CHAIN = "chain";
  private static final String CRITIQUE = "critique";
  private static final String STUDENT_SIZE = "student_size";

  private final Endpoints endpoints;
  private final PromptOverrides prompts = new PromptOverrides();

  Judge(Endpoints endpoints) {
    this.endpoints = endpoints;
  }

  CompletableFuture<EvaluateResponse> evaluate(EvaluateRequest request, CallLifetime lifetime) {
    JudgeContext context = request.getContext();
    Map<String, String> values =
        values(context, request.getProblem(), request.getAnswer(), request.getChain());
    values.put(STUDENT_SIZE, Requests.studentSize(context));
    return ask(request, context, values, Prompts::evaluate, new VerdictParser(), lifetime)
        .thenApply(
            answer ->
                EvaluateResponse.newBuilder()
                    .setVerdict(answer.value())
                    .setProvenance(answer.provenance())
                    .build());
  }

  CompletableFuture<ImproveResponse> improve(ImproveRequest request, CallLifetime lifetime) {
    JudgeContext context = request.getContext();
    Map<String, String> values =
        values(context, request.getProblem(), request.getAnswer(), request.getChain());
    values.put(STUDENT_SIZE, Requests.studentSize(context));
    values.put(CRITIQUE, request.getVerdict().getCritique());
    Difficulty difficulty = request.getVerdict().getDifficulty();
    return ask(
            request,
            context,
            values,
            from -> improvePrompt(from, difficulty),
            new ChainParser(),
            lifetime)
        .thenApply(
            answer ->
                ImproveResponse.newBuilder()
                    .setChain(answer.value())
                    .setProvenance(answer.provenance())
                    .build());
  }

  CompletableFuture<ValidateResponse> validate(ValidateRequest request, CallLifetime lifetime) {
    JudgeContext context = request.getContext();
    Map<String, String> values =
        values(context, request.getProblem(), request.getAnswer(), request.getChain());
    return ask(request, context, values, Prompts::validate, new SoundnessParser(), lifetime)
        .thenApply(
            answer ->
                ValidateResponse.newBuilder()
                    .setSound(answer.value().sound())
                    .setReason(answer.value().reason())
                    .setProvenance(answer.provenance())
                    .build());
  }

  CompletableFuture<CorruptResponse> corrupt(CorruptRequest request, CallLifetime lifetime) {
    JudgeContext context = request.getContext();
    Map<String, String> values =
        values(context, request.getProblem(), request.getAnswer(), request.getChain());
    return ask(
            request,
            context,
            values,
            from -> corruptPrompt(from, request),
            new ChainParser(),
            lifetime)
        .thenApply(
            answer ->
                CorruptResponse.newBuilder()
                    .setChain(answer.value())
                    .setProvenance(answer.provenance())
                    .build());
  }

  CompletableFuture<RateResponse> rate(RateRequest request, CallLifetime lifetime) {
    JudgeContext context = request.getContext();
    Map<String, String> values =
        values(context, request.getProblem(), request.getAnswer(), request.getChain());
    return ask(request, context, values, Prompts::rate, new RatingsParser(), lifetime)
        .thenApply(
            answer ->
                RateResponse.newBuilder()
                    .setRatings(answer.value())
                    .setProvenance(answer.provenance())
                    .build());
  }

  CompletableFuture<SampleAnswersResponse> sampleAnswers(
      SampleAnswersRequest request, CallLifetime lifetime) {
    JudgeContext context = request.getContext();
    Requests.checkContext(context);
    Requests.checkText(PROBLEM, request.getProblem());
    Requests.checkSamples(request.getSamples());
    Function<Prompts, Prompt> prompt =
        request.getPartialChain().isBlank() ? Prompts::solve : Prompts::follow;
    Map<String, String> values =
        Map.of(PROBLEM, request.getProblem(), CHAIN, request.getPartialChain());
    Question question = question(request, context, values, prompt, lifetime);
    return SampledAnswers.ask(question, request.getSamples(), lifetime);
  }

  /** Calls no endpoint. */
  DescribeResponse describe(DescribeRequest request) {
    JudgeContext context = request.getContext();
    return DescribeResponse.newBuilder()
        .addAllModels(endpoints.models(context.getEndpoint()))
        .addAllModelVersions(endpoints.modelVersions(context.getEndpoint()))
        .putAllPromptVersions(prompts.with(context.getPromptsList()).versions())
        .build();
  }

  private <T> CompletableFuture<Question.Answer<T>> ask(
      MessageLite request,
      JudgeContext context,
      Map<String, String> values,
      Function<Prompts, Prompt> prompt,
      AnswerParser<T> parser,
      CallLifetime lifetime) {
    return question(request, context, values, prompt, lifetime).ask(parser);
  }

  private Question question(
      MessageLite request,
      JudgeContext context,
      Map<String, String> values,
      Function<Prompts, Prompt> prompt,
      CallLifetime lifetime) {
    Prompt selected = prompt.apply(prompts.with(context.getPromptsList()));
    String row = context.getRow().isEmpty() ? values.getOrDefault(PROBLEM, "") : context.getRow();
    return new Question(
        request, context, selected, values, endpoints.named(context.getEndpoint(), row), lifetime);
  }

  /** Checks a row and returns the values of its placeholders. */
  private static Map<String, String> values(
      JudgeContext context, String problem, String answer, String chain) {
    Requests.checkContext(context);
    Requests.checkText(PROBLEM, problem);
    Requests.checkText(CHAIN, chain);
    Map<String, String> values = new HashMap<>();
    values.put(PROBLEM, problem);
    values.put(ANSWER, answer);
    values.put(CHAIN, chain);
    return values;
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

  private static Prompt corruptPrompt(Prompts prompts, CorruptRequest request) {
    Prompt prompt = prompts.corrupt().get(request.getKind());
    if (prompt == null) {
      throw Requests.invalid(
          "kind",
          request.getKind() == CorruptionKind.UNRECOGNIZED
              ? String.valueOf(request.getKindValue())
              : request.getKind().name(),
          "one of " + prompts.corrupt().keySet());
    }
    return prompt;
  }
}

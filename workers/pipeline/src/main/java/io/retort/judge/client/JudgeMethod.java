package io.retort.judge.client;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.retort.enums.EnumText;
import io.retort.v1.CorruptRequest;
import io.retort.v1.CorruptResponse;
import io.retort.v1.CorruptionKind;
import io.retort.v1.Difficulty;
import io.retort.v1.EvaluateRequest;
import io.retort.v1.EvaluateResponse;
import io.retort.v1.ImproveRequest;
import io.retort.v1.ImproveResponse;
import io.retort.v1.JudgeContext;
import io.retort.v1.JudgeServiceGrpc.JudgeServiceFutureStub;
import io.retort.v1.Provenance;
import io.retort.v1.RateRequest;
import io.retort.v1.RateResponse;
import io.retort.v1.SampleAnswersRequest;
import io.retort.v1.SampleAnswersResponse;
import io.retort.v1.StreamedAnswer;
import io.retort.v1.StreamedCall;
import io.retort.v1.ValidateRequest;
import io.retort.v1.ValidateResponse;
import io.retort.v1.Verdict;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * One method of the judge, with the properties that all methods have.
 *
 * @param name prefix of the names of its prompts
 * @param prompt name of a request's prompt, as Describe lists it
 * @param toStream puts a request into a call of a stream
 * @param fromStream the answer of such a call
 * @param control a question that every judge can answer, without its context
 */
public record JudgeMethod<Q extends Message, A extends Message>(
    String name,
    Parser<A> parser,
    BiFunction<JudgeServiceFutureStub, Q, ListenableFuture<A>> call,
    BiConsumer<StreamedCall.Builder, Q> toStream,
    Function<StreamedAnswer, A> fromStream,
    Function<Q, JudgeContext> context,
    BiFunction<Q, JudgeContext, Q> withContext,
    Function<A, Provenance> provenance,
    BiFunction<A, Provenance, A> withProvenance,
    Function<Q, String> prompt,
    Q control) {
  public static final JudgeMethod<EvaluateRequest, EvaluateResponse> EVALUATE =
      new JudgeMethod<>(
          "evaluate",
          EvaluateResponse.parser(),
          JudgeServiceFutureStub::evaluate,
          StreamedCall.Builder::setEvaluate,
          StreamedAnswer::getEvaluate,
          EvaluateRequest::getContext,
          (request, context) -> request.toBuilder().setContext(context).build(),
          EvaluateResponse::getProvenance,
          (response, provenance) -> response.toBuilder().setProvenance(provenance).build(),
          request -> "evaluate",
          EvaluateRequest.newBuilder()
              .setProblem("What is 1 + 1?")
              .setAnswer("2")
              .setChain("1 + 1 = 2")
              .build());

  public static final JudgeMethod<ImproveRequest, ImproveResponse> IMPROVE =
      new JudgeMethod<>(
          "improve",
          ImproveResponse.parser(),
          JudgeServiceFutureStub::improve,
          StreamedCall.Builder::setImprove,
          StreamedAnswer::getImprove,
          ImproveRequest::getContext,
          (request, context) -> request.toBuilder().setContext(context).build(),
          ImproveResponse::getProvenance,
          (response, provenance) -> response.toBuilder().setProvenance(provenance).build(),
          JudgeMethod::improvement,
          ImproveRequest.newBuilder()
              .setProblem("What is 1 + 1?")
              .setAnswer("2")
              .setChain("1 + 1 = 2")
              .setVerdict(Verdict.newBuilder().setDifficulty(Difficulty.DIFFICULTY_SIMPLE))
              .build());

  public static final JudgeMethod<ValidateRequest, ValidateResponse> VALIDATE =
      new JudgeMethod<>(
          "validate",
          ValidateResponse.parser(),
          JudgeServiceFutureStub::validate,
          StreamedCall.Builder::setValidate,
          StreamedAnswer::getValidate,
          ValidateRequest::getContext,
          (request, context) -> request.toBuilder().setContext(context).build(),
          ValidateResponse::getProvenance,
          (response, provenance) -> response.toBuilder().setProvenance(provenance).build(),
          request -> "validate",
          ValidateRequest.newBuilder()
              .setProblem("What is 1 + 1?")
              .setAnswer("2")
              .setChain("1 + 1 = 2")
              .build());

  public static final JudgeMethod<CorruptRequest, CorruptResponse> CORRUPT =
      new JudgeMethod<>(
          "corrupt",
          CorruptResponse.parser(),
          JudgeServiceFutureStub::corrupt,
          StreamedCall.Builder::setCorrupt,
          StreamedAnswer::getCorrupt,
          CorruptRequest::getContext,
          (request, context) -> request.toBuilder().setContext(context).build(),
          CorruptResponse::getProvenance,
          (response, provenance) -> response.toBuilder().setProvenance(provenance).build(),
          JudgeMethod::corruption,
          CorruptRequest.newBuilder()
              .setProblem("What is 1 + 1?")
              .setAnswer("2")
              .setChain("1 + 1 = 2")
              .setKind(CorruptionKind.CORRUPTION_KIND_WRONG_NUMBER)
              .build());

  public static final JudgeMethod<SampleAnswersRequest, SampleAnswersResponse> SAMPLE_ANSWERS =
      new JudgeMethod<>(
          "sample-answers",
          SampleAnswersResponse.parser(),
          JudgeServiceFutureStub::sampleAnswers,
          StreamedCall.Builder::setSampleAnswers,
          StreamedAnswer::getSampleAnswers,
          SampleAnswersRequest::getContext,
          (request, context) -> request.toBuilder().setContext(context).build(),
          SampleAnswersResponse::getProvenance,
          (response, provenance) -> response.toBuilder().setProvenance(provenance).build(),
          request -> request.getPartialChain().isEmpty() ? "solve" : "follow",
          SampleAnswersRequest.newBuilder().setProblem("What is 1 + 1?").setSamples(1).build());

  public static final JudgeMethod<RateRequest, RateResponse> RATE =
      new JudgeMethod<>(
          "rate",
          RateResponse.parser(),
          JudgeServiceFutureStub::rate,
          StreamedCall.Builder::setRate,
          StreamedAnswer::getRate,
          RateRequest::getContext,
          (request, context) -> request.toBuilder().setContext(context).build(),
          RateResponse::getProvenance,
          (response, provenance) -> response.toBuilder().setProvenance(provenance).build(),
          request -> "rate",
          RateRequest.newBuilder()
              .setProblem("What is 1 + 1?")
              .setAnswer("2")
              .setChain("1 + 1 = 2")
              .build());

  /** Whether a prompt with this name, as Describe lists it, belongs to the method. */
  boolean asksWith(String promptName) {
    return name.equals(SAMPLE_ANSWERS.name())
        ? promptName.equals("solve") || promptName.equals("follow")
        : promptName.equals(name) || promptName.startsWith(name + "-");
  }

  private static String improvement(ImproveRequest request) {
    return switch (request.getVerdict().getDifficulty()) {
      case DIFFICULTY_SIMPLE -> "improve-expand";
      case DIFFICULTY_HARD -> "improve-simplify";
      case DIFFICULTY_MEDIUM, DIFFICULTY_UNSPECIFIED, UNRECOGNIZED -> "improve";
    };
  }

  private static String corruption(CorruptRequest request) {
    String kind = EnumText.shortName(request.getKind());
    return "corrupt-" + kind.toLowerCase(Locale.ROOT).replace('_', '-');
  }

  @Override
  public String toString() {
    return name;
  }
}

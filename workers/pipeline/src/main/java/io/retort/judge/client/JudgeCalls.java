package io.retort.judge.client;

import com.google.protobuf.Message;
import io.retort.v1.CorruptRequest;
import io.retort.v1.CorruptResponse;
import io.retort.v1.EvaluateRequest;
import io.retort.v1.EvaluateResponse;
import io.retort.v1.ImproveRequest;
import io.retort.v1.ImproveResponse;
import io.retort.v1.RateRequest;
import io.retort.v1.RateResponse;
import io.retort.v1.SampleAnswersRequest;
import io.retort.v1.SampleAnswersResponse;
import io.retort.v1.ValidateRequest;
import io.retort.v1.ValidateResponse;
import java.util.concurrent.CompletableFuture;

/**
 * The judge's methods as asynchronous calls. Futures fail with {@link UselessAnswerException} or a
 * categorised {@link io.temporal.failure.ApplicationFailure}.
 */
public interface JudgeCalls {
  <Q extends Message, A extends Message> CompletableFuture<A> call(
      JudgeMethod<Q, A> method, Q request);

  default CompletableFuture<EvaluateResponse> evaluate(EvaluateRequest request) {
    return call(JudgeMethod.EVALUATE, request);
  }

  default CompletableFuture<ImproveResponse> improve(ImproveRequest request) {
    return call(JudgeMethod.IMPROVE, request);
  }

  default CompletableFuture<ValidateResponse> validate(ValidateRequest request) {
    return call(JudgeMethod.VALIDATE, request);
  }

  default CompletableFuture<CorruptResponse> corrupt(CorruptRequest request) {
    return call(JudgeMethod.CORRUPT, request);
  }

  default CompletableFuture<SampleAnswersResponse> sampleAnswers(SampleAnswersRequest request) {
    return call(JudgeMethod.SAMPLE_ANSWERS, request);
  }

  default CompletableFuture<RateResponse> rate(RateRequest request) {
    return call(JudgeMethod.RATE, request);
  }
}

package io.retort.judge.peer;

import com.google.protobuf.util.Durations;
import io.grpc.stub.StreamObserver;
import io.retort.judge.failure.FailureType;
import io.retort.judge.failure.JudgeException;
import io.retort.judge.route.Endpoints;
import io.retort.v1.JudgePeerServiceGrpc;
import io.retort.v1.ShareCoolDownRequest;
import io.retort.v1.ShareCoolDownResponse;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;

/** {@code retort.v1.JudgePeerService}: applies the cool-downs that other workers report. */
public final class PeerRpcs extends JudgePeerServiceGrpc.JudgePeerServiceImplBase {
  private final Endpoints endpoints;

  public PeerRpcs(Endpoints endpoints) {
    this.endpoints = endpoints;
  }

  @Override
  public void shareCoolDown(
      ShareCoolDownRequest request, StreamObserver<ShareCoolDownResponse> observer) {
    try {
      endpoints.coolDown(baseUrl(request), request.getModel(), coolDown(request));
      observer.onNext(ShareCoolDownResponse.getDefaultInstance());
      observer.onCompleted();
    } catch (JudgeException e) {
      observer.onError(e.toStatusException());
    }
  }

  private static URI baseUrl(ShareCoolDownRequest request) {
    try {
      return new URI(request.getBaseUrl());
    } catch (URISyntaxException e) {
      throw invalid("base_url", '"' + request.getBaseUrl() + '"', "an address");
    }
  }

  private static Duration coolDown(ShareCoolDownRequest request) {
    if (!Durations.isValid(request.getCoolDown()) || !Durations.isPositive(request.getCoolDown())) {
      throw invalid("cool_down", request.getCoolDown().getSeconds() + " s", "> 0");
    }
    return Duration.ofSeconds(request.getCoolDown().getSeconds(), request.getCoolDown().getNanos());
  }

  private static JudgeException invalid(String field, String value, String expected) {
    return JudgeException.invalid(
        FailureType.INVALID_REQUEST, field + ": " + value + " (expected: " + expected + ")");
  }
}

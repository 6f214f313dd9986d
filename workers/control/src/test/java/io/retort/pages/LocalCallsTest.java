package io.retort.pages;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Context;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import io.retort.identity.Caller;
import io.retort.v1.GetLaneRequest;
import io.retort.v1.GetLaneResponse;
import io.retort.v1.LaneServiceGrpc;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LocalCallsTest {
  private final CountDownLatch followed = new CountDownLatch(1);

  /** Answers by another thread, once somebody waits for the answer. */
  private LocalCalls calls(boolean succeeds) {
    return new LocalCalls(
        List.of(
            ServerServiceDefinition.builder(LaneServiceGrpc.SERVICE_NAME)
                .addMethod(
                    LaneServiceGrpc.getGetLaneMethod(),
                    ServerCalls.asyncUnaryCall(
                        (request, observer) ->
                            new Thread(
                                    () -> {
                                      await(followed);
                                      if (succeeds) {
                                        observer.onNext(GetLaneResponse.getDefaultInstance());
                                        observer.onCompleted();
                                      } else {
                                        observer.onError(Status.NOT_FOUND.asException());
                                      }
                                    })
                                .start()))
                .build()));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatFollowsAResponseRunsForItsCaller(boolean succeeds) throws Exception {
    Caller ann = Caller.of("ann", "token:1", List.of());

    CompletableFuture<Caller> after =
        Context.current()
            .withValue(Caller.KEY, ann)
            .call(
                () ->
                    calls(succeeds)
                        .later(
                            LaneServiceGrpc.getGetLaneMethod(), GetLaneRequest.getDefaultInstance())
                        .handle((response, thrown) -> Caller.current()));
    followed.countDown();

    assertThat(after.join()).isEqualTo(ann);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}

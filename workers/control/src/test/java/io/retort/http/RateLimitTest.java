package io.retort.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.retort.identity.Caller;
import io.retort.v1.GetRunRequest;
import io.retort.v1.GetRunResponse;
import io.retort.v1.RunServiceGrpc;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RateLimitTest {
  private static final int RATE = 10;
  private static final int BURST = 20;

  private final AtomicLong now = new AtomicLong();
  private final RateLimit limit = new RateLimit(RATE, now::get);

  @Test
  void refusesTheCallAfterTheBurstAndSaysWhenToComeBack() {
    for (int call = 0; call < BURST; call++) {
      assertThat(call("ann")).isEqualTo(Status.Code.OK);
    }
    assertThat(call("ann")).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(call("bob")).isEqualTo(Status.Code.OK);
  }

  @Test
  void acceptsCallsAtTheRate() {
    for (int call = 0; call < 10 * BURST; call++) {
      assertThat(call("ann")).isEqualTo(Status.Code.OK);
      now.addAndGet(TimeUnit.SECONDS.toNanos(1) / RATE);
    }
  }

  @Test
  void savesUpNoMoreThanTheBurst() {
    call("ann");
    now.addAndGet(TimeUnit.MINUTES.toNanos(9));
    List<Status.Code> codes = new ArrayList<>();
    for (int call = 0; call <= BURST; call++) {
      codes.add(call("ann"));
    }
    assertThat(codes).filteredOn(Status.Code.OK::equals).hasSize(BURST);
  }

  @Test
  void answersOverHttpWithRetryAfter() {
    Problem problem = Problem.of(Refusals.tooManyCalls("ann", RATE, 3));

    assertThat(problem.response().status().code()).isEqualTo(429);
    assertThat(problem.response().headers().get("retry-after")).isEqualTo("3");
    assertThat(problem.json())
        .contains("\"category\":\"RESOURCE\"", "\"reason\":\"RATE_LIMITED\"", "\"retry_delay\"");
  }

  @Test
  void isOffAtZero() {
    RateLimit off = new RateLimit(0, now::get);
    for (int call = 0; call < 1000; call++) {
      assertThat(call(off, "ann")).isEqualTo(Status.Code.OK);
    }
  }

  private static Caller caller(String name) {
    return Caller.of(name, "token:" + name, List.of());
  }

  private Status.Code call(String caller) {
    return call(limit, caller);
  }

  private static Status.Code call(RateLimit limit, String caller) {
    FakeCall call = new FakeCall();
    Context.current()
        .withValue(Caller.KEY, caller(caller))
        .run(
            () ->
                limit.interceptCall(
                    call, new Metadata(), (started, headers) -> new ServerCall.Listener<>() {}));
    return call.code;
  }

  private static final class FakeCall extends ServerCall<GetRunRequest, GetRunResponse> {
    private Status.Code code = Status.Code.OK;

    @Override
    public void close(Status status, Metadata trailers) {
      code = status.getCode();
    }

    @Override
    public void request(int count) {}

    @Override
    public void sendHeaders(Metadata headers) {}

    @Override
    public void sendMessage(GetRunResponse message) {}

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public Attributes getAttributes() {
      return Attributes.EMPTY;
    }

    @Override
    public MethodDescriptor<GetRunRequest, GetRunResponse> getMethodDescriptor() {
      return RunServiceGrpc.getGetRunMethod();
    }
  }
}

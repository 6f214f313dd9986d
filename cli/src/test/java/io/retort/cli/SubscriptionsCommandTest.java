package io.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Durations;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.stub.StreamObserver;
import io.retort.cli.RetortProcess.Ended;
import io.retort.output.ExitCode;
import io.retort.v1.Delivery;
import io.retort.v1.DeliveryAttempt;
import io.retort.v1.DeliveryError;
import io.retort.v1.DeliveryState;
import io.retort.v1.EventType;
import io.retort.v1.ListDeliveriesRequest;
import io.retort.v1.ListDeliveriesResponse;
import io.retort.v1.RedeliverRequest;
import io.retort.v1.RedeliverResponse;
import io.retort.v1.SetSubscriptionRequest;
import io.retort.v1.SetSubscriptionResponse;
import io.retort.v1.Subscription;
import io.retort.v1.SubscriptionServiceGrpc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SubscriptionsCommandTest {
  private Path folder = Path.of("");
  private Server control;

  @BeforeEach
  void start(@TempDir Path temporary) throws IOException {
    folder = temporary;
    control =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(new FakeSubscriptions())
            .build()
            .start();
  }

  @AfterEach
  void stop() {
    control.shutdownNow();
  }

  @Test
  void setsASubscriptionFromAFileWithShortNames() throws Exception {
    Files.writeString(
        folder.resolve("desk.yaml"),
        """
        name: desk
        url: https://hooks.example.com/retort
        secrets: [desk]
        team: nlp
        event_types: [run-phase-changed, MODEL_ALIAS_MOVED]
        phases: [succeeded, failed]
        match_labels: {tier: gold}
        """);

    assertThat(retort("subscriptions", "set", "desk.yaml").output().lines().map(String::strip))
        .containsExactly(
            "desk                           https://hooks.example.com/retort",
            "team      nlp",
            "secrets   desk",
            "events    RUN_PHASE_CHANGED, MODEL_ALIAS_MOVED",
            "phases    SUCCEEDED, FAILED",
            "labels    tier=gold",
            "revision  1 by ann, 1970-01-01T00:00:00Z");

    Files.writeString(folder.resolve("wrong.yaml"), "name: desk\nevents: [x]\n");
    Ended refused = retort("subscriptions", "set", "wrong.yaml");
    assertThat(refused.status()).isEqualTo(ExitCode.USAGE.number());
    assertThat(refused.output())
        .startsWith("error: wrong.yaml: ")
        .contains("events")
        .contains("(expected: name, url and secrets");
  }

  @Test
  void showsDeliveriesWithWhatWentWrong() throws Exception {
    assertThat(retort("subscriptions", "deliveries", "desk").output().lines().map(String::strip))
        .containsExactly(
            "20260101T000000000Z-demo-7  RUN_PHASE_CHANGED  DELIVERED",
            "1  1970-01-01T00:00:00Z  15000 ms  TIMEOUT: h?sts has not answered in time",
            "2  1970-01-01T00:00:00Z  12 ms  204");
    assertThat(retort("subscriptions", "redeliver", "desk", "e-1").output())
        .isEqualTo("e-1  UNSPECIFIED  PENDING");
  }

  private Ended retort(String... arguments) throws Exception {
    return new RetortProcess(folder, "127.0.0.1:" + control.getPort()).run(arguments);
  }

  private static final class FakeSubscriptions
      extends SubscriptionServiceGrpc.SubscriptionServiceImplBase {
    @Override
    public void setSubscription(
        SetSubscriptionRequest request, StreamObserver<SetSubscriptionResponse> observer) {
      observer.onNext(
          SetSubscriptionResponse.newBuilder()
              .setSubscription(
                  Subscription.newBuilder()
                      .setConfig(request.getConfig())
                      .setRevision(1)
                      .setChangedBy("ann"))
              .build());
      observer.onCompleted();
    }

    @Override
    public void listDeliveries(
        ListDeliveriesRequest request, StreamObserver<ListDeliveriesResponse> observer) {
      observer.onNext(
          ListDeliveriesResponse.newBuilder()
              .addDeliveries(
                  Delivery.newBuilder()
                      .setEventId("20260101T000000000Z-demo-7")
                      .setEventType(EventType.EVENT_TYPE_RUN_PHASE_CHANGED)
                      .setState(DeliveryState.DELIVERY_STATE_DELIVERED)
                      .addAttempts(
                          DeliveryAttempt.newBuilder()
                              .setNumber(1)
                              .setDuration(Durations.fromSeconds(15))
                              .setError(DeliveryError.DELIVERY_ERROR_TIMEOUT)
                              .setMessage("h\u001bsts has not answered in time"))
                      .addAttempts(
                          DeliveryAttempt.newBuilder()
                              .setNumber(2)
                              .setDuration(Durations.fromMillis(12))
                              .setStatusCode(204)))
              .build());
      observer.onCompleted();
    }

    @Override
    public void redeliver(RedeliverRequest request, StreamObserver<RedeliverResponse> observer) {
      observer.onNext(
          RedeliverResponse.newBuilder()
              .setDelivery(
                  Delivery.newBuilder()
                      .setEventId(request.getEventId())
                      .setState(DeliveryState.DELIVERY_STATE_PENDING))
              .build());
      observer.onCompleted();
    }
  }
}

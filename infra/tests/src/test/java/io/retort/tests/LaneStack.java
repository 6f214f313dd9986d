package io.retort.tests;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.AbstractBlockingStub;
import io.retort.v1.LaneServiceGrpc;
import io.retort.v1.LaneServiceGrpc.LaneServiceBlockingStub;
import io.retort.v1.RunServiceGrpc;
import io.retort.v1.RunServiceGrpc.RunServiceBlockingStub;
import io.temporal.client.WorkflowClient;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * A Temporal server, the control plane and a {@link LaneWorker}, in processes of their own that
 * tests kill.
 */
final class LaneStack implements AutoCloseable {
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(2);
  private static final Duration CALL = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofMillis(20);

  final KillableProcess control;
  final KillableProcess worker;

  private final KillableProcess temporal;
  private final ManagedChannel channel;
  private final WorkflowServiceStubs service;

  LaneStack(Path folder) throws IOException {
    int temporalPort = TestStack.freePort();
    int controlPort = TestStack.freePort();
    String temporalAddress = "127.0.0.1:" + temporalPort;
    Map<String, String> environment =
        Map.of(
            "TEMPORAL_ADDRESS", temporalAddress,
            "RETORT_STORE", Files.createDirectory(folder.resolve("store")).toUri().toString(),
            "RETORT_DATA_ROOTS", folder.toString(),
            "RETORT_STUDENT_MODEL", folder.toString(),
            "RETORT_PORT", Integer.toString(controlPort));
    temporal =
        new KillableProcess(
            folder.resolve("temporal.log"),
            Map.of(),
            List.of(
                TestStack.environmentProgram("temporal"),
                "server",
                "start-dev",
                "--headless",
                "--log-level",
                "warn",
                "--port",
                Integer.toString(temporalPort),
                "--search-attribute",
                "RetortPhase=Keyword",
                "--search-attribute",
                "RetortStage=Keyword",
                "--search-attribute",
                "RetortStudent=Keyword",
                "--search-attribute",
                "RetortTeam=Keyword",
                "--search-attribute",
                "RetortProgress=Double"));
    control =
        new KillableProcess(
            folder.resolve("control.log"),
            environment,
            java(
                "-jar",
                TestStack.repository()
                    .resolve("workers/control/target/retort-control.jar")
                    .toString()));
    worker =
        new KillableProcess(
            folder.resolve("worker.log"),
            environment,
            java("-cp", System.getProperty("java.class.path"), LaneWorker.class.getName()));
    channel = ManagedChannelBuilder.forAddress("127.0.0.1", controlPort).usePlaintext().build();
    service =
        WorkflowServiceStubs.newServiceStubs(
            WorkflowServiceStubsOptions.newBuilder().setTarget(temporalAddress).build());
  }

  WorkflowClient temporal() {
    return WorkflowClient.newInstance(service);
  }

  /** Calls as a client does that waits for a control plane or a worker to come back. */
  <A> A runs(Function<RunServiceBlockingStub, A> call) {
    return call(RunServiceGrpc.newBlockingStub(channel), call);
  }

  /** As {@link #runs}. */
  <A> A lanes(Function<LaneServiceBlockingStub, A> call) {
    return call(LaneServiceGrpc.newBlockingStub(channel), call);
  }

  private <S extends AbstractBlockingStub<S>, A> A call(S stub, Function<S, A> call) {
    long deadline = System.nanoTime() + LONGEST_WAIT.toNanos();
    while (true) {
      try {
        return call.apply(stub.withDeadlineAfter(CALL.toMillis(), TimeUnit.MILLISECONDS));
      } catch (StatusRuntimeException e) {
        Code code = e.getStatus().getCode();
        boolean passing = code == Code.UNAVAILABLE || code == Code.DEADLINE_EXCEEDED;
        if (!passing || System.nanoTime() > deadline) {
          throw e;
        }
        channel.resetConnectBackoff();
        pause();
      }
    }
  }

  /** Waits for something that becomes true by itself. */
  static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + LONGEST_WAIT.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within " + LONGEST_WAIT + ": " + what);
      }
      pause();
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static List<String> java(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m"));
    command.addAll(List.of(arguments));
    return command;
  }

  @Override
  public void close() {
    channel.shutdownNow();
    service.shutdownNow();
    control.close();
    worker.close();
    temporal.close();
  }
}

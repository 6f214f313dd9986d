package io.retort.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.v1.AdmissionRequest;
import io.retort.v1.AdmissionResponse;
import io.retort.v1.CheckLocationsRequest;
import io.retort.v1.CheckLocationsResponse;
import io.retort.v1.LocationViolation;
import io.retort.v1.RunSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class AdmissionBatchesTest {
  private static final int RUNS = 40;
  private static final int MOST_RUNS = 32;
  private static final int MEBIBYTE = 1 << 20;

  /** What the threads of the batches would do. */
  private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();

  private final List<Integer> sizes = new ArrayList<>();
  private final AdmissionBatches batches =
      new AdmissionBatches((request, attempt) -> respond(request), tasks::add);

  @Test
  void checksThatWaitShareAWorkflowAndEachGetsItsOwnResponse() throws Exception {
    List<String> names = IntStream.range(0, RUNS).mapToObj(i -> "run-" + i).toList();
    List<CompletableFuture<String>> checks = checkTogether(batches, names);

    assertThat(checks.stream().map(CompletableFuture::join).toList()).isEqualTo(names);
    assertThat(sizes).containsExactly(MOST_RUNS, RUNS - MOST_RUNS);
  }

  @Test
  void aBatchStaysBelowTheSizeThatTemporalAllows() throws Exception {
    List<String> names = List.of("a".repeat(MEBIBYTE), "b".repeat(MEBIBYTE / 2), "c");
    List<CompletableFuture<String>> checks = checkTogether(batches, names);

    assertThat(checks.stream().map(CompletableFuture::join).toList()).isEqualTo(names);
    assertThat(sizes).containsExactly(1, 2);
  }

  @Test
  void allChecksOfABatchGetTheFailureOfItsWorkflow() throws Exception {
    AdmissionBatches failing =
        new AdmissionBatches(
            (request, attempt) -> {
              throw Status.UNAVAILABLE.withDescription(attempt).asRuntimeException();
            },
            tasks::add);

    for (CompletableFuture<String> check : checkTogether(failing, List.of("first", "second"))) {
      assertThat(check)
          .failsWithin(Duration.ofSeconds(30))
          .withThrowableThat()
          .havingCause()
          .isInstanceOf(StatusRuntimeException.class)
          .withMessageContaining("check the locations of 2 runs");
    }
  }

  private Optional<AdmissionResponse> respond(AdmissionRequest request) {
    sizes.add(request.getRunsCount());
    AdmissionResponse.Builder response = AdmissionResponse.newBuilder();
    request
        .getRunsList()
        .forEach(
            run ->
                response.addRuns(
                    CheckLocationsResponse.newBuilder()
                        .addViolations(
                            LocationViolation.newBuilder().setField(run.getSpec().getName()))));
    return Optional.of(response.build());
  }

  /** The name of the run for which the response is. */
  private static CompletableFuture<String> check(AdmissionBatches batches, String name) {
    CheckLocationsRequest request =
        CheckLocationsRequest.newBuilder().setSpec(RunSpec.newBuilder().setName(name)).build();
    return CompletableFuture.supplyAsync(
        () -> batches.check(request, name).orElseThrow().getViolations(0).getField(),
        task -> {
          Thread thread = new Thread(task, name.substring(0, 1));
          thread.setDaemon(true);
          thread.start();
        });
  }

  /** In this order, in which all wait before the first batch is made. */
  private List<CompletableFuture<String>> checkTogether(
      AdmissionBatches batches, List<String> names) throws InterruptedException {
    List<CompletableFuture<String>> checks = new ArrayList<>();
    List<Runnable> waiting = new ArrayList<>();
    for (String name : names) {
      checks.add(check(batches, name));
      waiting.add(tasks.take());
    }
    waiting.forEach(Runnable::run);
    return checks;
  }
}

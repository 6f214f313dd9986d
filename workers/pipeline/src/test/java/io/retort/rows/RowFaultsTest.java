package io.retort.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.retort.failure.Failures;
import io.retort.judge.client.UselessAnswerException;
import io.retort.store.ProtoJson;
import io.retort.store.Store;
import io.retort.v1.PairingRecord;
import io.retort.v1.Usage;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bad row gets a quarantine record; any fault outside the row ends the attempt. */
final class RowFaultsTest {
  private static final String BAD = "3";
  private final ApplicationFailure down = ofTheJudge("ENDPOINT_UNAVAILABLE", "answered 500");

  private final TestEngine engine = new TestEngine(Duration.ZERO);
  private final ScriptedEndpoints endpoints = new ScriptedEndpoints();
  private final Map<String, AtomicInteger> starts = new ConcurrentHashMap<>();
  private volatile Function<PairingRecord, String> outcome = rowRecord -> "MADE";
  private String uri;
  private Store store;

  @BeforeEach
  void start(@TempDir Path temporary) {
    uri = "file://" + temporary + "/shard";
    store = Store.open(uri);
  }

  @AfterEach
  void stop() {
    engine.close();
  }

  @Test
  void aRowThatFailsAgainAndAgainIsQuarantinedWhereItsEndpointIsWell() throws IOException {
    run(10, 2, row -> row.equals(BAD) ? failed(down) : made(row));

    assertThat(starts.get(BAD)).hasValue(RowFaults.MOST_TRIES);
    assertThat(endpoints.questions).hasValue(1);
    assertThat(errors()).containsExactly("ENDPOINT_UNAVAILABLE: answered 500");
  }

  @Test
  void aShardOfBadRowsAloneIsNoOutage() throws IOException {
    run(8, 2, row -> failed(down));

    assertThat(errors()).hasSize(8);
  }

  @Test
  void aRowThatFailsOnceIsTriedAgainAfterTheOthers() throws IOException {
    run(10, 1, row -> row.equals(BAD) && starts(BAD) == 1 ? failed(down) : made(row));

    assertThat(starts.get(BAD)).hasValue(2);
    assertThat(errors()).isEmpty();
    assertThat(endpoints.questions).hasValue(0);
  }

  @Test
  void anEndpointThatAnswersNoControlQuestionIsDown() throws IOException {
    endpoints.answer = () -> CompletableFuture.failedFuture(ofTheJudge("X", "control"));

    ApplicationFailure failure = fails(10, 2, row -> row.equals(BAD) ? failed(down) : made(row));

    assertThat(failure.getType()).isEqualTo("PLATFORM/ENDPOINT_UNAVAILABLE");
    assertThat(failure.isNonRetryable()).isFalse();
    assertThat(failure.getOriginalMessage()).contains("1 rows failed, 9 of 10 are kept");
    assertThat(stored()).hasSize(9);
  }

  @Test
  void whereNothingWorksOneAsksBeforeAllRowsHaveFailed() throws IOException {
    endpoints.answer = () -> CompletableFuture.failedFuture(down);

    fails(500, 4, row -> starts.size() > 20 ? hangs() : failed(down));

    assertThat(endpoints.questions).hasValue(1);
    assertThat(stored()).isEmpty();
  }

  @Test
  void aRateLimitIsNoTry() throws IOException {
    ApplicationFailure limited = ofTheJudge("RATE_LIMITED", "slow down");
    limited.setNextRetryDelay(Duration.ofMillis(2));

    run(4, 2, row -> row.equals(BAD) && starts(BAD) < 7 ? failed(limited) : made(row));

    assertThat(starts.get(BAD)).hasValue(7);
    assertThat(errors()).isEmpty();
    assertThat(endpoints.questions).hasValue(0);
  }

  @Test
  void aFailureAfterAWaitAsksAtOnce() throws IOException {
    ApplicationFailure open = ofTheJudge("ENDPOINT_UNAVAILABLE", "is not asked for a while");
    open.setNextRetryDelay(Duration.ofMillis(1));
    AtomicInteger questions = new AtomicInteger();
    endpoints.answer =
        () -> CompletableFuture.failedFuture(questions.incrementAndGet() < 3 ? open : down);
    AtomicInteger asked = new AtomicInteger();

    ApplicationFailure failure =
        fails(
            200,
            64,
            row -> {
              int call = asked.incrementAndGet();
              return call > 60 ? hangs() : failed(call % 2 == 0 ? down : open);
            });

    assertThat(failure.getType()).isEqualTo("PLATFORM/ENDPOINT_UNAVAILABLE");
    assertThat(questions).as("waits for the trial call").hasValue(3);
  }

  @Test
  void aRefusedRowIsQuarantinedOnceOthersAreAnswered() throws IOException {
    run(
        10,
        1,
        row -> {
          endpoints.answersOthers = !row.equals(BAD) && !row.equals("0");
          return row.equals("0") || row.equals(BAD) ? refused(row) : made(row);
        });

    assertThat(errors()).containsExactly("BAD_REQUEST: 0", "BAD_REQUEST: 3");
    assertThat(endpoints.questions).hasValue(0);
  }

  @Test
  void whereEveryRowIsRefusedNothingIsStoredAndAPersonMustAct() throws IOException {
    ApplicationFailure failure = fails(10, 16, RowFaultsTest::refused);

    assertThat(failure.getType()).isEqualTo("PLATFORM/ENDPOINT_REFUSED");
    assertThat(failure.isNonRetryable()).isTrue();
    assertThat(failure.getOriginalMessage())
        .contains("10 were refused", "odd row", "resume the run", "0 of 10 are kept");
    assertThat(stored()).isEmpty();
    assertThat(starts.values()).allSatisfy(times -> assertThat(times).hasValue(1));
  }

  @Test
  void aRowThatWasAnsweredEarlierIsReasonToAskWhetherTheLastOnesAreToBlame() throws IOException {
    PairingRecord before =
        NumberedWork.record("0").toBuilder().setUsage(Usage.newBuilder().setCalls(1)).build();
    log().append(List.of(ByteString.copyFromUtf8(ProtoJson.print(before))));

    run(2, 4, RowFaultsTest::refused);

    assertThat(errors()).containsExactly("BAD_REQUEST: 1");
    assertThat(endpoints.questions).hasValue(1);
  }

  @Test
  void anEndpointThatRefusesEvenAControlQuestionRefusesThemAll() throws IOException {
    endpoints.hasAnswered = true;
    endpoints.answer =
        () ->
            CompletableFuture.failedFuture(
                new UselessAnswerException("BAD_REQUEST", "response_format is unknown"));

    ApplicationFailure failure = fails(3, 4, row -> row.equals("0") ? made(row) : refused(row));

    assertThat(failure.getType()).isEqualTo("PLATFORM/ENDPOINT_REFUSED");
    assertThat(failure.getOriginalMessage())
        .contains("response_format is unknown", "1 of 3 are kept");
    assertThat(stored()).hasSize(1);
  }

  @Test
  void answerToAQuestionSaysNothingOfWhatIsRefusedLater() throws IOException {
    endpoints.hasAnswered = true;
    CompletableFuture<PairingRecord> late = new CompletableFuture<>();
    endpoints.answer =
        () -> {
          late.completeExceptionally(refusal("9"));
          return CompletableFuture.completedFuture(null);
        };

    run(10, 2, row -> row.equals("9") ? late : row.equals(BAD) ? failed(down) : made(row));

    assertThat(errors()).containsExactly("ENDPOINT_UNAVAILABLE: answered 500", "BAD_REQUEST: 9");
    assertThat(endpoints.questions).as("one for each").hasValue(2);
  }

  @Test
  void manyRefusedRowsAreReasonToAskEarly() throws IOException {
    endpoints.answer =
        () -> CompletableFuture.failedFuture(new UselessAnswerException("BAD_REQUEST", "no"));

    ApplicationFailure failure = fails(500, 4, row -> starts.size() > 20 ? hangs() : refused(row));

    assertThat(failure.getType()).isEqualTo("PLATFORM/ENDPOINT_REFUSED");
  }

  @Test
  void aFailureThatIsNotRetriedEndsTheAttempt() throws IOException {
    ApplicationFailure refused = ofTheJudge("ENDPOINT_REFUSED", "answered 401");
    refused.setNonRetryable(true);

    ApplicationFailure failure =
        fails(
            100,
            1,
            row -> row.equals("4") ? hangs() : row.equals(BAD) ? failed(refused) : made(row));

    assertThat(failure.getType()).isEqualTo("PLATFORM/ENDPOINT_REFUSED");
    assertThat(failure.isNonRetryable()).isTrue();
    assertThat(starts.get(BAD)).hasValue(1);
  }

  @Test
  void aDefectThatOneRowShowsIsThatRowsProblem() throws IOException {
    run(
        10,
        2,
        row -> {
          if (row.equals(BAD)) {
            throw new StackOverflowError("a pattern that backtracks");
          }
          return made(row);
        });

    assertThat(errors())
        .containsExactly("UNEXPECTED: java.lang.StackOverflowError: a pattern that backtracks");
  }

  @Test
  void aRecordThatCannotBeWrittenIsQuarantined() throws IOException {
    outcome =
        rowRecord -> {
          if (rowRecord.getRejectionsCount() > 0) {
            throw new IllegalStateException("cannot be told");
          }
          return "MADE";
        };
    String large = "x".repeat(RowLine.LONGEST_BYTES);

    run(
        5,
        2,
        row ->
            switch (row) {
              case "1" ->
                  CompletableFuture.completedFuture(
                      NumberedWork.record(row).toBuilder().addRejections("R").build());
              case "2" ->
                  CompletableFuture.completedFuture(
                      NumberedWork.record(row).toBuilder().setError(large).build());
              default -> made(row);
            });

    assertThat(errors()).hasSize(2);
    assertThat(errors().get(0)).startsWith("UNWRITABLE: ").contains("cannot be told");
    assertThat(errors().get(1)).startsWith("UNWRITABLE: ").contains("expected: at most 8388608");
    assertThat(starts.values()).allSatisfy(times -> assertThat(times).hasValue(1));
  }

  @Test
  void exhaustedMemoryIsNoRowsFault() throws IOException {
    for (boolean thrown : new boolean[] {true, false}) {
      OutOfMemoryError error = new OutOfMemoryError("scripted");
      assertThatThrownBy(
              () ->
                  runner(
                          10,
                          1,
                          row -> {
                            if (row.equals(BAD) && thrown) {
                              throw error;
                            }
                            return row.equals(BAD)
                                ? CompletableFuture.failedFuture(error)
                                : made(row);
                          })
                      .run())
          .isSameAs(error);
    }
    assertThat(stored())
        .as("what was finished is kept")
        .extracting(PairingRecord::getSampleId)
        .contains("0", "1", "2");
  }

  private int starts(String row) {
    AtomicInteger times = starts.get(row);
    return times == null ? 0 : times.get();
  }

  private static CompletableFuture<PairingRecord> made(String row) {
    return CompletableFuture.completedFuture(NumberedWork.record(row));
  }

  private static CompletableFuture<PairingRecord> failed(Throwable thrown) {
    return CompletableFuture.failedFuture(thrown);
  }

  /** The attempt has to end without it. */
  private static CompletableFuture<PairingRecord> hangs() {
    return new CompletableFuture<>();
  }

  private static CompletableFuture<PairingRecord> refused(String row) {
    return CompletableFuture.failedFuture(refusal(row));
  }

  private static RefusedByEndpointException refusal(String row) {
    PairingRecord quarantined =
        NumberedWork.record(row).toBuilder().setError("BAD_REQUEST: " + row).build();
    return new RefusedByEndpointException(quarantined, "odd row");
  }

  private static ApplicationFailure ofTheJudge(String type, String message) {
    return Failures.platform(type, message, Status.UNAVAILABLE.asRuntimeException());
  }

  private ApplicationFailure fails(
      int rows, int concurrency, Function<String, CompletableFuture<PairingRecord>> work) {
    return catchThrowableOfType(
        ApplicationFailure.class, () -> runner(rows, concurrency, work).run());
  }

  private void run(
      int rows, int concurrency, Function<String, CompletableFuture<PairingRecord>> work)
      throws IOException {
    assertThat(runner(rows, concurrency, work).run().rows()).isEqualTo(rows);
    assertThat(records())
        .extracting(PairingRecord::getSampleId)
        .isEqualTo(IntStream.range(0, rows).mapToObj(String::valueOf).toList());
  }

  private ShardRunner<String, PairingRecord> runner(
      int rows, int concurrency, Function<String, CompletableFuture<PairingRecord>> work)
      throws IOException {
    NumberedWork counted =
        new NumberedWork(
            rowRecord -> {
              String row = rowRecord.getSampleId();
              starts.computeIfAbsent(row, first -> new AtomicInteger()).incrementAndGet();
              return work.apply(row);
            });
    return new ShardRunner<>(
        engine.engine,
        new ShardJob<>(
            "test",
            log(),
            TestInputs.of(
                IntStream.range(0, rows).mapToObj(String::valueOf).toList(), counted::key),
            counted,
            rowRecord -> outcome.apply(rowRecord),
            PairingRecord::getUsage,
            concurrency),
        Optional.empty(),
        endpoints,
        Double.POSITIVE_INFINITY,
        () -> {},
        progress -> {});
  }

  private RowLog<PairingRecord> log() {
    return new RowLog<>(store, uri, PairingRecord::newBuilder, PairingRecord::getKey);
  }

  private List<PairingRecord> stored() throws IOException {
    List<PairingRecord> stored = Collections.synchronizedList(new java.util.ArrayList<>());
    log().read(() -> {}, stored::add);
    return stored;
  }

  private List<PairingRecord> records() throws IOException {
    return ShardRecords.read(store, uri, PairingRecord::newBuilder);
  }

  private List<String> errors() throws IOException {
    return records().stream()
        .map(PairingRecord::getError)
        .filter(error -> !error.isEmpty())
        .toList();
  }
}

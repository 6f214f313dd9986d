package io.retort.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.retort.failure.Failures;
import io.retort.store.FaultyStore;
import io.retort.store.ProtoJson;
import io.retort.store.Rows;
import io.retort.store.Store;
import io.retort.v1.PairingRecord;
import io.retort.v1.ShardProgress;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ShardRunnerTest {
  private static final String STAGE = "test";

  private final TestEngine engine = new TestEngine();
  private final List<ShardProgress> heartbeats = new CopyOnWriteArrayList<>();
  private Path folder;
  private Store store;

  @BeforeEach
  void start(@TempDir Path temporary) {
    folder = temporary;
    store = Store.open("file://" + folder);
  }

  @AfterEach
  void stop() {
    engine.close();
  }

  @Test
  void rowsThatNeedNoCallDoNotNest() throws IOException {
    NumberedWork work = new NumberedWork(CompletableFuture::completedFuture);

    assertThat(run(store, 20_000, 16, work)).isEqualTo(20_000);

    assertThat(records())
        .extracting(PairingRecord::getSampleId)
        .isEqualTo(IntStream.range(0, 20_000).mapToObj(String::valueOf).toList());
    assertThat(heartbeats.get(heartbeats.size() - 1).getDone()).isEqualTo(20_000);
  }

  @Test
  void neverMoreRowsUnderWayThanAllowed() throws IOException {
    AtomicInteger underWay = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    NumberedWork work =
        new NumberedWork(
            record ->
                CompletableFuture.supplyAsync(
                    () -> {
                      most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
                      underWay.decrementAndGet();
                      return record;
                    }));

    run(store, 500, 3, work);

    assertThat(most.get()).isBetween(1, 3);
  }

  @Test
  void crashBeforeTheCommitLosesNothing() throws IOException {
    NumberedWork work = new NumberedWork(CompletableFuture::completedFuture);
    Store crashing = refusing(store, uri -> uri.contains("/part-"));
    assertThatThrownBy(() -> run(crashing, 50, 4, work))
        .isInstanceOf(ApplicationFailure.class)
        .hasMessageContaining("intercepted");
    assertThat(work.asked).hasSize(50);

    assertThat(run(store, 50, 4, work)).isEqualTo(50);

    assertThat(work.asked).as("nothing is asked twice").hasSize(50);
    assertThat(store.list(uri())).hasSize(2).contains("manifest.json");
  }

  @Test
  void partThatCannotBeReadIsMadeAgain() throws IOException {
    Files.createDirectories(folder.resolve("shard"));
    Files.write(folder.resolve("shard/rows-0badc0de-000000.jsonl.zst"), new byte[] {1, 2, 3});
    Files.write(folder.resolve("shard/rows-0badc0df-000000.jsonl.zst"), new byte[0]);
    store.write(
        uri() + "/rows-1-000000.jsonl.zst", Rows.content(List.of(NumberedWork.record("3"))));
    NumberedWork work = new NumberedWork(CompletableFuture::completedFuture);

    assertThat(run(store, 5, 2, work)).isEqualTo(5);

    assertThat(work.asked).containsExactlyInAnyOrder("0", "1", "2", "4");
  }

  @Test
  void failedWriteIsTriedOnceMoreBeforeGivingUp() throws IOException {
    AtomicInteger writes = new AtomicInteger();
    Store flaky = refusing(store, uri -> uri.contains("/rows-") && writes.getAndIncrement() == 0);
    NumberedWork work = new NumberedWork(CompletableFuture::completedFuture);

    assertThatThrownBy(() -> run(flaky, 5, 8, work)).isInstanceOf(ApplicationFailure.class);
    int asked = work.asked.size();
    assertThat(run(store, 5, 8, work)).isEqualTo(5);

    assertThat(work.asked).as("the rows of the failed write were kept").hasSize(5);
    assertThat(asked).isPositive();
  }

  @Test
  void twoAttemptsAtOnceCommitOnce() throws IOException {
    RowLog<PairingRecord> one = log(store);
    RowLog<PairingRecord> other = log(store);
    one.append(List.of(line(NumberedWork.record("0"))));
    other.append(List.of(line(NumberedWork.record("0"))));
    PairingRecord first = NumberedWork.record("0").toBuilder().setError("first").build();

    assertThat(one.commit(1, Rows.content(List.of(first))))
        .isEqualTo(other.commit(1, Rows.content(List.of(NumberedWork.record("0")))));

    assertThat(records()).containsExactly(first);
    assertThat(store.list(uri())).hasSize(2);
  }

  @Test
  void failureIsNeverARecord() throws IOException {
    Set<String> failing = ConcurrentHashMap.newKeySet();
    failing.addAll(Set.of("0", "1", "2"));
    NumberedWork work =
        new NumberedWork(
            record ->
                failing.contains(record.getSampleId())
                    ? CompletableFuture.failedFuture(Failures.platform("DOWN", "down", null))
                    : CompletableFuture.completedFuture(record));

    assertThatThrownBy(() -> run(store, 3, 4, work))
        .isInstanceOf(ApplicationFailure.class)
        .hasMessageContaining("3 rows failed, 0 of 3 are kept");
    assertThat(stored()).isEmpty();
    failing.clear();
    work.asked.clear();
    assertThat(run(store, 3, 4, work)).isEqualTo(3);
    assertThat(work.asked).hasSize(3);
  }

  @Test
  void rowThatThrowsIsAFailureToo() throws IOException {
    NumberedWork work =
        new NumberedWork(
            record -> {
              throw new IllegalStateException("a defect");
            });

    assertThatThrownBy(() -> run(store, 1, 1, work))
        .isInstanceOf(ApplicationFailure.class)
        .hasMessageContaining("a defect");
  }

  @Test
  void emptyShardIsCommitted() throws IOException {
    assertThat(run(store, 0, 4, new NumberedWork(CompletableFuture::completedFuture))).isZero();
  }

  @Test
  void metricsCountRowsByOutcome() throws IOException {
    run(store, 10, 4, new NumberedWork(CompletableFuture::completedFuture));

    java.io.ByteArrayOutputStream output = new java.io.ByteArrayOutputStream();
    io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter.create()
        .write(output, engine.registry.scrape());
    assertThat(output.toString(java.nio.charset.StandardCharsets.UTF_8))
        .contains("retort_rows_total{outcome=\"MADE\",stage=\"test\"} 10.0")
        .contains("retort_rows_in_flight{stage=\"test\"} 0.0")
        .contains("retort_shard_seconds_count{stage=\"test\"} 1");
  }

  private long run(Store where, int rows, int concurrency, NumberedWork work) throws IOException {
    List<String> inputs = IntStream.range(0, rows).mapToObj(String::valueOf).toList();
    ShardJob<String, PairingRecord> job =
        new ShardJob<>(
            STAGE,
            log(where),
            TestInputs.of(inputs, work::key),
            work,
            record -> "MADE",
            PairingRecord::getUsage,
            concurrency);
    return new ShardRunner<>(
            engine.engine,
            job,
            Optional.empty(),
            new ScriptedEndpoints(),
            Double.POSITIVE_INFINITY,
            () -> {},
            heartbeats::add)
        .run()
        .rows();
  }

  private RowLog<PairingRecord> log(Store where) {
    return new RowLog<>(where, uri(), PairingRecord::newBuilder, PairingRecord::getKey);
  }

  private List<PairingRecord> stored() throws IOException {
    List<PairingRecord> stored = new ArrayList<>();
    log(store).read(() -> {}, stored::add);
    return stored;
  }

  private static ByteString line(PairingRecord rowRecord) {
    return ByteString.copyFromUtf8(ProtoJson.print(rowRecord));
  }

  private List<PairingRecord> records() throws IOException {
    return ShardRecords.read(store, uri(), PairingRecord::newBuilder);
  }

  private String uri() {
    return "file://" + folder + "/shard";
  }

  /** A store that refuses some writes. */
  private static Store refusing(Store store, Predicate<String> refused) {
    return new FaultyStore(
        store,
        (operation, uri) -> {
          if (operation == FaultyStore.Operation.WRITE && refused.test(uri)) {
            throw new IOException("intercepted");
          }
        });
  }
}

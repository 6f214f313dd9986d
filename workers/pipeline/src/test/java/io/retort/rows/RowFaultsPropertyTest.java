package io.retort.rows;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import io.retort.cache.CachedCalls;
import io.retort.cache.CallLog;
import io.retort.cache.ResponseCache;
import io.retort.failure.Failures;
import io.retort.judge.client.EndpointDescriptions;
import io.retort.judge.client.JudgeCalls;
import io.retort.judge.client.JudgeMethod;
import io.retort.judge.client.UselessAnswerException;
import io.retort.store.FaultyStore;
import io.retort.store.Hashes;
import io.retort.store.Store;
import io.retort.v1.EvaluateRequest;
import io.retort.v1.EvaluateResponse;
import io.retort.v1.JudgeContext;
import io.retort.v1.PairingRecord;
import io.retort.v1.Provenance;
import io.retort.v1.Usage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;

/**
 * For all faults of rows and attempts: one outcome per row, no row stored twice, and no finished
 * row processed again.
 */
final class RowFaultsPropertyTest {
  /**
   * The outcomes of the calls of one row: a number of failures, then a usable or unusable answer.
   */
  record Row(int failures, boolean useless) {}

  enum Fault {
    NONE,
    /** The store accepts this number of writes and no more, as if the process were dead. */
    STORE_ENDS,
    /** The attempt is cancelled after this number of heartbeats. */
    CANCELLED
  }

  /** One attempt, or two concurrent ones. */
  record Attempt(Fault fault, int after, boolean twice) {}

  @Provide
  Arbitrary<List<Row>> rows() {
    return Combinators.combine(
            Arbitraries.frequency(Tuple.of(6, 0), Tuple.of(2, 1), Tuple.of(1, 3)),
            Arbitraries.of(true, false, false))
        .as(Row::new)
        .list()
        .ofMinSize(0)
        .ofMaxSize(30);
  }

  @Provide
  Arbitrary<List<Attempt>> attempts() {
    return Combinators.combine(
            Arbitraries.of(Fault.class),
            Arbitraries.integers().between(0, 20),
            Arbitraries.of(true, false))
        .as(Attempt::new)
        .list()
        .ofMinSize(0)
        .ofMaxSize(5);
  }

  @Property(tries = 60, shrinking = ShrinkingMode.BOUNDED)
  void everyRowEndsOnceAndIsAskedNoMoreThanItMust(
      @ForAll("rows") List<Row> rows, @ForAll("attempts") List<Attempt> attempts) throws Exception {
    Path folder = Files.createTempDirectory("retort-rows");
    try (TestEngine engine = new TestEngine()) {
      Shard shard = new Shard(engine, Store.open("file://" + folder), "file://" + folder, rows);
      for (Attempt attempt : attempts) {
        shard.suffer(attempt);
      }
      shard.finish();
      shard.check();
      shard.checkThatAnotherRunAsksOnlyForWhatIsNotKept();
    } finally {
      deleteAll(folder);
    }
  }

  private static final class Shard {
    private final TestEngine engine;
    private final Store store;
    private final String root;
    private final List<Row> rows;
    private final List<AtomicInteger> failuresLeft = new ArrayList<>();
    private final Queue<String> asked = new ConcurrentLinkedQueue<>();
    private final Queue<String> called = new ConcurrentLinkedQueue<>();

    Shard(TestEngine engine, Store store, String root, List<Row> rows) {
      this.engine = engine;
      this.store = store;
      this.root = root;
      this.rows = rows;
      for (int row = 0; row < rows.size(); row++) {
        failuresLeft.add(new AtomicInteger(rows.get(row).failures()));
      }
    }

    void suffer(Attempt attempt) throws Exception {
      Set<String> finished = finishedRows();
      asked.clear();
      List<Thread> threads = new ArrayList<>();
      for (int copy = 0; copy < (attempt.twice() ? 2 : 1); copy++) {
        threads.add(new Thread(() -> tryOnce(attempt)));
      }
      threads.forEach(Thread::start);
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(asked).as("finished rows are not asked again").noneMatch(finished::contains);
    }

    void finish() throws IOException {
      for (int attempt = 0; attempt < 40; attempt++) {
        Set<String> finished = finishedRows();
        asked.clear();
        boolean ended = tryOnce(new Attempt(Fault.NONE, 0, false));
        assertThat(asked).noneMatch(finished::contains);
        assertThat(inputs())
            .allSatisfy(
                row ->
                    assertThat(Collections.frequency(asked, row))
                        .isLessThanOrEqualTo(RowFaults.MOST_TRIES));
        if (ended) {
          return;
        }
      }
      throw new AssertionError("the shard does not end");
    }

    void check() throws IOException {
      List<PairingRecord> records =
          ShardRecords.read(store, root + "/shard", PairingRecord::newBuilder);
      assertThat(records)
          .extracting(PairingRecord::getSampleId)
          .containsExactlyElementsOf(inputs());
      for (int row = 0; row < rows.size(); row++) {
        String error = records.get(row).getError();
        if (rows.get(row).failures() >= RowFaults.MOST_TRIES && error.equals("DOWN: down")) {
          continue;
        }
        assertThat(error).isEqualTo(rows.get(row).useless() ? "UNPARSED" : "");
        assertThat(records.get(row).getUsage().getCost())
            .as("paid for once, whichever attempt paid")
            .isEqualTo(rows.get(row).useless() ? 0 : 2);
      }
      assertThat(store.list(root + "/shard")).hasSize(2).contains("manifest.json");
    }

    void checkThatAnotherRunAsksOnlyForWhatIsNotKept() throws IOException {
      called.clear();
      ResponseCache other = new ResponseCache(store);
      other.refresh(root + "/cache/" + folder(), () -> {});
      runner(store, "/another", other, () -> {}).run();

      assertThat(called)
          .as("useless answers are not kept")
          .containsExactlyInAnyOrderElementsOf(
              inputs().stream().filter(row -> rows.get(Integer.parseInt(row)).useless()).toList());
    }

    private boolean tryOnce(Attempt attempt) {
      AtomicInteger left = new AtomicInteger(attempt.after());
      Store mortal = attempt.fault() == Fault.STORE_ENDS ? mortal(store, left) : store;
      Runnable heartbeat =
          attempt.fault() == Fault.CANCELLED
              ? () -> {
                if (left.getAndDecrement() <= 0) {
                  throw new IllegalStateException("cancelled");
                }
              }
              : () -> {};
      try {
        runner(mortal, "/shard", new ResponseCache(mortal), heartbeat).run();
        return true;
      } catch (RuntimeException | IOException e) {
        return false;
      }
    }

    private ShardRunner<String, PairingRecord> runner(
        Store where, String shard, ResponseCache cache, Runnable heartbeat) throws IOException {
      CallLog log = new CallLog(where, root + shard, cache, root + "/cache");
      JudgeCalls calls =
          new CachedCalls(
              new FaultyCalls(), log, Optional.of(cache), new EndpointDescriptions(Map.of()));
      return new ShardRunner<>(
          engine.engine,
          new ShardJob<>(
              "test",
              new RowLog<>(where, root + shard, PairingRecord::newBuilder, PairingRecord::getKey),
              TestInputs.of(inputs(), Hashes::sha256Hex),
              new Work(calls),
              record -> "MADE",
              PairingRecord::getUsage,
              4),
          Optional.of(log),
          new ScriptedEndpoints(),
          Double.POSITIVE_INFINITY,
          () -> {},
          progress -> heartbeat.run());
    }

    private List<String> inputs() {
      return IntStream.range(0, rows.size()).mapToObj(String::valueOf).toList();
    }

    private Set<String> finishedRows() throws IOException {
      if (store.exists(root + "/shard/manifest.json")) {
        return new HashSet<>(inputs());
      }
      Set<String> finished = new HashSet<>();
      new RowLog<PairingRecord>(
              store, root + "/shard", PairingRecord::newBuilder, PairingRecord::getKey)
          .read(() -> {}, record -> finished.add(record.getSampleId()));
      return finished;
    }

    private static String folder() {
      return CachedCalls.folder(new EndpointDescriptions(Map.of()), "judge", JudgeMethod.EVALUATE);
    }

    /** Makes two calls per row, so that an attempt may end between them. */
    private final class Work implements RowWork<String, PairingRecord> {
      private final JudgeCalls calls;

      Work(JudgeCalls calls) {
        this.calls = calls;
      }

      @Override
      public String key(String row) {
        return Hashes.sha256Hex(row);
      }

      @Override
      public CompletableFuture<PairingRecord> start(String row) {
        asked.add(row);
        return calls
            .evaluate(request(row, "first"))
            .thenCompose(
                first ->
                    calls
                        .evaluate(request(row, "second"))
                        .thenApply(
                            second -> record(row, UsageSums.sum(usage(first), usage(second)), "")))
            .exceptionallyCompose(
                thrown -> {
                  Throwable cause =
                      thrown instanceof CompletionException ? thrown.getCause() : thrown;
                  return cause instanceof UselessAnswerException useless
                      ? CompletableFuture.completedFuture(
                          record(row, Usage.getDefaultInstance(), useless.reason()))
                      : CompletableFuture.failedFuture(thrown);
                });
      }

      @Override
      public PairingRecord quarantined(String row, String reason, String message) {
        return record(row, Usage.getDefaultInstance(), reason + ": " + message);
      }

      private PairingRecord record(String row, Usage usage, String error) {
        return PairingRecord.newBuilder()
            .setKey(key(row))
            .setSampleId(row)
            .setUsage(usage)
            .setError(error)
            .build();
      }

      private Usage usage(EvaluateResponse response) {
        return response.getProvenance().getUsage();
      }

      private EvaluateRequest request(String row, String chain) {
        return EvaluateRequest.newBuilder()
            .setContext(JudgeContext.newBuilder().setEndpoint("judge").setRow(row))
            .setProblem(row)
            .setChain(chain)
            .build();
      }
    }

    private final class FaultyCalls implements JudgeCalls {
      @Override
      public <Q extends Message, A extends Message> CompletableFuture<A> call(
          JudgeMethod<Q, A> method, Q request) {
        EvaluateRequest evaluate = (EvaluateRequest) request;
        String row = evaluate.getProblem();
        boolean second = evaluate.getChain().equals("second");
        if (second && failuresLeft.get(Integer.parseInt(row)).getAndDecrement() > 0) {
          return CompletableFuture.failedFuture(Failures.platform("DOWN", "down", null));
        }
        if (!second) {
          called.add(row);
        }
        if (rows.get(Integer.parseInt(row)).useless()) {
          return CompletableFuture.failedFuture(new UselessAnswerException("UNPARSED", "useless"));
        }
        @SuppressWarnings("unchecked")
        A answer =
            (A)
                EvaluateResponse.newBuilder()
                    .setProvenance(
                        Provenance.newBuilder().setUsage(Usage.newBuilder().setCalls(1).setCost(1)))
                    .build();
        return CompletableFuture.supplyAsync(() -> answer, engine.executor);
      }
    }
  }

  /** A store that accepts some changes and then fails all others. */
  private static Store mortal(Store store, AtomicInteger left) {
    return new FaultyStore(
        store,
        (operation, uri) -> {
          if (left.getAndDecrement() <= 0) {
            throw new IOException("the process is dead");
          }
        });
  }

  private static void deleteAll(Path folder) throws IOException {
    try (Stream<Path> tree = Files.walk(folder)) {
      tree.sorted(Comparator.reverseOrder())
          .forEach(
              path -> {
                try {
                  Files.deleteIfExists(path);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }
}

package io.retort.trigger;

import io.retort.failure.Failures;
import io.retort.v1.CheckWatchedDataRequest;
import io.retort.v1.CheckWatchedDataResponse;
import io.retort.v1.FireScheduledRequest;
import io.retort.v1.FireScheduledResponse;
import io.retort.v1.FireWatchedRequest;
import io.retort.v1.FireWatchedResponse;
import io.retort.v1.FiringOutcome;
import io.retort.v1.LookAtWatchedDataRequest;
import io.retort.v1.LookAtWatchedDataResponse;
import io.retort.v1.TriggerFiring;
import io.temporal.failure.ApplicationFailure;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A folder whose files the test changes, and objects in memory. */
final class FakeWatchedFolder implements WatchActivities {
  /** Versions by paths. */
  final Map<String, String> files = new ConcurrentHashMap<>();

  /** Version of {@code growing.jsonl} at a time; null for none. */
  volatile @Nullable LongFunction<String> growing;

  volatile @Nullable ApplicationFailure failure;
  volatile boolean deleted;
  final AtomicInteger looks = new AtomicInteger();

  /** Files by the names of objects. */
  final Map<String, Set<String>> objects = new ConcurrentHashMap<>();

  /** What became of firings; LAUNCHED by default. */
  final Queue<FiringOutcome> outcomes = new ConcurrentLinkedQueue<>();

  final AtomicInteger deferred = new AtomicInteger();

  /** Firings whose answer does not arrive. */
  final AtomicInteger lostAnswers = new AtomicInteger();

  final List<FireWatchedRequest> attempts = new CopyOnWriteArrayList<>();
  final List<FireWatchedRequest> fired = new CopyOnWriteArrayList<>();
  final List<Long> firedAt = new CopyOnWriteArrayList<>();
  private final Map<String, Set<String>> everWritten = new ConcurrentHashMap<>();
  private final LongSupplier clock;

  FakeWatchedFolder(LongSupplier clock) {
    this.clock = clock;
  }

  /** As "path version". */
  Set<String> firedFiles(int index) {
    return everWritten.getOrDefault(fired.get(index).getFound(), Set.of());
  }

  @Override
  public LookAtWatchedDataResponse lookAtWatchedData(LookAtWatchedDataRequest request) {
    looks.incrementAndGet();
    ApplicationFailure thrown = failure;
    if (thrown != null) {
      throw thrown;
    }
    Set<String> present = present();
    LookAtWatchedDataResponse.Builder response =
        LookAtWatchedDataResponse.newBuilder().setFiles(present.size()).setSeen(request.getSeen());
    if (request.getSeen().isEmpty()) {
      objects.clear();
      boolean all = request.getSource().getIncludeExisting();
      response.setSeen(write("seen", all ? Set.of() : present));
    }
    Set<String> seen = objects.getOrDefault(response.getSeen(), Collections.emptySet());
    Set<String> fresh = new TreeSet<>(present);
    fresh.removeAll(seen);
    if (!fresh.isEmpty()) {
      response.setFound(name("found", fresh)).setNewFiles(fresh.size());
      if (response.getFound().equals(request.getExpected())) {
        Set<String> next = new TreeSet<>(seen);
        next.addAll(present);
        response.setFound(write("found", fresh)).setNextSeen(write("seen", next));
      }
    }
    request.getObsoleteList().forEach(objects::remove);
    return response.build();
  }

  @Override
  public CheckWatchedDataResponse checkWatchedData(CheckWatchedDataRequest request) {
    throw new UnsupportedOperationException();
  }

  private Set<String> present() {
    Map<String, String> present = new TreeMap<>(files);
    LongFunction<String> grows = growing;
    if (grows != null) {
      present.put("growing.jsonl", grows.apply(clock.getAsLong()));
    }
    Set<String> all = new TreeSet<>();
    present.forEach((path, version) -> all.add(path + " " + version));
    return all;
  }

  private String write(String kind, Set<String> content) {
    objects.put(name(kind, content), content);
    everWritten.put(name(kind, content), content);
    return name(kind, content);
  }

  private static String name(String kind, Set<String> content) {
    return kind + " " + content;
  }

  /** The control plane. */
  final class FakeTriggers implements TriggerActivities {
    @Override
    public FireScheduledResponse fireScheduled(FireScheduledRequest request) {
      throw new UnsupportedOperationException();
    }

    @Override
    public FireWatchedResponse fireWatched(FireWatchedRequest request) {
      if (deleted) {
        throw Failures.user(TRIGGER_NOT_FOUND, "no such trigger");
      }
      attempts.add(request);
      if (lostAnswers.getAndDecrement() > 0) {
        throw Failures.platform("LAUNCH", "down", new IllegalStateException("down"));
      }
      if (deferred.getAndDecrement() > 0) {
        return FireWatchedResponse.getDefaultInstance();
      }
      fired.add(request);
      firedAt.add(clock.getAsLong());
      FiringOutcome outcome = outcomes.poll();
      return FireWatchedResponse.newBuilder()
          .setFiring(
              TriggerFiring.newBuilder()
                  .setOutcome(outcome == null ? FiringOutcome.FIRING_OUTCOME_LAUNCHED : outcome))
          .build();
    }
  }
}

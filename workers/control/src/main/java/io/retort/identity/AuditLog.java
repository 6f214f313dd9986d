package io.retort.identity;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.retort.store.ProtoJson;
import io.retort.v1.AuditAction;
import io.retort.v1.AuditEntry;
import io.retort.v1.AuditHead;
import io.retort.worker.DaemonThreads;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the audit log: a chain of its own for each process, so that several never wait for each
 * other. Entries are written within {@link #PERIOD}; while the store cannot be written they are
 * kept and tried again, and once too many wait, calls that change something are refused.
 */
public final class AuditLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);
  private static final Duration PERIOD = Duration.ofSeconds(1);
  private static final int MOST_WAITING = 10_000;
  private static final Duration COUNTED_FOR = Duration.ofMinutes(1);
  private static final int LARGEST_OBJECT = 1000;
  private static final int LAST_ATTEMPTS = 3;
  private static final DateTimeFormatter START =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final AuditChains chains;
  private final Clock clock;
  private final String chain;
  private final ScheduledExecutorService writer =
      Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("audit"));

  /** Guarded by this. Equal refusals are one entry: a flood of them cannot fill the store. */
  private final Map<Object, AuditEntry.Builder> waiting = new LinkedHashMap<>();

  /** Guarded by this. */
  private final Map<AuditEntry, AuditEntry.Builder> counted = new LinkedHashMap<>();

  /** Lines that the store has not taken yet. Touched by the writer alone, as are all below. */
  private final List<String> unwritten = new ArrayList<>();

  private long firstUnwritten = 1;

  /** Lines of an attempt that failed: it may have written them, so the next is the same. */
  private int attempted;

  private long sequence;
  private String previous = "";
  private boolean begun;

  private AuditLog(AuditChains chains, Clock clock, SecureRandom random) {
    this.chains = chains;
    this.clock = clock;
    byte[] bytes = new byte[4];
    random.nextBytes(bytes);
    this.chain = START.format(clock.instant()) + "-" + HexFormat.of().formatHex(bytes);
  }

  /** Begins the chain of this process. */
  public static AuditLog start(AuditChains chains, Clock clock, SecureRandom random) {
    AuditLog log = new AuditLog(chains, clock, random);
    ScheduledFuture<?> unused =
        log.writer.scheduleWithFixedDelay(log::flush, 0, PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    return log;
  }

  /** Whether entries wait for the store in such a number that no more should come. */
  public synchronized boolean isFull() {
    return waiting.size() >= MOST_WAITING;
  }

  /** Adds a call. */
  public void add(AuditEntry call) {
    AuditEntry.Builder entry =
        call.toBuilder().setAction(AuditAction.AUDIT_ACTION_CALL).setAt(now()).setCount(1);
    synchronized (this) {
      boolean ok = call.getOutcome().equals("OK");
      // Refused calls that are equal but for their time share an entry.
      Object key = ok ? new Object() : call;
      AuditEntry.Builder earlier = waiting.get(key);
      if (earlier != null) {
        earlier.setCount(earlier.getCount() + 1);
      } else if (ok || waiting.size() < 2 * MOST_WAITING) {
        waiting.put(key, entry);
      } else {
        LOG.error("the audit log cannot be written; not kept: {}", ProtoJson.print(entry));
      }
    }
  }

  /**
   * Counts a refused call that anybody can make: equal ones are one entry for a minute, which has
   * the time of the first.
   *
   * @param call of which there are not many that differ, whoever calls
   */
  public synchronized void count(AuditEntry call) {
    AuditEntry.Builder earlier = counted.get(call);
    if (earlier != null) {
      earlier.setCount(earlier.getCount() + 1);
    } else if (counted.size() < MOST_WAITING) {
      counted.put(
          call, call.toBuilder().setAction(AuditAction.AUDIT_ACTION_CALL).setAt(now()).setCount(1));
    } else {
      LOG.error("too many different calls are refused; not kept: {}", ProtoJson.print(call));
    }
  }

  /** Writes what waits, and ends the chain. */
  @Override
  public void close() {
    writer.execute(this::stop);
    writer.shutdown();
    try {
      if (!writer.awaitTermination(30, TimeUnit.SECONDS)) {
        LOG.error("the audit log has not been written within 30 s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void stop() {
    for (int attempt = 0; attempt < LAST_ATTEMPTS && !begun; attempt++) {
      boolean unused = begin();
    }
    take(clock.instant());
    append(
        AuditEntry.newBuilder().setAction(AuditAction.AUDIT_ACTION_STOPPED).setAt(now()).build());
    for (int attempt = 0; attempt < LAST_ATTEMPTS && !unwritten.isEmpty(); attempt++) {
      write();
    }
    unwritten.forEach(line -> LOG.error("the audit log cannot be written; lost: {}", line));
  }

  private void flush() {
    try {
      if (begun || begin()) {
        takeWaiting();
        write();
      }
    } catch (RuntimeException e) {
      // An exception would end the schedule.
      LOG.error("the audit log cannot be written", e);
    }
  }

  private boolean begin() {
    try {
      List<AuditHead> heads = chains.heads();
      append(
          AuditEntry.newBuilder()
              .setAction(AuditAction.AUDIT_ACTION_STARTED)
              .setAt(now())
              .addAllHeads(heads)
              .build());
      begun = true;
      return true;
    } catch (IOException e) {
      LOG.warn("the audit log cannot be read; tried again each second", e);
      return false;
    }
  }

  private void takeWaiting() {
    if (unwritten.size() < LARGEST_OBJECT) {
      take(clock.instant().minus(COUNTED_FOR));
    }
  }

  /**
   * @param countedSince those that are counted since then, or longer, are written
   */
  private void take(Instant countedSince) {
    List<AuditEntry> taken = new ArrayList<>();
    synchronized (this) {
      counted
          .values()
          .removeIf(
              entry ->
                  Timestamps.toMillis(entry.getAt()) <= countedSince.toEpochMilli()
                      && taken.add(entry.build()));
      waiting.values().forEach(entry -> taken.add(entry.build()));
      waiting.clear();
    }
    taken.forEach(this::append);
  }

  private void append(AuditEntry entry) {
    sequence++;
    String line =
        ProtoJson.print(
            entry.toBuilder().setSequence(sequence).setPreviousSha256(previous).build());
    previous = TokenSecret.sha256(line);
    unwritten.add(line);
  }

  private void write() {
    while (!unwritten.isEmpty()) {
      attempted = attempted > 0 ? attempted : Math.min(LARGEST_OBJECT, unwritten.size());
      List<String> object = List.copyOf(unwritten.subList(0, attempted));
      try {
        chains.write(chain, firstUnwritten, object);
      } catch (IOException e) {
        LOG.warn("{} entries of the audit log wait for the store", unwritten.size(), e);
        return;
      }
      firstUnwritten += object.size();
      unwritten.subList(0, object.size()).clear();
      attempted = 0;
    }
  }

  private Timestamp now() {
    return Timestamps.fromMillis(clock.millis());
  }
}

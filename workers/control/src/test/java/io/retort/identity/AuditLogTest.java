package io.retort.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.retort.store.FaultyStore;
import io.retort.store.Store;
import io.retort.v1.AuditAction;
import io.retort.v1.AuditEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditLogTest {
  private final MovableClock clock = new MovableClock();
  private Path folder = Path.of("");
  private String storeUri = "";
  private AuditChains chains = new AuditChains(Store.open("file:///"), "");

  @BeforeEach
  void open(@TempDir Path store) {
    folder = store;
    storeUri = "file://" + store.toAbsolutePath();
    chains = new AuditChains(Store.open(storeUri), storeUri);
  }

  @Test
  void keepsEveryCallAndFoldsEqualRefusals() throws Exception {
    AuditLog log = AuditLog.start(chains, clock, new SecureRandom());
    log.add(call("ana", "RunService/CancelRun", "OK"));
    log.add(call("ana", "RunService/CancelRun", "OK"));
    for (int i = 0; i < 1000; i++) {
      log.add(call("eve", "RunService/CancelRun", "PERMISSION_DENIED"));
    }
    log.close();

    List<AuditEntry> entries = entries();
    assertThat(entries.get(0).getAction()).isEqualTo(AuditAction.AUDIT_ACTION_STARTED);
    assertThat(entries.get(entries.size() - 1).getAction())
        .isEqualTo(AuditAction.AUDIT_ACTION_STOPPED);
    assertThat(entries).filteredOn(entry -> entry.getCaller().equals("ana")).hasSize(2);
    assertThat(entries)
        .filteredOn(entry -> entry.getCaller().equals("eve"))
        .hasSizeLessThan(1000)
        .satisfies(
            refused ->
                assertThat(refused.stream().mapToInt(AuditEntry::getCount).sum()).isEqualTo(1000));
    AuditVerifier.Result result = new AuditVerifier(chains).verify();
    assertThat(result.problems()).isEmpty();
    assertThat(result.chains()).singleElement().satisfies(c -> assertThat(c.stopped()).isTrue());
  }

  @Test
  void aChangedEntryIsFound() throws Exception {
    write(3);
    for (Path object : objects()) {
      Files.writeString(object, Files.readString(object).replace("\"run-1\"", "\"run-9\""));
    }
    assertThat(new AuditVerifier(chains).verify().problems())
        .singleElement()
        .asString()
        .contains("the entry before it was changed");
  }

  @Test
  void anEntryThatIsCutOffIsFoundOnceAnotherProcessHasStarted() throws Exception {
    write(3);
    clock.advance(Duration.ofMinutes(1));
    write(1);
    Path chain = folder.resolve("access/audit").resolve(chains.chains().get(0));
    List<String> objects = chains.objects(chains.chains().get(0));
    Path last = chain.resolve(objects.get(objects.size() - 1));
    List<String> lines = Files.readAllLines(last);
    if (lines.size() > 1) {
      Files.write(last, lines.subList(0, lines.size() - 1));
    } else {
      Files.delete(last);
    }
    assertThat(new AuditVerifier(chains).verify().problems())
        .singleElement()
        .asString()
        .contains("entry 5 is missing (a later chain has seen it)");
    Store.open(storeUri).delete("file://" + chain.toAbsolutePath());
    assertThat(new AuditVerifier(chains).verify().problems())
        .singleElement()
        .asString()
        .contains("is missing (a later chain has seen it)");
  }

  @Test
  void nothingIsLostWhileTheStoreIsAway() throws Exception {
    AtomicBoolean away = new AtomicBoolean();
    CountDownLatch refused = new CountDownLatch(1);
    Store store =
        new FaultyStore(
            Store.open(storeUri),
            (operation, uri) -> {
              if (away.get()) {
                refused.countDown();
                throw new IOException("the store is away");
              }
            });
    away.set(true);
    AuditLog log = AuditLog.start(new AuditChains(store, storeUri), clock, new SecureRandom());
    log.add(call("ana", "RunService/PauseRun", "OK"));
    assertThat(refused.await(30, TimeUnit.SECONDS)).isTrue();
    away.set(false);
    log.close();
    assertThat(entries()).extracting(AuditEntry::getCaller).contains("ana");
    assertThat(new AuditVerifier(chains).verify().problems()).isEmpty();
  }

  @Test
  void anAttemptThatWroteWithoutKnowingItIsNotWrittenAgain() throws Exception {
    chains.write("20260301T120000Z-00000000", 1, List.of("{\"sequence\":\"1\"}"));
    chains.write("20260301T120000Z-00000000", 1, List.of("{\"sequence\":\"1\"}"));
    assertThat(objects()).hasSize(1);
  }

  @Test
  void refusalsThatAnybodyCanCauseAreOneEntryForAMinute() throws Exception {
    AuditLog log = AuditLog.start(chains, clock, new SecureRandom());
    for (int call = 0; call < 1000; call++) {
      log.count(call("", "/v1/hooks/", "UNAUTHENTICATED"));
    }
    log.count(call("", "/v1/hooks/", "RESOURCE_EXHAUSTED"));
    log.close();

    assertThat(entries())
        .filteredOn(entry -> entry.getMethod().equals("/v1/hooks/"))
        .extracting(AuditEntry::getOutcome, AuditEntry::getCount)
        .containsExactlyInAnyOrder(tuple("UNAUTHENTICATED", 1000), tuple("RESOURCE_EXHAUSTED", 1));
    assertThat(new AuditVerifier(chains).verify().problems()).isEmpty();
  }

  @Test
  void pagesReachEveryEntryOnce() throws Exception {
    write(5);
    clock.advance(Duration.ofMinutes(1));
    write(2);
    AuditPages pages = new AuditPages(chains);
    List<AuditEntry> read = new ArrayList<>();
    String token = "";
    do {
      AuditPages.Page page = pages.after(token, 1);
      page.entries().forEach(entry -> read.add(entry.line().entry()));
      token = page.nextToken();
    } while (!token.isEmpty());
    assertThat(read).isEqualTo(entries());
  }

  private void write(int calls) {
    AuditLog log = AuditLog.start(chains, clock, new SecureRandom());
    for (int i = 0; i < calls; i++) {
      log.add(call("ana", "RunService/CancelRun", "OK").toBuilder().setObject("run-" + i).build());
    }
    log.close();
  }

  private static AuditEntry call(String caller, String method, String outcome) {
    return AuditEntry.newBuilder().setCaller(caller).setMethod(method).setOutcome(outcome).build();
  }

  private List<AuditEntry> entries() throws IOException {
    List<AuditEntry> entries = new ArrayList<>();
    for (String chain : chains.chains()) {
      for (String object : chains.objects(chain)) {
        chains.lines(chain, object).forEach(line -> entries.add(line.entry()));
      }
    }
    return entries;
  }

  private List<Path> objects() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("access/audit"))) {
      return files.filter(file -> file.toString().endsWith(".jsonl")).sorted().toList();
    }
  }
}

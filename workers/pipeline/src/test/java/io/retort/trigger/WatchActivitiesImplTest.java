package io.retort.trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.retort.layout.RunLayout;
import io.retort.pipeline.ActivityFailures;
import io.retort.store.DataRoots;
import io.retort.store.DelegatingStore;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
import io.retort.v1.ArtifactRef;
import io.retort.v1.CheckWatchedDataRequest;
import io.retort.v1.CheckWatchedDataResponse;
import io.retort.v1.FoundFiles;
import io.retort.v1.LookAtWatchedDataRequest;
import io.retort.v1.LookAtWatchedDataResponse;
import io.retort.v1.WatchedDataSource;
import io.retort.worker.Environment;
import io.temporal.failure.ApplicationFailure;
import io.temporal.testing.TestActivityEnvironment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Looks at real files. */
final class WatchActivitiesImplTest {
  private static final String NAME = "incoming";
  private static final long REVISION = 7;
  private static final int MOST_FILES = 10;

  private final TestActivityEnvironment temporal = TestActivityEnvironment.newInstance();
  private Path root = Path.of("/");
  private Path in = Path.of("/");
  private String storeUri = "";
  private Store store = Store.open("file:///");

  @BeforeEach
  void start(@TempDir Path folder) throws IOException {
    root = folder.toRealPath();
    in = Files.createDirectories(root.resolve("data/in"));
    storeUri = Files.createDirectories(root.resolve("store")).toUri().toString();
    store = Store.open(storeUri);
    DataRoots roots =
        DataRoots.of(
            new Environment(
                Map.of(
                    "RETORT_STORE",
                    storeUri,
                    DataRoots.VARIABLE,
                    root.resolve("data").toString())));
    temporal.registerActivitiesImplementations(
        new WatchActivitiesImpl(
            store, storeUri, roots, Store::open, MOST_FILES, WatchActivitiesImpl::heartbeat));
  }

  @AfterEach
  void close() {
    temporal.close();
  }

  @Test
  void filesThatAreThereAtTheFirstLookAreNotNew() throws IOException {
    write("old.jsonl", "{}");
    write("notes.txt", "x");
    write(".hidden.jsonl", "x");
    write(".hidden/a.jsonl", "x");
    LookAtWatchedDataResponse first = look("", "");
    write("sub/b.jsonl", "{}");
    write("a.jsonl", "{}");
    LookAtWatchedDataResponse second = look(first.getSeen(), "");

    assertThat(first.getFiles()).isEqualTo(1);
    assertThat(first.getFound()).isEmpty();
    assertThat(second.getFiles()).isEqualTo(3);
    assertThat(second.getBytes()).isEqualTo(6);
    assertThat(second.getNewFiles()).isEqualTo(2);
    assertThat(second.getNextSeen()).as("not expected").isEmpty();
    LookAtWatchedDataResponse expected = look(first.getSeen(), second.getFound());
    assertThat(expected.getFound()).isEqualTo(second.getFound());
    assertThat(found(expected).getUrisList()).containsExactly(in + "/a.jsonl", in + "/sub/b.jsonl");
    LookAtWatchedDataResponse after = look(expected.getNextSeen(), "");
    assertThat(after.getFound()).isEmpty();
    assertThat(after.getSeen()).isEqualTo(expected.getNextSeen());
  }

  @Test
  void filesThatAreThereAreNewWhereThatIsAsked() throws IOException {
    write("old.jsonl", "{}");
    WatchedDataSource source = source().setIncludeExisting(true).build();

    LookAtWatchedDataResponse first = activities().lookAtWatchedData(request(source, "", ""));

    assertThat(first.getNewFiles()).isEqualTo(1);
    assertThat(activities().lookAtWatchedData(request(source, first.getSeen(), "")).getFound())
        .isEqualTo(first.getFound());
  }

  @Test
  void anotherSizeOrTimeIsNewAndTheSameFileAgainIsNot() throws IOException {
    FileTime time = FileTime.fromMillis(1_700_000_000_000L);
    for (String name : new String[] {"size", "time", "back"}) {
      write(name + ".jsonl", "{}");
      Files.setLastModifiedTime(in.resolve(name + ".jsonl"), time);
    }
    String seen = look("", "").getSeen();
    write("size.jsonl", "{ }");
    Files.setLastModifiedTime(in.resolve("size.jsonl"), time);
    Files.setLastModifiedTime(in.resolve("time.jsonl"), FileTime.fromMillis(time.toMillis() + 1));
    Files.delete(in.resolve("back.jsonl"));
    LookAtWatchedDataResponse changed = look(seen, look(seen, "").getFound());
    assertThat(found(changed).getUrisList())
        .containsExactly(in + "/size.jsonl", in + "/time.jsonl");

    write("back.jsonl", "{}");
    Files.setLastModifiedTime(in.resolve("back.jsonl"), time);
    assertThat(look(changed.getNextSeen(), "").getFound()).isEmpty();
  }

  @Test
  void aGrowingFileIsAnotherFindingEachTime() throws IOException {
    String seen = look("", "").getSeen();
    write("a.jsonl", "{");
    String half = look(seen, "").getFound();
    write("a.jsonl", "{}");
    LookAtWatchedDataResponse whole = look(seen, half);

    assertThat(whole.getFound()).isNotEqualTo(half);
    assertThat(whole.getNextSeen()).as("is to become quiet first").isEmpty();
    assertThat(objects()).isEqualTo(1);
  }

  @Test
  void aPatternSaysWhichFilesCount() throws IOException {
    write("a.csv", "x");
    write("b.jsonl", "{}");
    write("sub/c.csv", "x");

    assertThat(files(source().setPattern("*.csv"))).isEqualTo(1);
    assertThat(files(source().setPattern("**/*.csv"))).isEqualTo(2);
  }

  @Test
  void deletesWhatIsNotNeeded() throws IOException {
    String empty = look("", "").getSeen();
    write("a.jsonl", "{}");
    LookAtWatchedDataResponse stored = look(empty, look(empty, "").getFound());
    assertThat(objects()).isEqualTo(3);

    LookAtWatchedDataResponse unused =
        activities()
            .lookAtWatchedData(
                request(source().build(), stored.getNextSeen(), "").toBuilder()
                    .addObsolete(empty)
                    .addObsolete(stored.getFound())
                    .addObsolete(stored.getNextSeen())
                    .build());
    assertThat(objects()).as("but not what is still asked for").isEqualTo(1);
  }

  @Test
  void theFirstLookDeletesWhatEarlierWatchesHaveLeft() throws IOException {
    String own = look("", "").getSeen();
    write("a.jsonl", "{}");
    for (long revision : new long[] {3, REVISION + 1}) {
      ArtifactRef unused =
          store.write(
              Store.resolve(RunLayout.watch(storeUri, NAME, revision), "seen-left"),
              output -> output.write(1));
    }

    LookAtWatchedDataResponse first = look("", "");

    assertThat(first.getSeen()).isNotEqualTo(own);
    assertThat(store.listBelow(RunLayout.watches(storeUri, NAME)))
        .as("a later look, or a later watch, may have begun")
        .containsExactlyInAnyOrder("7/" + own, "7/" + first.getSeen(), "8/seen-left");
  }

  @Test
  void moreFilesThanFitAreRefused() throws IOException {
    for (int file = 0; file <= MOST_FILES; file++) {
      write(file + ".jsonl", "{}");
    }

    ApplicationFailure failure = failure(source());
    assertThat(failure.getType()).isEqualTo("USER/WATCH_TOO_LARGE");
    assertThat(failure.getOriginalMessage()).contains("more than 10 files (expected: ");
    assertThat(files(source().setPattern("[12].jsonl"))).isEqualTo(2);
  }

  @Test
  void aMillionObjectsAreListed() throws IOException {
    Store bucket =
        new DelegatingStore(store) {
          @Override
          public void visitBelow(String folderUri, Visitor visitor) throws IOException {
            for (int object = 0; object < WatchActivitiesImpl.MOST_FILES; object++) {
              visitor.visit(object + ".jsonl", 10, "etag");
            }
          }
        };
    WatchedDataSource source = source().setUri("s3://bucket/in").setIncludeExisting(true).build();

    LookAtWatchedDataResponse first =
        ofBucket(bucket, activities -> activities.lookAtWatchedData(request(source, "", "")));

    assertThat(first.getFiles()).isEqualTo(1_000_000);
    assertThat(first.getNewFiles()).isEqualTo(1_000_000);
    assertThat(first.getBytes()).isEqualTo(10_000_000);
  }

  @Test
  void aFolderThatIsNotThereIsNoEmptyOne() throws IOException {
    Files.delete(in);

    ApplicationFailure failure = failure(source());
    assertThat(failure.getType()).isEqualTo("USER/DATA_NOT_FOUND");
    assertThat(failure.getOriginalMessage()).contains(in + ": no such folder (expected: ");
    CheckWatchedDataResponse checked = check(in.toString());
    assertThat(checked.getRefusal()).isEmpty();
    assertThat(checked.hasFiles()).isFalse();
    assertThat(checked.getFailure().getMessage()).isEqualTo(failure.getOriginalMessage());
  }

  @Test
  void aCheckTellsWhyItDoesNotNameTheFiles() throws IOException {
    for (int file = 0; file <= MOST_FILES; file++) {
      write(file + ".jsonl", "{}");
    }
    assertThat(check(in.toString()).getFailure().getType()).isEqualTo("WATCH_TOO_LARGE");

    Store endless =
        new DelegatingStore(store) {
          @Override
          public void visitBelow(String folderUri, Visitor visitor) throws IOException {
            while (true) {
              visitor.skipped();
            }
          }
        };
    CheckWatchedDataResponse slow =
        ofBucket(
            endless,
            activities ->
                activities.checkWatchedData(
                    CheckWatchedDataRequest.newBuilder()
                        .setSource(source().setUri("s3://bucket/in"))
                        .setList(true)
                        .build()));
    assertThat(slow.getFailure().getType()).isEqualTo("WATCH_TOO_SLOW");
  }

  @Test
  @Timeout(60)
  void twoLooksAreTakenAtOnceAndOthersWait() throws Exception {
    Semaphore inside = new Semaphore(0);
    CountDownLatch leave = new CountDownLatch(1);
    AtomicInteger most = new AtomicInteger();
    AtomicInteger now = new AtomicInteger();
    Store slow =
        new DelegatingStore(store) {
          @Override
          public void visitBelow(String folderUri, Visitor visitor) throws IOException {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            inside.release();
            try {
              leave.await();
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
            now.decrementAndGet();
          }
        };
    WatchActivitiesImpl activities =
        new WatchActivitiesImpl(
            store, storeUri, DataRoots.all(), uri -> slow, MOST_FILES, details -> {});
    LookAtWatchedDataRequest request = request(source().setUri("s3://bucket/in").build(), "", "");
    List<Thread> threads = new CopyOnWriteArrayList<>();
    ExecutorService callers =
        Executors.newFixedThreadPool(
            4,
            call -> {
              Thread thread = new Thread(call);
              threads.add(thread);
              return thread;
            });
    try {
      List<Future<LookAtWatchedDataResponse>> looks = new ArrayList<>();
      for (int look = 0; look < 4; look++) {
        looks.add(callers.submit(() -> activities.lookAtWatchedData(request)));
      }
      inside.acquire(2);
      while (!threads.stream().allMatch(WatchActivitiesImplTest::waits)) {
        Thread.onSpinWait();
      }
      leave.countDown();
      for (Future<LookAtWatchedDataResponse> look : looks) {
        assertThat(look.get(60, TimeUnit.SECONDS).getFiles()).isZero();
      }
    } finally {
      callers.shutdownNow();
    }
    assertThat(most).hasValue(2);
  }

  @Test
  void aLinkToAFolderAroundItIsNotFollowed() throws IOException {
    write("a.jsonl", "{}");
    Files.createSymbolicLink(in.resolve("latest"), in);
    Files.createSymbolicLink(in.resolve("itself"), in.resolve("itself"));

    assertThat(files(source())).isEqualTo(1);
  }

  @Test
  void namesAFolderThatIsNotReadable() throws IOException {
    write("a.jsonl", "{}");
    Path found = Files.createDirectories(in.resolve("lost+found"));
    Path hidden = Files.createDirectories(in.resolve(".trash"));
    Files.setPosixFilePermissions(found, Set.of());
    Files.setPosixFilePermissions(hidden, Set.of());
    try {
      assumeFalse(Files.isReadable(found), "root reads every folder");

      ApplicationFailure failure = failure(source());
      assertThat(failure.getType()).isEqualTo("USER/DATA_NOT_FOUND");
      assertThat(failure.getOriginalMessage()).contains(found + ": not readable (expected: ");
    } finally {
      Files.setPosixFilePermissions(found, PosixFilePermissions.fromString("rwx------"));
      Files.setPosixFilePermissions(hidden, PosixFilePermissions.fromString("rwx------"));
    }
    Files.delete(found);
    assertThat(files(source())).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"keys", "", "store", "store/runs", "data/store", "data/../keys", "odd"})
  void locationsThatMayNotBeWatched(String place) throws IOException {
    Files.createDirectories(root.resolve("keys"));
    Files.createSymbolicLink(root.resolve("data/store"), root.resolve("store"));
    WatchedDataSource.Builder source =
        source().setUri(place.equals("odd") ? "hf://datasets/a/b" : root + "/" + place);

    assertThat(failure(source).getType()).isEqualTo("USER/LOCATION_FORBIDDEN");
    assertThat(check(source.getUri()).getRefusal()).isNotEmpty();
  }

  @Test
  void linksThatLeadOutAreNotFollowed() throws IOException {
    Files.createDirectories(root.resolve("keys"));
    Files.writeString(root.resolve("keys/id.jsonl"), "secret");
    Files.createSymbolicLink(in.resolve("out"), root.resolve("keys"));
    assertThat(failure(source()).getOriginalMessage()).contains(in + "/out leads to ");

    Files.delete(in.resolve("out"));
    Files.createDirectories(root.resolve("data/other"));
    Files.writeString(root.resolve("data/other/a.jsonl"), "{}");
    Files.createSymbolicLink(in.resolve("other"), root.resolve("data/other"));
    Files.createSymbolicLink(in.resolve("nowhere.jsonl"), root.resolve("data/nowhere"));
    assertThat(files(source())).isEqualTo(1);
  }

  @Test
  void namesTheFilesThatAreThere() throws IOException {
    write("b.jsonl", "{}");
    write("a.jsonl", "{}");

    FoundFiles found = check(in.toString()).getFiles();

    assertThat(found.getUrisList()).containsExactly(in + "/a.jsonl", in + "/b.jsonl");
    assertThat(found.getBytes()).isEqualTo(4);
    assertThat(Files.exists(root.resolve("store/trigger-history"))).isFalse();
  }

  @Test
  void saysThatItsRecordIsGone() throws IOException {
    String seen = look("", "").getSeen();
    store.delete(object(seen));

    ApplicationFailure failure = ActivityFailures.of(() -> look(seen, ""));
    assertThat(failure.getType()).isEqualTo("PLATFORM/CORRUPT_ARTIFACT");
    assertThat(failure.getOriginalMessage()).contains(seen + " is gone", "set it again");
  }

  private static boolean waits(Thread thread) {
    return thread.getState() == Thread.State.WAITING
        || thread.getState() == Thread.State.TIMED_WAITING;
  }

  private <T> T ofBucket(Store bucket, Function<WatchActivities, T> call) {
    TestActivityEnvironment other = TestActivityEnvironment.newInstance();
    try {
      other.registerActivitiesImplementations(
          new WatchActivitiesImpl(
              store,
              storeUri,
              DataRoots.all(),
              uri -> bucket,
              WatchActivitiesImpl.MOST_FILES,
              WatchActivitiesImpl::heartbeat));
      return call.apply(other.newActivityStub(WatchActivities.class));
    } finally {
      other.close();
    }
  }

  private WatchActivities activities() {
    return temporal.newActivityStub(WatchActivities.class);
  }

  private void write(String path, String content) throws IOException {
    Files.createDirectories(in.resolve(path).getParent());
    Files.writeString(in.resolve(path), content);
  }

  private WatchedDataSource.Builder source() {
    return WatchedDataSource.newBuilder().setUri(in.toString());
  }

  private LookAtWatchedDataResponse look(String seen, String expected) {
    return activities().lookAtWatchedData(request(source().build(), seen, expected));
  }

  private long files(WatchedDataSource.Builder source) {
    return activities().lookAtWatchedData(request(source.build(), "", "")).getFiles();
  }

  private CheckWatchedDataResponse check(String uri) {
    return activities()
        .checkWatchedData(
            CheckWatchedDataRequest.newBuilder()
                .setSource(source().setUri(uri))
                .setList(true)
                .build());
  }

  private static LookAtWatchedDataRequest request(
      WatchedDataSource source, String seen, String expected) {
    return LookAtWatchedDataRequest.newBuilder()
        .setTrigger(NAME)
        .setSinceRevision(REVISION)
        .setSource(source)
        .setSeen(seen)
        .setExpected(expected)
        .build();
  }

  private ApplicationFailure failure(WatchedDataSource.Builder source) {
    return ActivityFailures.of(() -> files(source));
  }

  private FoundFiles found(LookAtWatchedDataResponse response) throws IOException {
    return StoredMessages.read(store, object(response.getFound()), FoundFiles.getDefaultInstance())
        .orElseThrow();
  }

  private int objects() throws IOException {
    return store.listBelow(RunLayout.watches(storeUri, NAME)).size();
  }

  private String object(String name) {
    return Store.resolve(RunLayout.watch(storeUri, NAME, REVISION), name);
  }
}

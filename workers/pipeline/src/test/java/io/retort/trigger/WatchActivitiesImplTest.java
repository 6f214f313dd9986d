package io.retort.trigger;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.layout.RunLayout;
import io.retort.pipeline.ActivityFailures;
import io.retort.store.DataRoots;
import io.retort.store.DelegatingStore;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
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
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Looks at real files. */
final class WatchActivitiesImplTest {
  private static final String NAME = "incoming";
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
        new WatchActivitiesImpl(store, storeUri, roots, Store::open, MOST_FILES));
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
    TestActivityEnvironment large = TestActivityEnvironment.newInstance();
    try {
      large.registerActivitiesImplementations(
          new WatchActivitiesImpl(
              store, storeUri, DataRoots.all(), uri -> bucket, WatchActivitiesImpl.MOST_FILES));
      WatchActivities activities = large.newActivityStub(WatchActivities.class);
      WatchedDataSource source = source().setUri("s3://bucket/in").setIncludeExisting(true).build();

      LookAtWatchedDataResponse first = activities.lookAtWatchedData(request(source, "", ""));

      assertThat(first.getFiles()).isEqualTo(1_000_000);
      assertThat(first.getNewFiles()).isEqualTo(1_000_000);
      assertThat(first.getBytes()).isEqualTo(10_000_000);
    } finally {
      large.close();
    }
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
    store.delete(RunLayout.watched(storeUri, NAME, seen));

    ApplicationFailure failure = ActivityFailures.of(() -> look(seen, ""));
    assertThat(failure.getType()).isEqualTo("PLATFORM/CORRUPT_ARTIFACT");
    assertThat(failure.getOriginalMessage()).contains(seen + " is gone", "set it again");
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
        .setSource(source)
        .setSeen(seen)
        .setExpected(expected)
        .build();
  }

  private ApplicationFailure failure(WatchedDataSource.Builder source) {
    return ActivityFailures.of(() -> files(source));
  }

  private FoundFiles found(LookAtWatchedDataResponse response) throws IOException {
    return StoredMessages.read(
            store,
            RunLayout.watched(storeUri, NAME, response.getFound()),
            FoundFiles.getDefaultInstance())
        .orElseThrow();
  }

  private int objects() throws IOException {
    return store.list(RunLayout.watched(storeUri, NAME, "").replaceFirst("/$", "")).size();
  }
}

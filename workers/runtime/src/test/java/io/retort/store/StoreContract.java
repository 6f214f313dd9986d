package io.retort.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.v1.ArtifactRef;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Behaviour common to all stores. */
abstract class StoreContract {
  private static final int WRITERS = 8;

  /** More objects than S3 lists or deletes in one request. */
  private static final int OBJECTS = 1001;

  private Path temporary;
  private Store store;
  private String root;

  /** The URI of an empty folder. */
  abstract String emptyFolder() throws IOException;

  abstract Store open(String folderUri);

  /** All content of the folder, including names that listing excludes. */
  abstract List<String> left() throws IOException;

  @BeforeEach
  final void openStore(@TempDir Path folder) throws IOException {
    temporary = folder;
    root = emptyFolder();
    store = open(root);
  }

  /** A folder used only by this test. */
  final Path temporary() {
    return temporary;
  }

  final Store store() {
    return store;
  }

  final String root() {
    return root;
  }

  @Test
  void listsWhatIsBelowAFolderAtAnyDepth() throws IOException {
    for (String path : List.of("folder/b", "folder/a/c/d", "folder/.e", "folder/.f/g", "h")) {
      store.write(uri(path), bytes("x"));
    }

    assertThat(store.listBelow(uri("folder"))).containsExactly("a/c/d", "b");
    assertThat(store.listBelow(uri("fold"))).isEmpty();
  }

  @Test
  void listsAFolderInPieces() throws IOException {
    for (String name : List.of("d", "b", ".hidden", "a", "c")) {
      store.write(uri("folder/" + name), bytes("x"));
    }

    assertThat(store.list(uri("folder"), "", 2)).containsExactly("a", "b");
    assertThat(store.list(uri("folder"), "b", 2)).containsExactly("c", "d");
    assertThat(store.list(uri("folder"), "bb", 9)).containsExactly("c", "d");
    assertThat(store.list(uri("folder"), "d", 2)).isEmpty();
    assertThat(store.list(uri("folder"), "", 0)).isEmpty();
    assertThat(store.list(uri("absent"), "", 2)).isEmpty();
  }

  @Test
  void visitsWhatItListsBelowAFolder() throws IOException {
    for (String path : List.of("visited/b", "visited/a/c", "visited/.hidden/x")) {
      store.write(uri(path), bytes("xyz"));
    }
    List<String> visited = new ArrayList<>();

    store.visitBelow(uri("visited"), (path, size, version) -> visited.add(path + " " + size));
    store.visitBelow(uri("nowhere"), (path, size, version) -> visited.add(path));

    assertThat(visited).containsExactlyInAnyOrder("a/c 3", "b 3");
  }

  @Test
  void readsAPartOfAnObject() throws IOException {
    store.write(uri("object"), bytes("0123456789"));
    store.write(uri("empty"), bytes(""));

    assertThat(store.read(uri("object"), 0, 4)).asString().isEqualTo("0123");
    assertThat(store.read(uri("object"), 4, 3)).asString().isEqualTo("456");
    assertThat(store.read(uri("object"), 8, 1 << 20)).asString().isEqualTo("89");
    assertThat(store.read(uri("object"), 3, 0)).isEmpty();
    assertThat(store.read(uri("object"), 10, 5)).isEmpty();
    assertThat(store.read(uri("object"), 1L << 40, 5)).isEmpty();
    assertThat(store.read(uri("empty"), 0, 5)).isEmpty();
    assertThatThrownBy(() -> store.read(uri("absent"), 0, 5))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void writesFoldersOnTheWayAndTellsHashAndSize() throws IOException {
    ArtifactRef written = store.write(uri("a/b/object"), bytes("abc"));

    assertThat(read("a/b/object")).isEqualTo("abc");
    assertThat(written)
        .isEqualTo(
            ArtifactRef.newBuilder()
                .setUri(uri("a/b/object"))
                .setSha256("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
                .setBytes(3)
                .build());
    assertThat(Hashes.sha256Hex(store, uri("a/b/object"))).isEqualTo(written.getSha256());
  }

  @Test
  void showsTheOldObjectUntilTheNewOneIsWhole() throws IOException {
    store.write(uri("object"), bytes("old"));

    store.write(
        uri("object"),
        output -> {
          output.write("half".getBytes(StandardCharsets.UTF_8));
          output.flush();
          assertThat(read("object")).isEqualTo("old");
          assertThat(store.list(root)).containsExactly("object");
        });

    assertThat(read("object")).isEqualTo("half");
  }

  @Test
  void leavesNothingBehindWhenAWriterFails() throws IOException {
    store.write(uri("object"), bytes("old"));
    Store.Content failing =
        output -> {
          output.write(new byte[1 << 17]);
          throw new IOException("No space left on device");
        };

    assertThatThrownBy(() -> store.write(uri("object"), failing))
        .isInstanceOf(IOException.class)
        .hasMessage("No space left on device");
    assertThatThrownBy(() -> store.writeIfAbsent(uri("other"), failing))
        .isInstanceOf(IOException.class)
        .hasMessage("No space left on device");

    assertThat(read("object")).isEqualTo("old");
    assertThat(left()).containsExactly("object");
  }

  @Test
  void tellsMissingObjectsByTheirOwnException() {
    assertThatThrownBy(() -> store.read(uri("absent"))).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> Hashes.sha256Hex(store, uri("absent")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void knowsWhatIsThere() throws IOException {
    store.write(uri("folder/object"), bytes("x"));

    assertThat(store.exists(uri("folder/object"))).isTrue();
    assertThat(store.exists(uri("folder"))).isTrue();
    assertThat(store.exists(uri("folder/other"))).isFalse();
    assertThat(store.size(uri("folder/object"))).isEqualTo(1);
    assertThatThrownBy(() -> store.size(uri("folder/other")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void listsNamesInOrderAndNotThoseBelowThem() throws IOException {
    store.write(uri("runs/b"), bytes("x"));
    store.write(uri("runs/a/deep"), bytes("x"));
    store.write(uri("runs/a/deeper/still"), bytes("x"));
    store.write(uri("runs.old/c"), bytes("x"));
    store.write(uri("runs/.own"), bytes("x"));

    assertThat(store.list(uri("runs"))).containsExactly("a", "b");
    assertThat(store.list(uri("runs/"))).containsExactly("a", "b");
    assertThat(store.list(uri("absent"))).isEmpty();
    assertThat(store.list(uri("runs/b"))).isEmpty();
    assertThat(store.exists(uri("run"))).isFalse();
  }

  @Test
  void servesFoldersOfMoreObjectsThanOnePageLists() throws Exception {
    inParallel(
        writer -> {
          for (int i = writer; i < OBJECTS; i += WRITERS) {
            store.write(uri("many/" + i), bytes("x"));
          }
          return true;
        });

    assertThat(store.list(uri("many"))).hasSize(OBJECTS).isSorted();
    store.delete(uri("many"));
    assertThat(store.list(uri("many"))).isEmpty();
  }

  @Test
  void streamsObjectsThatAreLargerThanOneRequestTakes() throws IOException {
    byte[] block = new byte[(3 << 20) + 1];
    int blocks = 6;

    ArtifactRef written =
        store.write(
            uri("large"),
            output -> {
              for (int i = 0; i < blocks; i++) {
                Arrays.fill(block, (byte) i);
                output.write(block);
              }
            });

    assertThat(written.getBytes()).isEqualTo((long) blocks * block.length);
    assertThat(Hashes.sha256Hex(store, uri("large"))).isEqualTo(written.getSha256());
    assertThat(store.writeIfAbsent(uri("large"), bytes("other"))).isFalse();
    assertThat(
            store.writeIfAbsent(
                uri("large-too"),
                output -> {
                  for (int i = 0; i < blocks; i++) {
                    output.write(block);
                  }
                }))
        .isTrue();
    assertThat(store.exists(uri("large-too"))).isTrue();
  }

  @Test
  void showsNothingOfALargeObjectWhoseWriterFails() throws IOException {
    byte[] block = new byte[9 << 20];

    assertThatThrownBy(
            () ->
                store.write(
                    uri("large"),
                    output -> {
                      output.write(block);
                      throw new IOException("No space left on device");
                    }))
        .hasMessage("No space left on device");

    assertThat(store.exists(uri("large"))).isFalse();
    assertThat(left()).isEmpty();
  }

  @Test
  void deletesFoldersWithAllThatIsInThem() throws IOException {
    store.write(uri("runs/a/deep/object"), bytes("x"));
    store.write(uri("runs/b"), bytes("x"));

    store.delete(uri("runs/a"));
    store.delete(uri("runs/b"));
    store.delete(uri("runs/absent"));

    assertThat(store.list(uri("runs"))).isEmpty();
  }

  @Test
  void writesAnAbsentObjectOnce() throws IOException {
    assertThat(store.writeIfAbsent(uri("object"), bytes("first"))).isTrue();
    assertThat(store.writeIfAbsent(uri("object"), bytes("second"))).isFalse();

    assertThat(read("object")).isEqualTo("first");
    assertThat(left()).containsExactly("object");
  }

  @Test
  void letsExactlyOneOfManyWritersWin() throws Exception {
    // All writers pass the existence check before any of them writes.
    CyclicBarrier allWriting = new CyclicBarrier(WRITERS);

    List<Boolean> wins =
        inParallel(
            writer ->
                store.writeIfAbsent(
                    uri("object"),
                    output -> {
                      await(allWriting);
                      output.write(("writer " + writer).getBytes(StandardCharsets.UTF_8));
                    }));

    assertThat(wins).containsOnlyOnce(true);
    assertThat(read("object")).isEqualTo("writer " + wins.indexOf(true));
    assertThat(left()).containsExactly("object");
  }

  @Test
  void updatesAsOneStep() throws Exception {
    int updates = 25;
    CyclicBarrier start = new CyclicBarrier(WRITERS);

    inParallel(
        writer -> {
          await(start);
          for (int i = 0; i < updates; i++) {
            store.update(uri("counter"), StoreContract::plusOne);
          }
          return true;
        });

    assertThat(read("counter")).isEqualTo(String.valueOf(WRITERS * updates));
    assertThat(store.list(root)).containsExactly("counter");
  }

  @Test
  void leavesAnObjectAloneThatNeedsNoUpdate() throws IOException {
    assertThat(store.update(uri("object"), current -> Optional.empty())).isFalse();
    assertThat(store.exists(uri("object"))).isFalse();

    store.write(uri("object"), bytes("1"));
    assertThat(store.update(uri("object"), StoreContract::plusOne)).isTrue();
    assertThat(store.update(uri("object"), current -> Optional.empty())).isFalse();
    assertThat(read("object")).isEqualTo("2");
  }

  @Test
  void canUpdateAgainAfterAFailedUpdate() throws IOException {
    assertThatThrownBy(
            () ->
                store.update(
                    uri("object"),
                    current -> {
                      throw new IOException("refused");
                    }))
        .hasMessage("refused");

    assertThat(store.update(uri("object"), current -> Optional.of(new byte[] {'1'}))).isTrue();
  }

  private static Optional<byte[]> plusOne(Optional<byte[]> current) {
    int count =
        current.map(bytes -> Integer.parseInt(new String(bytes, StandardCharsets.UTF_8))).orElse(0);
    return Optional.of(String.valueOf(count + 1).getBytes(StandardCharsets.UTF_8));
  }

  final String uri(String path) {
    return Store.resolve(root, path);
  }

  static Store.Content bytes(String text) {
    return output -> output.write(text.getBytes(StandardCharsets.UTF_8));
  }

  final String read(String path) throws IOException {
    try (InputStream input = store.read(uri(path))) {
      return new String(input.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (Exception e) {
      throw new AssertionError("barrier", e);
    }
  }

  /** Results of all writers, in order of their number. */
  private static <T> List<T> inParallel(Work<T> work) throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(WRITERS);
    try {
      List<Callable<T>> calls =
          IntStream.range(0, WRITERS).<Callable<T>>mapToObj(i -> () -> work.run(i)).toList();
      List<T> results = new ArrayList<>();
      for (Future<T> result : executor.invokeAll(calls)) {
        results.add(result.get());
      }
      return results;
    } finally {
      executor.shutdownNow();
    }
  }

  private interface Work<T> {
    T run(int writer) throws Exception;
  }
}

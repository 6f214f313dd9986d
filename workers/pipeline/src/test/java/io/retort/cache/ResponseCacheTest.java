package io.retort.cache;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.retort.store.Hashes;
import io.retort.store.Store;
import io.retort.v1.CachedResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ResponseCacheTest {
  private Path root;
  private Store store;
  private String folder;

  @BeforeEach
  void start(@TempDir Path temporary) {
    root = temporary;
    store = Store.open("file://" + temporary);
    folder = "file://" + temporary + "/evaluate/1";
  }

  @Test
  void anotherProcessFindsWhatOneHasStored() throws IOException {
    new ResponseCache(store).store(folder, responses(0, 500));
    ResponseCache other = new ResponseCache(store);

    assertThat(other.find(key(3))).as("before it looks").isEmpty();
    other.refresh(folder, () -> {});
    other.refresh(folder, () -> {});

    assertThat(other.size()).isEqualTo(500);
    for (int number = 0; number < 500; number++) {
      assertThat(other.find(key(number))).contains(answer(number));
    }
    assertThat(other.find(key(500))).isEmpty();
  }

  @Test
  void manySegmentsAreLearntOfByFewReads() throws IOException {
    ResponseCache writer = new ResponseCache(store);
    for (int segment = 0; segment < 130; segment++) {
      writer.store(folder, responses(segment * 2, segment * 2 + 2));
    }
    AtomicInteger reads = new AtomicInteger();
    ResponseCache first = new ResponseCache(store);
    first.refresh(folder, reads::incrementAndGet);
    assertThat(reads.get()).as("each segment, and two indexes that are written").isEqualTo(132);

    reads.set(0);
    ResponseCache second = new ResponseCache(store);
    second.refresh(folder, reads::incrementAndGet);

    assertThat(reads.get()).as("two indexes and the rest").isEqualTo(4);
    assertThat(second.size()).isEqualTo(260);
    for (int number = 0; number < 260; number++) {
      assertThat(second.find(key(number))).contains(answer(number));
    }
    reads.set(0);
    second.refresh(folder, reads::incrementAndGet);
    assertThat(reads).hasValue(0);
  }

  @Test
  void anIndexThatCannotBeReadCostsReadsOnly() throws IOException {
    ResponseCache writer = new ResponseCache(store);
    for (int segment = 0; segment < 64; segment++) {
      writer.store(folder, responses(segment, segment + 1));
    }
    new ResponseCache(store).refresh(folder, () -> {});
    String index = store.list(folder).get(0);
    assertThat(index).startsWith("index-");
    Files.write(root.resolve("evaluate/1/" + index), new byte[] {1, 2, 3});

    ResponseCache cache = new ResponseCache(store);
    cache.refresh(folder, () -> {});

    assertThat(cache.size()).isEqualTo(64);
  }

  @Test
  void theNewestAnswerCounts() throws IOException {
    ResponseCache cache = new ResponseCache(store);
    cache.store(folder, responses(0, 2));
    cache.store(folder, List.of(response(1).toBuilder().setResponse(answer(7)).build()));

    assertThat(cache.find(key(0))).contains(answer(0));
    assertThat(cache.find(key(1))).contains(answer(7));
  }

  @Test
  void whatCannotBeReadIsAMiss() throws IOException {
    ResponseCache cache = new ResponseCache(store);
    cache.store(folder, responses(0, 2));
    cache.store(folder, responses(2, 4));
    List<String> names = store.list(folder);
    Files.write(root.resolve("evaluate/1/" + names.get(1)), new byte[] {1, 2, 3});
    store.delete(Store.resolve(folder, names.get(3)));

    assertThat(names.get(1)).endsWith(".pb.zst");
    for (int number = 0; number < 4; number++) {
      assertThat(cache.find(key(number))).isEmpty();
    }
  }

  @Test
  void keysThatAreCutAreLeftOut() throws IOException {
    new ResponseCache(store).store(folder, responses(0, 2));
    Path keys = root.resolve("evaluate/1/" + store.list(folder).get(0));
    Files.write(keys, new byte[33]);
    ResponseCache cache = new ResponseCache(store);

    cache.refresh(folder, () -> {});

    assertThat(cache.size()).isZero();
  }

  @Test
  void memoryHoldsTheSegmentsThatWereUsedLast() throws IOException {
    ResponseCache cache = new ResponseCache(store, 20_000);
    for (int segment = 0; segment < 10; segment++) {
      cache.store(folder, responses(segment * 100, segment * 100 + 100));
    }
    for (int number = 0; number < 1000; number++) {
      assertThat(cache.find(key(number))).contains(answer(number));
      assertThat(cache.loadedBytes()).isBetween(1L, 20_000L);
    }
  }

  private static List<CachedResponse> responses(int from, int to) {
    return IntStream.range(from, to).mapToObj(ResponseCacheTest::response).toList();
  }

  private static CachedResponse response(int number) {
    return CachedResponse.newBuilder()
        .setKey(key(number))
        .setResponse(answer(number))
        .setFolder("evaluate/1")
        .setRow("row")
        .build();
  }

  private static ByteString key(int number) {
    return ByteString.copyFrom(HexFormat.of().parseHex(Hashes.sha256Hex("key " + number)));
  }

  private static ByteString answer(int number) {
    return ByteString.copyFrom("answer " + number, StandardCharsets.UTF_8);
  }
}

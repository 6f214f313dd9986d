package io.retort.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.store.DelegatingStore;
import io.retort.store.Store;
import io.retort.v1.RunLog;
import io.retort.v1.Stage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunLogFilesTest {
  private String storeUri = "";
  private Store store = Store.open("file:///");
  private RunLogFiles files = new RunLogFiles(store, storeUri);

  @BeforeEach
  void open(@TempDir Path folder) {
    storeUri = "file://" + folder.toAbsolutePath();
    store = Store.open(storeUri);
    files = new RunLogFiles(store, storeUri);
  }

  @Test
  void attemptsCountInTheOrderOfTheirTokens() throws IOException {
    write("logs/events.log", new byte[7]);
    write("logs/sft/900/000000.log", new byte[3]);
    write("logs/sft/1000/000000.log", new byte[RunLogFiles.PIECE_BYTES]);
    write("logs/sft/1000/000001.log", new byte[5]);
    write("logs/generate-base-demo/7/000000.log", new byte[1]);
    write("logs/generate-base-demo/7/complete", new byte[0]);

    assertThat(files.list("r-1"))
        .containsExactly(
            RunLog.newBuilder().setName("run").setBytes(7).build(),
            log("generate-base-demo", 1, Stage.STAGE_EVALUATE, 1, true),
            log("sft", 1, Stage.STAGE_SFT, 3, true),
            log("sft", 2, Stage.STAGE_SFT, RunLogFiles.PIECE_BYTES + 5, false));
    for (RunLog log : files.list("r-1")) {
      assertThat(files.describe("r-1", log.getName())).contains(log);
    }
  }

  @Test
  void oneLogIsDescribedWithoutALookAtTheOthers() throws IOException {
    for (int attempt = 1; attempt <= 3; attempt++) {
      for (int rank = 0; rank < 8; rank++) {
        write("logs/sft/" + attempt + "/rank-" + rank + "/000000.log", new byte[1]);
      }
    }
    List<String> asked = new ArrayList<>();
    Store counting =
        new DelegatingStore(store) {
          @Override
          public List<String> list(String uri) throws IOException {
            asked.add(uri);
            return super.list(uri);
          }
        };
    RunLogFiles counted = new RunLogFiles(counting, storeUri);

    assertThat(counted.describe("r-1", "sft/2/rank-5"))
        .contains(
            log("sft", 2, Stage.STAGE_SFT, 1, true).toBuilder()
                .setName("sft/2/rank-5")
                .setRank(5)
                .build());
    assertThat(asked).hasSizeLessThanOrEqualTo(4).noneMatch(uri -> uri.endsWith("/logs"));
    asked.clear();
    assertThat(counted.describe("r-1", "run")).isPresent();
    assertThat(asked).isEmpty();
  }

  @Test
  void eachRankOfAnAttemptHasALogOfItsOwn() throws IOException {
    write("logs/sft/7/000000.log", new byte[1]);
    for (int rank : new int[] {0, 2, 10}) {
      write("logs/sft/7/rank-" + rank + "/000000.log", new byte[] {(byte) ('a' + rank)});
    }
    write("logs/sft/7/rank-2/complete", new byte[0]);

    assertThat(files.list("r-1").stream().skip(1).toList())
        .containsExactly(
            log("sft", 1, Stage.STAGE_SFT, 1, false),
            ofRank(0, false),
            ofRank(2, true),
            ofRank(10, false));
    assertThat(files.describe("r-1", "sft/1/rank-2")).contains(ofRank(2, true));
    RunLogFiles.RunLogFile log = files.find("r-1", "sft/1/rank-10").orElseThrow();
    assertThat(log.read(0, 10).toStringUtf8()).isEqualTo("k");
    assertThat(log.isComplete()).isFalse();
    write("logs/sft/7/complete", new byte[0]);
    assertThat(log.isComplete()).as("with its attempt").isTrue();
    assertThat(files.list("r-1").stream().skip(1)).allMatch(RunLog::getComplete);
  }

  @Test
  void readsAcrossPieces() throws IOException {
    byte[] first = new byte[RunLogFiles.PIECE_BYTES];
    Arrays.fill(first, (byte) 'a');
    write("logs/sft/1/000000.log", first);
    write("logs/sft/1/000001.log", new byte[] {'b', 'c'});
    RunLogFiles.RunLogFile log = files.find("r-1", "sft/1").orElseThrow();

    assertThat(log.read(RunLogFiles.PIECE_BYTES - 2L, 10).toStringUtf8()).isEqualTo("aa");
    assertThat(log.read(RunLogFiles.PIECE_BYTES, 10).toStringUtf8()).isEqualTo("bc");
    assertThat(log.read(RunLogFiles.PIECE_BYTES + 1L, 10).toStringUtf8()).isEqualTo("c");
    assertThat(log.read(RunLogFiles.PIECE_BYTES + 2L, 10).isEmpty()).isTrue();
    assertThat(log.read(Long.MAX_VALUE, 10).isEmpty()).isTrue();
    assertThat(log.isComplete()).isFalse();
    write("logs/sft/2/000000.log", new byte[1]);
    assertThat(log.isComplete()).as("a newer attempt").isTrue();
  }

  @Test
  void aPollAtTheEndReadsNothingOfWhatIsBefore() throws IOException {
    write("logs/events.log", new byte[RunLogFiles.PIECE_BYTES]);
    AtomicLong requests = new AtomicLong();
    Store counting =
        new DelegatingStore(store) {
          @Override
          public InputStream read(String uri) {
            throw new AssertionError(uri + " is read from its start");
          }

          @Override
          public byte[] read(String uri, long offset, int most) throws IOException {
            requests.incrementAndGet();
            return super.read(uri, offset, most);
          }

          @Override
          public long size(String uri) {
            throw new AssertionError(uri + " is asked for its size too");
          }
        };
    RunLogFiles.RunLogFile log = new RunLogFiles(counting, storeUri).find("r-1", "").orElseThrow();

    assertThat(log.read(RunLogFiles.PIECE_BYTES - 2L, 10)).hasSize(2);
    assertThat(log.read(RunLogFiles.PIECE_BYTES, 10)).isEmpty();
    assertThat(requests).hasValue(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sft/2",
        "sft",
        "../../x/1",
        "sft/../1",
        "/1",
        ".hidden/1",
        "sft/1/rank-0",
        "sft/1/.."
      })
  void knowsNoOtherLog(String name) throws IOException {
    write("logs/sft/1/000000.log", new byte[1]);
    assertThat(files.find("r-1", name)).isEmpty();
    assertThat(files.describe("r-1", name)).isEmpty();
  }

  private void write(String name, byte[] bytes) throws IOException {
    store.write(storeUri + "/runs/r-1/" + name, output -> output.write(bytes));
  }

  private static RunLog ofRank(int rank, boolean complete) {
    return log("sft", 1, Stage.STAGE_SFT, 1, complete).toBuilder()
        .setName("sft/1/rank-" + rank)
        .setRank(rank)
        .build();
  }

  private static RunLog log(String job, int attempt, Stage stage, long bytes, boolean complete) {
    return RunLog.newBuilder()
        .setName(job + "/" + attempt)
        .setJob(job)
        .setAttempt(attempt)
        .setStage(stage)
        .setBytes(bytes)
        .setComplete(complete)
        .build();
  }
}

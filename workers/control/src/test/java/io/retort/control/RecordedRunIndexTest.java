package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.util.Timestamps;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.store.ProtoJson;
import io.retort.store.Store;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Refreshes that fail or that take longer than their callers wait. */
@Timeout(60)
final class RecordedRunIndexTest {
  private static final int RUNS = 20;

  private String storeUri = "";

  @BeforeEach
  void write(@TempDir Path folder) throws IOException {
    storeUri = "file://" + folder.toAbsolutePath();
    for (int day = 1; day <= RUNS; day++) {
      String json =
          ProtoJson.print(
              Run.newBuilder()
                  .setRunId("old-" + day)
                  .setPhase(RunPhase.RUN_PHASE_SUCCEEDED)
                  .setCreatedAt(Timestamps.fromSeconds(day * 86_400L)));
      Store.open(storeUri)
          .write(
              storeUri + "/runs/old-" + day + "/run.json",
              output -> output.write(json.getBytes(StandardCharsets.UTF_8)));
    }
  }

  @Test
  void aRefreshThatEndsAfterItsCallersWaitIsKept() throws Exception {
    CountDownLatch second = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicInteger listings = new AtomicInteger();
    CountingStore store =
        new CountingStore(Store.open(storeUri)) {
          @Override
          public List<String> list(String folderUri) throws IOException {
            if (listings.incrementAndGet() == 2) {
              second.countDown();
              await(goOn);
            }
            return super.list(folderUri);
          }
        };
    try (RecordedRunIndex index =
        new RecordedRunIndex(new RecordedRuns(store, storeUri), Duration.ZERO, Duration.ZERO)) {
      while (second.getCount() > 0) {
        try {
          assertThat(index.after(Optional.empty())).hasSize(RUNS);
        } catch (StatusRuntimeException e) {
          assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        }
      }
      assertThat(index.after(Optional.empty())).hasSize(RUNS);
      goOn.countDown();
    }
  }

  @Test
  void aRecordThatCannotBeReadNowLosesNoOther() throws Exception {
    AtomicBoolean broken = new AtomicBoolean(true);
    CountingStore store =
        new CountingStore(Store.open(storeUri)) {
          @Override
          public InputStream read(String uri) throws IOException {
            if (broken.get() && uri.endsWith("/old-1/run.json")) {
              throw new IOException("connection reset");
            }
            return super.read(uri);
          }
        };
    try (RecordedRunIndex index =
        new RecordedRunIndex(new RecordedRuns(store, storeUri), Duration.ZERO)) {
      StatusRuntimeException thrown =
          catchThrowableOfType(StatusRuntimeException.class, () -> index.after(Optional.empty()));
      assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      broken.set(false);
      store.reads.set(0);

      assertThat(index.after(Optional.empty())).hasSize(RUNS);
      assertThat(store.reads).hasValue(1);
    }
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}

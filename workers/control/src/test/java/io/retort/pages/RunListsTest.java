package io.retort.pages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.retort.identity.Caller;
import io.retort.v1.ListRunsRequest;
import io.retort.v1.ListRunsResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class RunListsTest {
  private static final Caller ANN = new Caller("ann");
  private static final Caller BOB = new Caller("bob");
  private static final ListRunsRequest FIRST = ListRunsRequest.getDefaultInstance();

  private final AtomicLong now = new AtomicLong();
  private final List<ListRunsRequest> reads = new ArrayList<>();

  @Test
  void aPageIsReadAgainOnceItIsOld() {
    RunLists lists = new RunLists(this::read, Duration.ofNanos(10), now::get);
    lists.get(ANN, FIRST);
    now.set(10);
    lists.get(ANN, FIRST);
    assertThat(reads).hasSize(1);

    now.set(11);
    lists.get(ANN, FIRST);
    assertThat(reads).hasSize(2);
  }

  @Test
  void nobodyGetsThePageOfAnother() {
    RunLists lists = new RunLists(this::read, Duration.ofNanos(10), now::get);
    lists.get(ANN, FIRST);
    lists.get(BOB, FIRST);
    lists.get(ANN, FIRST.toBuilder().setPageToken("2").build());

    assertThat(reads).hasSize(3);
  }

  @Test
  void anErrorIsNotKept() {
    RunLists lists =
        new RunLists(
            request -> {
              if (reads.isEmpty()) {
                reads.add(request);
                throw Status.UNAVAILABLE.asRuntimeException();
              }
              return read(request);
            },
            Duration.ofNanos(10),
            now::get);

    assertThatThrownBy(() -> lists.get(ANN, FIRST)).hasMessageContaining("UNAVAILABLE");
    assertThat(lists.get(ANN, FIRST)).isEqualTo(ListRunsResponse.getDefaultInstance());
  }

  private ListRunsResponse read(ListRunsRequest request) {
    reads.add(request);
    return ListRunsResponse.getDefaultInstance();
  }
}

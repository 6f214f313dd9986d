package io.retort.ray;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class ClusterWatchTest {
  private final FakeCluster cluster = new FakeCluster();
  private Instant now = Instant.parse("2026-01-02T03:04:05Z");
  private int answered;
  private final ClusterWatch watch = new ClusterWatch(cluster, () -> now);

  @AfterEach
  void close() {
    watch.close();
  }

  @Test
  void aClusterThatAnswersIsThere() {
    answer(Set.of("own", "other"));

    assertThat(watch.lost()).isNotDone();
  }

  @Test
  void aClusterThatIsSilentForAWhileIsNotGone() {
    now = now.plus(ClusterWatch.SILENCE).minusSeconds(1);
    watch.check();
    answer(Set.of("own"));
    now = now.plus(ClusterWatch.SILENCE).minusSeconds(1);
    watch.check();

    assertThat(watch.lost()).isNotDone();
  }

  @Test
  void aClusterThatStaysSilentIsGivenUp() {
    now = now.plus(ClusterWatch.SILENCE);
    watch.check();

    assertThat(watch.lost()).isCompletedWithValue("it has not answered for 45 s");
  }

  @Test
  void aClusterThatRefusesToAnswerIsNotGone() {
    answer(
        () -> {
          throw new IllegalStateException("no connection");
        });

    assertThat(watch.lost()).isNotDone();
  }

  @Test
  void anotherClusterAtTheSameAddressIsNotTheOne() {
    answer(Set.of("own"));
    answer(Set.of("new"));

    assertThat(watch.lost())
        .isCompletedWithValue("node own is not among the 1 of the cluster that answers now");
  }

  @Test
  void withoutItsOwnNodeADriverHasNoCluster() {
    cluster.listening = false;
    watch.check();

    assertThat(watch.lost()).isCompletedWithValue("the raylet of node own has ended");
  }

  @Test
  void settlesOnceNoMoreNodesJoin() {
    answer(Set.of("own"));
    now = now.plus(ClusterWatch.SETTLING).minusSeconds(1);
    assertThat(watch.isSettled()).isFalse();
    answer(Set.of("own", "late"));
    now = now.plus(ClusterWatch.SETTLING).minusSeconds(1);
    answer(Set.of("own", "late"));

    assertThat(watch.isSettled()).isFalse();
    now = now.plus(Duration.ofSeconds(1));
    assertThat(watch.isSettled()).isTrue();
  }

  @Test
  void tellsTheGpusOfNodesThatJoin() {
    List<Integer> told = new ArrayList<>();
    watch.onGpus(told::add);

    answer(() -> Map.of("own", Map.of("CPU", 2.0)));
    answer(() -> Map.of("own", Map.of("CPU", 2.0)));
    answer(() -> Map.of("own", Map.of("CPU", 2.0), "late", Map.of("GPU", 8.0)));

    assertThat(told).containsExactly(0, 8);
  }

  private void answer(Set<String> nodes) {
    answer(() -> nodes.stream().collect(Collectors.toMap(node -> node, node -> Map.of())));
  }

  /** Waits until the answer has been evaluated, which is when the next question is asked. */
  private void answer(Supplier<Map<String, Map<String, Double>>> answer) {
    cluster.answers.add(answer);
    answered++;
    while (cluster.asked.get() <= answered) {
      watch.check();
      Thread.onSpinWait();
    }
  }

  private static final class FakeCluster implements ClusterView {
    final BlockingQueue<Supplier<Map<String, Map<String, Double>>>> answers =
        new LinkedBlockingQueue<>();
    final AtomicInteger asked = new AtomicInteger();
    volatile boolean listening = true;

    @Override
    public String ownNode() {
      return "own";
    }

    @Override
    public boolean isOwnNodeListening() {
      return listening;
    }

    @Override
    public Map<String, Map<String, Double>> nodes() {
      asked.incrementAndGet();
      try {
        return answers.take().get();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}

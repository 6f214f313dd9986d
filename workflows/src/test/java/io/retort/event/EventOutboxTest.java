package io.retort.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import io.retort.v1.Event;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import java.util.List;
import org.junit.jupiter.api.Test;

final class EventOutboxTest {
  private static final int TEMPORAL_TAKES = 2 << 20;

  private final EventOutbox outbox = new EventOutbox();

  @Test
  void keepsTheNewestEventsWithinItsBounds() {
    Run.Builder small = Run.newBuilder().setRunId("small");
    for (int count = 0; count < 300; count++) {
      outbox.phaseChanged(small, RunPhase.RUN_PHASE_RUNNING, Timestamp.getDefaultInstance());
    }
    assertThat(outbox.events()).hasSize(200);
    assertThat(last().getSequence()).isEqualTo(300);

    Run.Builder large = Run.newBuilder().setRunId("large").setNote("\u4e16".repeat(1000));
    for (int label = 0; label < 32; label++) {
      large.putLabels("x".repeat(310) + label, "\u4e16".repeat(63));
    }
    for (int count = 0; count < 200; count++) {
      outbox.phaseChanged(large, RunPhase.RUN_PHASE_PAUSED, Timestamp.getDefaultInstance());
    }

    assertThat(outbox.events().stream().mapToLong(Event::getSerializedSize).sum())
        .isBetween(TEMPORAL_TAKES / 8L, TEMPORAL_TAKES / 4L);
    assertThat(last().getSequence()).isEqualTo(500);
  }

  @Test
  void whatWasHandedOverDoesNotCount() {
    Run.Builder large = Run.newBuilder().setNote("\u4e16".repeat(1000));
    for (int count = 0; count < 150; count++) {
      outbox.phaseChanged(large, RunPhase.RUN_PHASE_PAUSED, Timestamp.getDefaultInstance());
    }
    List<Event> first = outbox.events();
    outbox.handedOver(first);
    assertThat(outbox.events()).isEmpty();

    for (int count = 0; count < 150; count++) {
      outbox.phaseChanged(large, RunPhase.RUN_PHASE_PAUSED, Timestamp.getDefaultInstance());
    }
    assertThat(outbox.events()).hasSameSizeAs(first);
  }

  private Event last() {
    List<Event> events = outbox.events();
    return events.get(events.size() - 1);
  }
}

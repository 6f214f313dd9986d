package io.retort.event;

import com.google.protobuf.Timestamp;
import io.retort.v1.AliasChange;
import io.retort.v1.Approval;
import io.retort.v1.Event;
import io.retort.v1.EventData;
import io.retort.v1.EventType;
import io.retort.v1.GateResult;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The events of a run that have not been handed over to their deliveries yet. Each is numbered; a
 * record of the run that is written takes those along that are here, so that none is lost while the
 * store is unavailable, and the run never waits for a subscriber.
 */
public final class EventOutbox {
  /** More than a run has between two records; the oldest are dropped beyond it. */
  private static final int MOST = 200;

  /** A quarter of what Temporal takes as the input of an activity, where the run itself is too. */
  private static final long MOST_BYTES = 512 << 10;

  private final Deque<Event> events = new ArrayDeque<>();
  private long bytes;
  private long sequence;

  /**
   * @param run in its new phase
   */
  public void phaseChanged(Run.Builder run, RunPhase previous, Timestamp at) {
    add(
        EventType.EVENT_TYPE_RUN_PHASE_CHANGED,
        run,
        at,
        EventData.newBuilder().setPreviousPhase(previous));
  }

  public void gateDecided(Run.Builder run, GateResult gate, Timestamp at) {
    add(
        EventType.EVENT_TYPE_RUN_GATE_DECIDED,
        run,
        at,
        EventData.newBuilder().setGate(RunOutline.of(gate)));
  }

  public void approvalAsked(Run.Builder run, Approval approval, Timestamp at) {
    add(
        EventType.EVENT_TYPE_RUN_APPROVAL_ASKED,
        run,
        at,
        EventData.newBuilder().setApproval(approval));
  }

  public void approvalDecided(Run.Builder run, Approval approval, Timestamp at) {
    add(
        EventType.EVENT_TYPE_RUN_APPROVAL_DECIDED,
        run,
        at,
        EventData.newBuilder().setApproval(approval));
  }

  public void aliasMoved(Run.Builder run, String model, AliasChange change, Timestamp at) {
    add(
        EventType.EVENT_TYPE_MODEL_ALIAS_MOVED,
        run,
        at,
        EventData.newBuilder().setModel(model).setAliasChange(change));
  }

  /** In their order. */
  public List<Event> events() {
    return List.copyOf(events);
  }

  /** Forgets events that a record has taken along. */
  public void handedOver(List<Event> taken) {
    events.removeAll(taken);
    bytes = events.stream().mapToLong(Event::getSerializedSize).sum();
  }

  private void add(EventType type, Run.Builder run, Timestamp at, EventData.Builder data) {
    sequence++;
    run.setEventSequence(sequence);
    Event event =
        Event.newBuilder()
            .setType(type)
            .setAt(at)
            .setSequence(sequence)
            .setData(data.setRun(RunOutline.of(run.build())))
            .build();
    events.add(event);
    bytes += event.getSerializedSize();
    while (events.size() > MOST || (bytes > MOST_BYTES && events.size() > 1)) {
      bytes -= events.remove().getSerializedSize();
    }
  }
}

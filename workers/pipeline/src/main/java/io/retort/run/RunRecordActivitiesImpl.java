package io.retort.run;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.grpc.StatusRuntimeException;
import io.retort.enums.RunPhases;
import io.retort.failure.Failures;
import io.retort.layout.RunLayout;
import io.retort.store.Store;
import io.retort.store.StoreFailures;
import io.retort.store.StoredMessages;
import io.retort.v1.Event;
import io.retort.v1.RecordRunRequest;
import io.retort.v1.Run;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * Writes {@code run.json} and {@code spec.json} of a run, indented for people, and its events as
 * lines of {@code logs/events.log}.
 *
 * <p>Events are handed over last, so that the record does not depend on them: an attempt that fails
 * to do so is repeated, and the run brings along what is left with its next record.
 *
 * <p>Once a record with a terminal phase is stored, only a record with the same phase replaces it.
 * A delayed write of an attempt that was considered dead therefore has no effect.
 */
public final class RunRecordActivitiesImpl implements RunRecordActivities {
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer().preservingProtoFieldNames();

  private final Store store;
  private final Publisher publisher;
  private final RunEvents events;

  /**
   * @param publisher of the events; may fail
   */
  public RunRecordActivitiesImpl(Store store, Publisher publisher) {
    this(store, publisher, Clock.systemUTC());
  }

  RunRecordActivitiesImpl(Store store, Publisher publisher, Clock clock) {
    this.store = store;
    this.publisher = publisher;
    events = new RunEvents(clock);
  }

  /** Hands over events to their deliveries; the same event once, however often it is given. */
  @FunctionalInterface
  public interface Publisher {
    void publish(List<Event> events) throws IOException;
  }

  @Override
  public void recordRun(RecordRunRequest request) {
    Run run = request.getRun();
    RunLayout layout = new RunLayout(request.getStoreUri(), run.getRunId());
    String recordUri = layout.record();
    try {
      Run before =
          StoredMessages.read(store, recordUri, Run.getDefaultInstance())
              .orElse(Run.getDefaultInstance());
      byte[] spec = json(run.getSpec());
      store.write(Store.resolve(layout.run(), "spec.json"), output -> output.write(spec));
      // Before the record, from which they are told: a repetition adds what is missing.
      addEvents(layout, before, run);
      store.update(
          recordUri,
          stored ->
              stored.isPresent()
                      && !mayReplace(
                          StoredMessages.parse(stored.get(), Run.getDefaultInstance(), recordUri),
                          run)
                  ? Optional.empty()
                  : Optional.of(json(run)));
      publisher.publish(request.getEventsList());
    } catch (IOException e) {
      throw StoreFailures.of(e);
    } catch (StatusRuntimeException e) {
      throw Failures.platform(
          "TEMPORAL",
          "the events of run " + run.getRunId() + " cannot be delivered: " + e.getStatus(),
          e);
    }
  }

  private void addEvents(RunLayout layout, Run before, Run run) throws IOException {
    if (!RunPhases.isTerminal(before.getPhase())) {
      boolean ignored = store.update(layout.events(), log -> events.added(log, before, run));
    }
  }

  private static boolean mayReplace(Run stored, Run next) {
    return !RunPhases.isTerminal(stored.getPhase()) || stored.getPhase() == next.getPhase();
  }

  private static byte[] json(Message message) throws InvalidProtocolBufferException {
    return (PRINTER.print(message) + "\n").getBytes(StandardCharsets.UTF_8);
  }
}

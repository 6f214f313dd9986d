package io.retort.run;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.retort.layout.RunLayout;
import io.retort.store.ProtoJson;
import io.retort.store.Store;
import io.retort.store.StoreFailures;
import io.retort.v1.RecordRunRequest;
import io.retort.v1.Run;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Writes {@code run.json} and {@code spec.json} of a run, indented for people.
 *
 * <p>Once a record with a terminal phase is stored, only a record with the same phase replaces it.
 * A delayed write of an attempt that was considered dead therefore has no effect.
 */
public final class RunRecordActivitiesImpl implements RunRecordActivities {
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer().preservingProtoFieldNames();

  private final Store store;

  public RunRecordActivitiesImpl(Store store) {
    this.store = store;
  }

  @Override
  public void recordRun(RecordRunRequest request) {
    Run run = request.getRun();
    RunLayout layout = new RunLayout(request.getStoreUri(), run.getRunId());
    String recordUri = layout.record();
    try {
      byte[] spec = json(run.getSpec());
      store.write(Store.resolve(layout.run(), "spec.json"), output -> output.write(spec));
      store.update(
          recordUri,
          stored ->
              stored.isPresent() && !mayReplace(parse(stored.get(), recordUri), run)
                  ? Optional.empty()
                  : Optional.of(json(run)));
    } catch (IOException e) {
      throw StoreFailures.of(e);
    }
  }

  private static boolean mayReplace(Run stored, Run next) {
    return !isTerminal(stored) || stored.getPhase() == next.getPhase();
  }

  private static boolean isTerminal(Run run) {
    return switch (run.getPhase()) {
      case RUN_PHASE_SUCCEEDED, RUN_PHASE_FAILED, RUN_PHASE_CANCELLED -> true;
      case RUN_PHASE_UNSPECIFIED,
          RUN_PHASE_QUEUED,
          RUN_PHASE_WAITING_FOR_RESOURCES,
          RUN_PHASE_RUNNING,
          RUN_PHASE_PAUSED,
          RUN_PHASE_AWAITING_APPROVAL,
          UNRECOGNIZED ->
          false;
    };
  }

  private static Run parse(byte[] json, String uri) throws IOException {
    return (Run) ProtoJson.parse(new String(json, StandardCharsets.UTF_8), Run.newBuilder(), uri);
  }

  private static byte[] json(Message message) throws InvalidProtocolBufferException {
    return (PRINTER.print(message) + "\n").getBytes(StandardCharsets.UTF_8);
  }
}

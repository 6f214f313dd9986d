package io.retort.control;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.retort.store.ProtoJson;
import io.retort.v1.Run;
import io.retort.v1.RunSpec;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import java.util.Map;
import java.util.Optional;

/**
 * Data stored in a run's workflow memo, so that it can be reported and retrained while no worker
 * runs.
 *
 * @param asked the spec before defaults, which a retrain changes, so that defaults follow the
 *     change
 * @param filled the spec with defaults, which runs
 */
record RunMemo(RunSpec asked, RunSpec filled, String originRunId, String runUri, RunTags tags) {
  private static final String ASKED = "retort_spec_asked";
  private static final String FILLED = "retort_spec";
  private static final String ORIGIN = "retort_origin";
  private static final String RUN_URI = "retort_run";
  private static final String TAGS = "retort_tags";
  private static final JsonFormat.Parser PARSER = JsonFormat.parser().ignoringUnknownFields();

  Map<String, Object> toMap() {
    return Map.of(
        ASKED,
        ProtoJson.print(asked),
        FILLED,
        ProtoJson.print(filled),
        ORIGIN,
        originRunId,
        RUN_URI,
        runUri,
        TAGS,
        ProtoJson.print(tags.addTo(Run.newBuilder())));
  }

  static Optional<RunMemo> of(WorkflowExecutionInfo info, Workflows workflows) {
    try {
      return Optional.of(
          new RunMemo(
              spec(workflows.memo(info, ASKED)),
              spec(workflows.memo(info, FILLED)),
              workflows.memo(info, ORIGIN),
              workflows.memo(info, RUN_URI),
              tags(workflows.memo(info, TAGS))));
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  /** Runs from before labels have none. */
  private static RunTags tags(String json) throws InvalidProtocolBufferException {
    Run.Builder run = Run.newBuilder();
    if (!json.isEmpty()) {
      PARSER.merge(json, run);
    }
    return RunTags.of(run.build());
  }

  private static RunSpec spec(String json) throws InvalidProtocolBufferException {
    RunSpec.Builder builder = RunSpec.newBuilder();
    PARSER.merge(json, builder);
    return builder.build();
  }
}

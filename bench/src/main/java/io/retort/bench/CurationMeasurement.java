package io.retort.bench;

import com.google.protobuf.util.Timestamps;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.retort.v1.CancelRunRequest;
import io.retort.v1.CreateRunRequest;
import io.retort.v1.CurationSpec;
import io.retort.v1.CurationSummary;
import io.retort.v1.DataFormat;
import io.retort.v1.DataSource;
import io.retort.v1.DataSpec;
import io.retort.v1.DifficultySignal;
import io.retort.v1.GetRunRequest;
import io.retort.v1.JudgeSpec;
import io.retort.v1.LastStage;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunServiceGrpc;
import io.retort.v1.RunSpec;
import io.retort.v1.Stage;
import io.retort.v1.StageProgress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A whole durable curation of the platform with one judge call per row: ingest, Temporal, gRPC,
 * records in the store.
 */
final class CurationMeasurement {
  private static final Duration LOOK_EVERY = Duration.ofSeconds(2);
  private static final int SHARDS_IN_FLIGHT = 4;
  private static final int SHARD_ROWS = 4_000;
  private static final double WARM = 0.4;
  private static final double BEFORE_THE_END = 0.9;
  private static final int TENTHS = 10;

  private final Workbench bench;

  CurationMeasurement(Workbench bench) {
    this.bench = bench;
  }

  Result run(int rows, int answerMillis) throws IOException, InterruptedException {
    Path data = bench.folder().resolve("rows.jsonl");
    ShortRows.write(data, rows);
    Workbench.RunningEndpoint endpoint = bench.endpoint(answerMillis);
    Workbench.RunningJudges judges = bench.judges(endpoint.baseUrl());
    Workbench.RunningPlatform platform = bench.platform(judges);
    List<BenchProcess> processes =
        new ArrayList<>(List.of(endpoint.process(), platform.temporal(), platform.pipeline()));
    processes.add(platform.control());
    processes.addAll(judges.processes());
    ManagedChannel channel =
        ManagedChannelBuilder.forTarget(platform.controlAddress()).usePlaintext().build();
    Sampler sampler = new Sampler(endpoint.baseUrl(), processes).start();
    try {
      RunServiceGrpc.RunServiceBlockingStub runs = RunServiceGrpc.newBlockingStub(channel);
      String runId =
          runs.createRun(CreateRunRequest.newBuilder().setSpec(spec(data)).build())
              .getRun()
              .getRunId();
      HeapCourse heap = new HeapCourse(new JvmHeap(platform.metricsPort()), rows, TENTHS);
      Run run = awaitCuration(runs, runId, heap);
      Samples samples = sampler.stop();
      CurationSummary curation = run.getSummary().getCuration();
      if (curation.getRetained() != rows) {
        throw new IllegalStateException(curation + " (expected: " + rows + " retained)");
      }
      StageProgress stage = stage(run).orElseThrow();
      double seconds =
          Timestamps.toMillis(stage.getFinishedAt()) / 1e3
              - Timestamps.toMillis(stage.getStartedAt()) / 1e3;
      History history = History.of(platform.temporalAddress(), runId);
      return new Result(
          "durable curation",
          samples.between((long) (rows * WARM), (long) (rows * BEFORE_THE_END)),
          List.of("pipeline", "judge-1", "judge-2"),
          samples.peakBytes(),
          String.format(
              Locale.ROOT,
              "curate stage: %,d rows in %.1f s, %,.0f rows/s; %s; %s",
              rows,
              seconds,
              rows / seconds,
              history.describe(rows),
              heap));
    } finally {
      channel.shutdownNow();
    }
  }

  private static RunSpec spec(Path data) {
    return RunSpec.newBuilder()
        .setName("bench")
        .setLastStage(LastStage.LAST_STAGE_CURATE)
        .setData(
            DataSpec.newBuilder()
                .setShardRows(SHARD_ROWS)
                .addTrain(
                    DataSource.newBuilder()
                        .setPath(data.toString())
                        .setFormat(DataFormat.DATA_FORMAT_FIELDS)))
        .setJudge(JudgeSpec.newBuilder().setConcurrency(Workbench.SLOTS / SHARDS_IN_FLIGHT))
        .setCuration(
            CurationSpec.newBuilder()
                .setDifficulty(DifficultySignal.DIFFICULTY_SIGNAL_JUDGE)
                .setMaxRounds(0)
                .setLlmValidation(false)
                .setShardsInFlight(SHARDS_IN_FLIGHT))
        .build();
  }

  private static Run awaitCuration(
      RunServiceGrpc.RunServiceBlockingStub runs, String runId, HeapCourse heap)
      throws IOException, InterruptedException {
    GetRunRequest request = GetRunRequest.newBuilder().setRunId(runId).build();
    while (true) {
      Run run = runs.getRun(request).getRun();
      Optional<StageProgress> stage = stage(run);
      if (stage.isPresent() && stage.get().hasFinishedAt()) {
        if (run.getPhase() == RunPhase.RUN_PHASE_RUNNING) {
          Run unused =
              runs.cancelRun(
                      CancelRunRequest.newBuilder().setRunId(runId).setReason("measured").build())
                  .getRun();
        }
        return run;
      }
      if (run.hasFailure() || run.getPhase() == RunPhase.RUN_PHASE_CANCELLED) {
        throw new IllegalStateException("run: " + run + " (expected: a curation)");
      }
      if (stage.isPresent()) {
        heap.look(stage.get().getDone());
      }
      Thread.sleep(LOOK_EVERY.toMillis());
    }
  }

  private static Optional<StageProgress> stage(Run run) {
    return run.getStagesList().stream()
        .filter(stage -> stage.getStage() == Stage.STAGE_CURATE)
        .findFirst();
  }
}

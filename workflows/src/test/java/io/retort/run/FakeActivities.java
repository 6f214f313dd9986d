package io.retort.run;

import com.google.protobuf.Message;
import com.google.protobuf.StringValue;
import io.retort.evaluation.EvaluationActivities;
import io.retort.export.ExportActivities;
import io.retort.ingest.IngestActivities;
import io.retort.plan.PlanActivities;
import io.retort.release.ReleaseActivities;
import io.retort.rows.PromptActivities;
import io.retort.rows.RowStageActivities;
import io.retort.stage.StageActivities;
import io.retort.training.ResourceActivities;
import io.retort.training.TrainerActivities;
import io.retort.v1.ArtifactRef;
import io.retort.v1.CalibrateRequest;
import io.retort.v1.CalibrateResponse;
import io.retort.v1.Calibration;
import io.retort.v1.CheckLocationsRequest;
import io.retort.v1.CheckLocationsResponse;
import io.retort.v1.CompareForGateRequest;
import io.retort.v1.CompareForGateResponse;
import io.retort.v1.CompareRequest;
import io.retort.v1.CompareResponse;
import io.retort.v1.Comparison;
import io.retort.v1.CurationSummary;
import io.retort.v1.DescribeRowStageRequest;
import io.retort.v1.DescribeRowStageResponse;
import io.retort.v1.DescribeSourcesRequest;
import io.retort.v1.DescribeSourcesResponse;
import io.retort.v1.Event;
import io.retort.v1.ExplainStagesRequest;
import io.retort.v1.ExplainStagesResponse;
import io.retort.v1.ExportDataRequest;
import io.retort.v1.ExportDataResponse;
import io.retort.v1.ExportResult;
import io.retort.v1.ExportSummary;
import io.retort.v1.FindStageRequest;
import io.retort.v1.FindStageResponse;
import io.retort.v1.FinishStageRequest;
import io.retort.v1.FinishStageResponse;
import io.retort.v1.FlipSummary;
import io.retort.v1.GenerationResult;
import io.retort.v1.IngestRequest;
import io.retort.v1.IngestResponse;
import io.retort.v1.IngestSummary;
import io.retort.v1.InspectStudentRequest;
import io.retort.v1.InspectStudentResponse;
import io.retort.v1.ListFlipsRequest;
import io.retort.v1.ListFlipsResponse;
import io.retort.v1.MoveAliasRequest;
import io.retort.v1.MoveAliasResponse;
import io.retort.v1.PairingSummary;
import io.retort.v1.PlannedStage;
import io.retort.v1.PublishRequest;
import io.retort.v1.PublishResponse;
import io.retort.v1.PublishStageRequest;
import io.retort.v1.RecordRunRequest;
import io.retort.v1.ReleaseSummary;
import io.retort.v1.ReserveVersionRequest;
import io.retort.v1.ReserveVersionResponse;
import io.retort.v1.ResourceSpec;
import io.retort.v1.RowStageContext;
import io.retort.v1.Run;
import io.retort.v1.RunShardRequest;
import io.retort.v1.RunShardResponse;
import io.retort.v1.Score;
import io.retort.v1.ScoreRequest;
import io.retort.v1.ScoreResponse;
import io.retort.v1.SnapshotPromptsRequest;
import io.retort.v1.Stage;
import io.retort.v1.StageExplanation;
import io.retort.v1.StageRecord;
import io.retort.v1.TrainerJob;
import io.retort.v1.TrainerResult;
import io.retort.v1.TrainingResult;
import io.retort.v1.WriteReportRequest;
import io.retort.v1.WriteReportResponse;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;

/** Every activity of a run, answering at once; hooks let a test fail or block one. */
public final class FakeActivities
    implements IngestActivities,
        PromptActivities,
        RowStageActivities,
        TrainerActivities,
        ResourceActivities,
        EvaluationActivities,
        ReleaseActivities,
        ExportActivities,
        StageActivities,
        PlanActivities,
        RunRecordActivities {
  public static final long ROWS_PER_SHARD = 10;

  public static final String REPORT_DIGEST = "1".repeat(64);

  public final List<TrainerJob> jobs = new CopyOnWriteArrayList<>();
  public final List<Run> records = new CopyOnWriteArrayList<>();

  /** Those that records have taken along, in order. */
  public final List<Event> events = new CopyOnWriteArrayList<>();

  public final AtomicInteger finishedShards = new AtomicInteger();
  public final AtomicInteger inspectedStudents = new AtomicInteger();

  /** The requests of student checks. */
  public final List<InspectStudentRequest> checks = new CopyOnWriteArrayList<>();

  /** Every model that was inspected, in order. */
  public final List<InspectStudentRequest> inspected = new CopyOnWriteArrayList<>();

  /** Told of a student that is checked. */
  public volatile List<String> warnings = List.of();

  /** Inspected students, in order. */
  public final List<String> students = new CopyOnWriteArrayList<>();

  /** Commit of the main branch of every model of the hub. */
  public volatile String hubCommit = "c1";

  public final AtomicInteger snapshots = new AtomicInteger();

  /** Published results by fingerprint; stands in for the store that runs share. */
  public final Map<String, StageRecord> stages = new ConcurrentHashMap<>();

  public final AtomicInteger reports = new AtomicInteger();
  public final List<MoveAliasRequest> aliases = new CopyOnWriteArrayList<>();

  /** Stages that plans could not reuse, in order. */
  public final List<PlannedStage> explained = new CopyOnWriteArrayList<>();

  /** Answer to {@link #checkLocations}. */
  public volatile Function<CheckLocationsRequest, CheckLocationsResponse> locations =
      request -> CheckLocationsResponse.getDefaultInstance();

  /** Suffix of the sources' digests, which represents their current content. */
  public volatile String content = "";

  /** What the release stage was told to publish. */
  public final List<PublishRequest> published = new CopyOnWriteArrayList<>();

  public final List<WriteReportRequest> reportRequests = new CopyOnWriteArrayList<>();
  public final List<CompareForGateRequest> gateRequests = new CopyOnWriteArrayList<>();

  /** What was found out about evaluations, in order. */
  public final List<String> findings = new CopyOnWriteArrayList<>();

  /** Answer to {@link #compareForGate}. */
  public volatile CompareForGateResponse compared = CompareForGateResponse.getDefaultInstance();

  /** Answer to {@link #moveAlias}; unset: the version that was asked for. */
  public volatile Optional<Integer> aliasStays = Optional.empty();

  public volatile Function<CompareRequest, List<Comparison>> onCompare =
      request ->
          List.of(
              Comparison.newBuilder()
                  .setModel("stage-2")
                  .setBaseline("base")
                  .setProblems(request.getScoresCount())
                  .build());
  public volatile Runnable onReport = () -> {};
  public volatile Consumer<FindStageRequest> onFindStage = request -> {};
  public volatile Consumer<Run> onRecord = run -> {};
  public volatile int shards = 3;
  public volatile Consumer<IngestRequest> onIngest = request -> {};
  public volatile Function<RunShardRequest, RunShardResponse> onShard =
      request -> RunShardResponse.newBuilder().setRows(ROWS_PER_SHARD).build();
  public volatile Consumer<ResourceSpec> onResources = resources -> {};
  public volatile Consumer<TrainerJob> onTrainerJob = job -> {};
  public volatile Consumer<ScoreRequest> onScore = request -> {};

  @Override
  public void checkResources(ResourceSpec resources) {
    onResources.accept(resources);
  }

  @Override
  public InspectStudentResponse inspectStudent(InspectStudentRequest request) {
    inspectedStudents.incrementAndGet();
    inspected.add(request);
    students.add(request.getModelUri());
    if (request.hasTemplate()) {
      checks.add(request);
    }
    List<String> told = request.hasTemplate() ? warnings : List.of();
    if (request.getModelUri().startsWith("hf://")) {
      String pinned =
          request.getModelUri().contains("@")
              ? request.getModelUri()
              : request.getModelUri() + "@" + hubCommit;
      String folder = pinned.replace("hf://", request.getStoreUri() + "/students/");
      return InspectStudentResponse.newBuilder()
          .setModelUri(folder)
          .setModel(artifact(folder, 0, StringValue.of(pinned)))
          .setPinnedUri(pinned)
          .addAllWarnings(told)
          .build();
    }
    return InspectStudentResponse.newBuilder()
        .setModelUri(request.getModelUri())
        .setModel(artifact(request.getModelUri(), 0, StringValue.of(request.getModelUri())))
        .addAllWarnings(told)
        .build();
  }

  @Override
  public DescribeSourcesResponse describeSources(DescribeSourcesRequest request) {
    return DescribeSourcesResponse.newBuilder()
        .addAllSources(
            request.getSourcesList().stream()
                .map(
                    source ->
                        artifact(
                            source.getPath(),
                            0,
                            source,
                            StringValue.newBuilder().setValue(content).build()))
                .toList())
        .build();
  }

  @Override
  public DescribeRowStageResponse describeRowStage(DescribeRowStageRequest request) {
    return DescribeRowStageResponse.newBuilder().putInputs("judge", "a judge").build();
  }

  @Override
  public FindStageResponse findStage(FindStageRequest request) {
    onFindStage.accept(request);
    StageRecord record = stages.get(request.getFingerprint());
    return record == null
        ? FindStageResponse.getDefaultInstance()
        : FindStageResponse.newBuilder().setRecord(record).build();
  }

  @Override
  public CheckLocationsResponse checkLocations(CheckLocationsRequest request) {
    return locations.apply(request);
  }

  @Override
  public ExplainStagesResponse explainStages(ExplainStagesRequest request) {
    ExplainStagesResponse.Builder response = ExplainStagesResponse.newBuilder();
    for (PlannedStage stage : request.getStagesList()) {
      explained.add(stage);
      response.addStages(
          StageExplanation.newBuilder()
              .setComparedRunId(String.join("+", stage.getCandidatesList())));
    }
    return response.build();
  }

  @Override
  public void publishStage(PublishStageRequest request) {
    stages.put(request.getRecord().getFingerprint(), request.getRecord());
  }

  @Override
  public MoveAliasResponse moveAlias(MoveAliasRequest request) {
    aliases.add(request);
    return MoveAliasResponse.newBuilder()
        .setVersion(aliasStays.orElse(request.getVersion()))
        .build();
  }

  @Override
  public void snapshotPrompts(SnapshotPromptsRequest request) {
    snapshots.incrementAndGet();
  }

  @Override
  public IngestResponse ingest(IngestRequest request) {
    onIngest.accept(request);
    return IngestResponse.newBuilder()
        .setSummary(
            IngestSummary.newBuilder()
                .setDataset(
                    artifact(
                        "file:///store/datasets/d/manifest.json", shards * ROWS_PER_SHARD, request))
                .setRows(shards * ROWS_PER_SHARD)
                .setShards(shards))
        .build();
  }

  @Override
  public RunShardResponse runShard(RunShardRequest request) {
    RunShardResponse response = onShard.apply(request);
    finishedShards.incrementAndGet();
    return response;
  }

  @Override
  public FinishStageResponse finishStage(FinishStageRequest request) {
    RowStageContext context = request.getContext();
    long rows = context.getInput().getRows();
    FinishStageResponse.Builder response = FinishStageResponse.newBuilder();
    if (context.getStage() == Stage.STAGE_CURATE) {
      response.setCuration(
          CurationSummary.newBuilder()
              .setKept(
                  artifact(
                      "file:///store/runs/r/curation/kept/manifest.json",
                      rows,
                      context.getRun().getSpec(),
                      context.getInput()))
              .setRecords(
                  artifact(
                      "file:///store/runs/r/curation/manifest.json",
                      rows,
                      context.getRun().getSpec(),
                      context.getInput()))
              .setRows(rows)
              .setRetained(rows));
    } else {
      response.setPairing(
          PairingSummary.newBuilder()
              .setPairs(
                  artifact(
                      "file:///store/runs/r/pairs/all/manifest.json",
                      5,
                      context.getRun().getSpec(),
                      context.getInput()))
              .setRows(rows));
    }
    return response.build();
  }

  @Override
  public TrainerResult runTrainerJob(TrainerJob job) {
    onTrainerJob.accept(job);
    jobs.add(job);
    TrainerResult.Builder result = TrainerResult.newBuilder();
    switch (job.getJobCase()) {
      case TRAINING ->
          result.setTraining(
              TrainingResult.newBuilder()
                  .setModelUri(job.getTraining().getCheckpointsUri() + "/final")
                  .setModelSha256(
                      sha256(
                          job.getTraining().getSettings(),
                          job.getTraining().getDataset().toBuilder().clearUri().build()))
                  .setSteps(4)
                  .setFinalLoss(0.5));
      case GENERATION ->
          result.setGeneration(
              GenerationResult.newBuilder()
                  .setSamples(
                      artifact(job.getGeneration().getOutputUri() + "/manifest.json", 8, job)));
      case EXPORT ->
          result.setExport(ExportResult.newBuilder().setModelUri(job.getExport().getOutputUri()));
      case JOB_NOT_SET -> throw new IllegalArgumentException("job: not set (expected: one)");
    }
    return result.build();
  }

  @Override
  public ScoreResponse score(ScoreRequest request) {
    onScore.accept(request);
    return ScoreResponse.newBuilder()
        .setScore(
            Score.newBuilder()
                .setModel(request.getModel())
                .setBenchmark(request.getBenchmark().getName()))
        .setArtifact(ArtifactRef.newBuilder().setUri("file:///store/scores/" + request.getModel()))
        .build();
  }

  @Override
  public CompareResponse compare(CompareRequest request) {
    return CompareResponse.newBuilder().addAllComparisons(onCompare.apply(request)).build();
  }

  @Override
  public CompareForGateResponse compareForGate(CompareForGateRequest request) {
    gateRequests.add(request);
    return compared;
  }

  @Override
  public ListFlipsResponse listFlips(ListFlipsRequest request) {
    findings.add("flips");
    return ListFlipsResponse.newBuilder()
        .setFlips(
            FlipSummary.newBuilder()
                .setRunId(request.getRun().getOriginRunId())
                .setCompared(request.getRun().getSummary().getScoresCount()))
        .build();
  }

  @Override
  public CalibrateResponse calibrate(CalibrateRequest request) {
    findings.add("calibrations");
    return CalibrateResponse.newBuilder()
        .addCalibrations(
            Calibration.newBuilder()
                .setRunId(request.getRun().getRunId())
                .setCodeVersion(request.getCodeVersion()))
        .build();
  }

  @Override
  public ReserveVersionResponse reserveVersion(ReserveVersionRequest request) {
    return ReserveVersionResponse.newBuilder()
        .setVersion(1)
        .setModelUri("file:///store/models/m/versions/1")
        .build();
  }

  @Override
  public PublishResponse publish(PublishRequest request) {
    published.add(request);
    return PublishResponse.newBuilder()
        .setRelease(ReleaseSummary.newBuilder().setModel("m").setVersion(request.getVersion()))
        .build();
  }

  @Override
  public WriteReportResponse writeReport(WriteReportRequest request) {
    reports.incrementAndGet();
    reportRequests.add(request);
    onReport.run();
    return WriteReportResponse.newBuilder()
        .setReportUri("file:///store/runs/r/report/index.html")
        .setReportDigest(REPORT_DIGEST)
        .build();
  }

  @Override
  public ExportDataResponse exportData(ExportDataRequest request) {
    return ExportDataResponse.newBuilder()
        .setExport(
            ExportSummary.newBuilder()
                .setUri("file:///store/runs/r/export")
                .setSamples(request.getRun().getSummary().getCuration().getKept().getRows())
                .setPairs(request.getRun().getSummary().getPairing().getPairs().getRows()))
        .build();
  }

  @Override
  public void recordRun(RecordRunRequest request) {
    onRecord.accept(request.getRun());
    records.add(request.getRun());
    events.addAll(request.getEventsList());
  }

  /** The digest is computed from the inputs of the artifact. */
  private static ArtifactRef artifact(String uri, long rows, Message... from) {
    return ArtifactRef.newBuilder().setUri(uri).setSha256(sha256(from)).setRows(rows).build();
  }

  private static String sha256(Message... messages) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Message message : messages) {
        digest.update(message.toByteArray());
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}

package io.retort.release;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.retort.failure.Failures;
import io.retort.layout.RunLayout;
import io.retort.release.report.HtmlReport;
import io.retort.release.report.ReportExamples;
import io.retort.store.Store;
import io.retort.store.StoreFailures;
import io.retort.v1.ArtifactRef;
import io.retort.v1.MoveAliasRequest;
import io.retort.v1.MoveAliasResponse;
import io.retort.v1.PublishRequest;
import io.retort.v1.PublishResponse;
import io.retort.v1.ReleaseProvenance;
import io.retort.v1.ReleaseSpec;
import io.retort.v1.ReleaseSummary;
import io.retort.v1.ReserveVersionRequest;
import io.retort.v1.ReserveVersionResponse;
import io.retort.v1.Run;
import io.retort.v1.RunContext;
import io.retort.v1.RunSummary;
import io.retort.v1.WriteReportRequest;
import io.retort.v1.WriteReportResponse;
import io.temporal.activity.Activity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The file-like registry: versions, provenance, aliases and reports as objects of the store. */
public final class ReleaseActivitiesImpl implements ReleaseActivities {
  /** Name of the object in a version's folder that says where the model comes from. */
  public static final String PROVENANCE = "provenance.json";

  private static final int SCHEMA_VERSION = 1;
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer().preservingProtoFieldNames().sortingMapKeys();

  private final Store store;
  private final Runnable heartbeat;

  public ReleaseActivitiesImpl(Store store) {
    this(store, () -> Activity.getExecutionContext().heartbeat(null));
  }

  ReleaseActivitiesImpl(Store store, Runnable heartbeat) {
    this.store = store;
    this.heartbeat = heartbeat;
  }

  @Override
  public ReserveVersionResponse reserveVersion(ReserveVersionRequest request) {
    RunContext run = request.getRun();
    String model = run.getSpec().getRelease().getModel();
    try {
      ModelVersions versions = new ModelVersions(store, run.getStoreUri(), model);
      int version = versions.reserve(run.getRunId());
      return ReserveVersionResponse.newBuilder()
          .setVersion(version)
          .setModelUri(versions.folder(version))
          .build();
    } catch (IOException e) {
      throw StoreFailures.of(e);
    }
  }

  @Override
  public PublishResponse publish(PublishRequest request) {
    Run run = request.getRun();
    ReleaseSpec release = run.getSpec().getRelease();
    int version = request.getVersion();
    try {
      ModelVersions versions = new ModelVersions(store, request.getStoreUri(), release.getModel());
      requireOwner(versions, version, run.getRunId(), release.getModel());
      ExportCheck.check(store, request.getExport(), heartbeat);
      byte[] json = json(provenance(request));
      ArtifactRef provenance =
          store.write(
              Store.resolve(versions.folder(version), PROVENANCE), output -> output.write(json));
      if (!request.getLeavesAlias()) {
        int unused =
            new Aliases(store, request.getStoreUri(), release.getModel())
                .moveForwards(release.getAlias(), version);
      }
      return PublishResponse.newBuilder()
          .setProvenance(provenance)
          .setRelease(
              ReleaseSummary.newBuilder()
                  .setModel(release.getModel())
                  .setVersion(version)
                  .setAlias(request.getLeavesAlias() ? "" : release.getAlias())
                  .setModelUri(versions.folder(version)))
          .build();
    } catch (IOException e) {
      throw StoreFailures.of(e);
    }
  }

  @Override
  public MoveAliasResponse moveAlias(MoveAliasRequest request) {
    try {
      return MoveAliasResponse.newBuilder()
          .setVersion(
              new Aliases(store, request.getStoreUri(), request.getModel())
                  .moveForwards(request.getAlias(), request.getVersion()))
          .build();
    } catch (IOException e) {
      throw StoreFailures.of(e);
    }
  }

  @Override
  public WriteReportResponse writeReport(WriteReportRequest request) {
    Run run = request.getRun();
    RunLayout layout = new RunLayout(request.getStoreUri(), run.getRunId());
    try {
      byte[] html =
          HtmlReport.render(run, ReportExamples.read(store, request.getStoreUri(), run))
              .getBytes(StandardCharsets.UTF_8);
      store.write(layout.report(), output -> output.write(html));
      return WriteReportResponse.newBuilder().setReportUri(layout.report()).build();
    } catch (IOException e) {
      throw StoreFailures.of(e);
    }
  }

  private static void requireOwner(ModelVersions versions, int version, String runId, String model)
      throws IOException {
    Optional<String> owner = versions.owner(version);
    if (!owner.equals(Optional.of(runId))) {
      throw Failures.platform(
          "VERSION_NOT_RESERVED",
          "model "
              + model
              + " version "
              + version
              + ": reserved by "
              + owner.orElse("nobody")
              + " (expected: "
              + runId
              + ")",
          null);
    }
  }

  private static ReleaseProvenance provenance(PublishRequest request) {
    Run run = request.getRun();
    RunSummary summary = run.getSummary();
    return ReleaseProvenance.newBuilder()
        .setSchemaVersion(SCHEMA_VERSION)
        .setRunId(run.getRunId())
        .setOriginRunId(run.getOriginRunId())
        .setModel(run.getSpec().getRelease().getModel())
        .setVersion(request.getVersion())
        .setSpec(run.getSpec())
        .setDataset(summary.getIngest().getDataset())
        .setCurated(summary.getCuration().getKept())
        .setPairs(summary.getPairing().getPairs())
        .setSftCheckpointUri(summary.getSft().getModelUri())
        .setCogpoCheckpointUri(summary.getCogpo().getModelUri())
        .addAllScores(summary.getScoresList())
        .addAllComparisons(summary.getComparisonsList())
        .setParameters(request.getExport().getParameters())
        .putAllFiles(request.getExport().getFilesMap())
        .build();
  }

  private static byte[] json(ReleaseProvenance provenance) throws InvalidProtocolBufferException {
    return (PRINTER.print(provenance) + "\n").getBytes(StandardCharsets.UTF_8);
  }
}

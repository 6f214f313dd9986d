package io.retort.release;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import com.google.protobuf.util.Timestamps;
import io.retort.evaluation.Calibrations;
import io.retort.failure.Failures;
import io.retort.layout.RunLayout;
import io.retort.registry.Aliases;
import io.retort.registry.ContentDigest;
import io.retort.registry.ModelVersions;
import io.retort.release.report.HtmlReport;
import io.retort.release.report.ReportAnswers;
import io.retort.release.report.ReportExamples;
import io.retort.store.Hashes;
import io.retort.store.Store;
import io.retort.store.StoreFailures;
import io.retort.v1.AliasChange;
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
import io.retort.v1.WriteReportRequest;
import io.retort.v1.WriteReportResponse;
import io.temporal.activity.Activity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Optional;
import java.util.OptionalInt;

/** The file-like registry: versions, provenance, aliases and reports as objects of the store. */
public final class ReleaseActivitiesImpl implements ReleaseActivities {
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer().preservingProtoFieldNames().sortingMapKeys();

  private final Store store;
  private final Runnable heartbeat;
  private final Clock clock = Clock.systemUTC();

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
      String content = ContentDigest.of(request.getExport().getFilesMap());
      // Asked first: what a repeated attempt finds may be half deleted.
      Optional<Integer> known = versions.ofContent(content);
      if (known.isEmpty() || known.get() == version) {
        ExportCheck.check(store, request.getExport(), heartbeat);
        VersionScoreRecords.copy(
            store, run.getSummary(), Provenance.released(request), versions.folder(version));
        byte[] json = json(Provenance.of(store, request));
        ArtifactRef unused =
            store.write(
                Store.resolve(versions.folder(version), ModelVersions.PROVENANCE),
                output -> output.write(json));
      }
      int registered = versions.register(version, content, heartbeat);
      if (registered != version) {
        versions.clear(version);
      }
      if (!request.getLeavesAlias()) {
        int unused =
            moveForwards(
                request.getStoreUri(),
                release.getModel(),
                release.getAlias(),
                registered,
                run.getRunId(),
                OptionalInt.empty());
      }
      return PublishResponse.newBuilder()
          .setProvenance(
              reference(Store.resolve(versions.folder(registered), ModelVersions.PROVENANCE)))
          .setRelease(
              ReleaseSummary.newBuilder()
                  .setModel(release.getModel())
                  .setVersion(registered)
                  .setAlias(request.getLeavesAlias() ? "" : release.getAlias())
                  .setModelUri(versions.folder(registered)))
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
              moveForwards(
                  request.getStoreUri(),
                  request.getModel(),
                  request.getAlias(),
                  request.getVersion(),
                  request.getRunId(),
                  request.hasExpectedVersion()
                      ? OptionalInt.of(request.getExpectedVersion())
                      : OptionalInt.empty()))
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
      ReportExamples examples = ReportExamples.read(store, request.getStoreUri(), run);
      heartbeat.run();
      ReportAnswers answers = ReportAnswers.read(store, run, heartbeat);
      byte[] html =
          HtmlReport.render(
                  new Calibrations(store, request.getStoreUri()).stamped(run), examples, answers)
              .getBytes(StandardCharsets.UTF_8);
      String uri = request.getForApproval() ? layout.approvalReport() : layout.report();
      ArtifactRef report = store.write(uri, output -> output.write(html));
      return WriteReportResponse.newBuilder()
          .setReportUri(uri)
          .setReportDigest(report.getSha256())
          .build();
    } catch (IOException e) {
      throw StoreFailures.of(e);
    }
  }

  private int moveForwards(
      String storeUri, String model, String alias, int version, String runId, OptionalInt expected)
      throws IOException {
    return new Aliases(store, storeUri, model)
        .moveForwards(
            AliasChange.newBuilder()
                .setAlias(alias)
                .setToVersion(version)
                .setRunId(runId)
                .setChangedAt(Timestamps.fromMillis(clock.millis()))
                .build(),
            expected);
  }

  private ArtifactRef reference(String uri) throws IOException {
    return ArtifactRef.newBuilder()
        .setUri(uri)
        .setSha256(Hashes.sha256Hex(store, uri))
        .setBytes(store.size(uri))
        .build();
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

  private static byte[] json(ReleaseProvenance provenance) throws InvalidProtocolBufferException {
    return (PRINTER.print(provenance) + "\n").getBytes(StandardCharsets.UTF_8);
  }
}

package io.retort.lineage;

import io.retort.registry.ModelReference;
import io.retort.registry.ModelRegistry;
import io.retort.v1.Lineage;
import io.retort.v1.LineageVersion;
import io.retort.v1.ModelVersion;
import io.retort.v1.RelatedRun;
import io.retort.v1.ReleaseSummary;
import io.retort.v1.Run;
import io.retort.v1.StageOrigin;
import io.retort.v1.StageProgress;
import io.retort.v1.StageReuse;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Finds the runs and versions that a run is related to. */
public final class RunLineage {
  private static final int MOST_ORIGINS = 20;
  private static final int MOST_RETRAINS = 100;

  private final Function<String, Optional<Run>> byId;
  private final Function<String, List<RelatedRun>> retrains;
  private final ModelRegistry models;

  /**
   * @param byId a run, empty if it is not known
   * @param retrains runs with the given origin, newest first
   */
  public RunLineage(
      Function<String, Optional<Run>> byId,
      Function<String, List<RelatedRun>> retrains,
      ModelRegistry models) {
    this.byId = byId;
    this.retrains = retrains;
    this.models = models;
  }

  /**
   * @throws IOException on a fault of the store
   */
  public Lineage of(Run run) throws IOException {
    Lineage.Builder lineage = Lineage.newBuilder().setRunId(run.getRunId());
    addOrigins(run, lineage);
    List<RelatedRun> all = retrains.apply(run.getRunId());
    int shown = Math.min(MOST_RETRAINS, all.size());
    lineage.addAllRetrains(all.subList(0, shown)).setMoreRetrains(all.size() - shown);
    if (run.getSummary().getRelease().getVersion() != 0) {
      lineage.addVersions(version(run.getSummary().getRelease()));
    }
    for (StageProgress stage : run.getStagesList()) {
      lineage.addStages(
          StageOrigin.newBuilder()
              .setStage(stage.getStage())
              .setReuse(stage.getReuse())
              .setMadeByRunId(
                  stage.getReuse() == StageReuse.STAGE_REUSE_HIT
                      ? stage.getMadeByRunId()
                      : run.getRunId()));
    }
    return lineage.build();
  }

  private void addOrigins(Run run, Lineage.Builder lineage) {
    Set<String> seen = new HashSet<>(Set.of(run.getRunId()));
    String originId = run.getOriginRunId();
    while (!originId.isEmpty() && seen.add(originId) && lineage.getOriginsCount() < MOST_ORIGINS) {
      RelatedRun.Builder related = RelatedRun.newBuilder().setRunId(originId);
      Optional<Run> origin = byId.apply(originId);
      origin.ifPresent(
          found -> related.setPhase(found.getPhase()).setCreatedAt(found.getCreatedAt()));
      lineage.addOrigins(related);
      originId = origin.map(Run::getOriginRunId).orElse("");
    }
  }

  /** The files of a version may have been deleted since. */
  private LineageVersion version(ReleaseSummary release) throws IOException {
    LineageVersion.Builder version =
        LineageVersion.newBuilder().setModel(release.getModel()).setVersion(release.getVersion());
    Optional<ModelReference> reference =
        ModelReference.parse(
            release.getModel() + ":v" + Integer.toUnsignedString(release.getVersion()));
    if (reference.isPresent()) {
      Optional<ModelVersion> found = models.resolve(reference.get());
      found.ifPresent(
          published ->
              version
                  .addAllAliases(published.getAliasesList())
                  .setPublishedByRunId(published.getProvenance().getRunId()));
    }
    return version.build();
  }
}

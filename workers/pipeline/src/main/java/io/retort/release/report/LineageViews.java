package io.retort.release.report;

import io.retort.report.Figures;
import io.retort.v1.ArtifactRef;
import io.retort.v1.Run;
import io.retort.v1.RunSummary;
import io.retort.v1.StageReuse;
import java.util.ArrayList;
import java.util.List;

/** What a run's models come from: student, data, earlier runs, and what each stage made. */
final class LineageViews {
  /**
   * @param fingerprints of the stages, what their results depend on
   */
  record Lineage(List<ReportView.Fact> facts, List<Fingerprint> fingerprints) {
    boolean hasFingerprints() {
      return !fingerprints.isEmpty();
    }
  }

  record Fingerprint(String stage, String madeBy, String fingerprint) {}

  static Lineage of(Run run) {
    return new Lineage(
        facts(run),
        run.getStagesList().stream()
            .filter(stage -> !stage.getFingerprint().isEmpty())
            .map(
                stage ->
                    new Fingerprint(
                        Figures.name(stage.getStage()),
                        stage.getReuse() == StageReuse.STAGE_REUSE_HIT
                            ? stage.getMadeByRunId()
                            : "this run",
                        stage.getFingerprint()))
            .toList());
  }

  private static List<ReportView.Fact> facts(Run run) {
    RunSummary summary = run.getSummary();
    List<ReportView.Fact> facts = new ArrayList<>();
    add(facts, "Retrained from", run.getOriginRunId());
    facts.addAll(EvaluatedModelViews.facts(summary.getModelsList()));
    add(facts, "Student", run.getSpec().getStudent().getModel());
    run.getSpec()
        .getData()
        .getTrainList()
        .forEach(source -> facts.add(new ReportView.Fact("Training file", source.getPath())));
    summary.getIngest().getRevisionsList().forEach(revision -> add(facts, "Read from", revision));
    add(facts, "Data set", summary.getIngest().getDataset());
    add(facts, "Curation records", summary.getCuration().getRecords());
    add(facts, "Kept samples", summary.getCuration().getKept());
    add(facts, "Preference pairs", summary.getPairing().getPairs());
    model(
        facts,
        "Stage-1 checkpoint",
        summary.getSft().getModelUri(),
        summary.getSft().getModelSha256());
    model(
        facts,
        "Stage-2 checkpoint",
        summary.getCogpo().getModelUri(),
        summary.getCogpo().getModelSha256());
    summary.getScoresList().stream()
        .map(score -> score.getBenchmark() + "\n" + score.getDatasetSha256())
        .distinct()
        .map(text -> text.split("\n", 2))
        .forEach(
            benchmark ->
                facts.add(
                    new ReportView.Fact("Benchmark " + benchmark[0], "sha256 " + benchmark[1])));
    add(facts, "Published model", summary.getRelease().getModelUri());
    return facts;
  }

  private static void model(List<ReportView.Fact> facts, String name, String uri, String sha256) {
    add(facts, name, uri.isEmpty() || sha256.isEmpty() ? uri : uri + "\nsha256 " + sha256);
  }

  private static void add(List<ReportView.Fact> facts, String name, ArtifactRef artifact) {
    if (!artifact.getUri().isEmpty()) {
      facts.add(new ReportView.Fact(name, artifact.getUri() + "\nsha256 " + artifact.getSha256()));
    }
  }

  private static void add(List<ReportView.Fact> facts, String name, String value) {
    if (!value.isEmpty()) {
      facts.add(new ReportView.Fact(name, value));
    }
  }

  private LineageViews() {}
}

package io.retort.report;

import com.google.protobuf.util.Timestamps;
import io.retort.enums.EnumText;
import io.retort.evaluation.EvaluatedModels;
import io.retort.evaluation.VersionComparer;
import io.retort.v1.AliasChange;
import io.retort.v1.Comparison;
import io.retort.v1.ModelVersion;
import io.retort.v1.PassAtK;
import io.retort.v1.ReleaseProvenance;
import io.retort.v1.Score;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** Versions of the model registry as text. */
public final class ModelTable {
  /** One line per version, with aliases, run and scores of the released model. */
  public static String versions(List<ModelVersion> versions) {
    TextTable table = new TextTable("Version", "aliases", "run", "pass@1");
    for (ModelVersion version : versions) {
      table.line(
          version.getModel() + ":v" + version.getVersion(),
          version.getAliasesCount() == 0 ? "-" : String.join(", ", version.getAliasesList()),
          version.getProvenance().getRunId(),
          figures(released(version.getProvenance())));
    }
    return lines(table.render());
  }

  /** One version: its origin, scores and comparisons. */
  public static String version(ModelVersion version) {
    ReleaseProvenance provenance = version.getProvenance();
    TextTable head =
        new TextTable("Model " + version.getModel() + " version " + version.getVersion());
    head.line("aliases " + String.join(", ", version.getAliasesList()));
    head.line("content sha256:" + version.getContentSha256());
    head.line("folder " + version.getModelUri());
    head.line("parameters " + Figures.count(provenance.getParameters()));
    head.line("run " + provenance.getRunId());
    if (!provenance.getOriginRunId().isEmpty()) {
      head.line("retrained from " + provenance.getOriginRunId());
    }
    head.line("student " + provenance.getSpec().getStudent().getModel());
    head.line("data set sha256:" + provenance.getDataset().getSha256());
    head.line("curated samples sha256:" + provenance.getCurated().getSha256());
    head.line("preference pairs sha256:" + provenance.getPairs().getSha256());
    List<String> all = new ArrayList<>(head.render());
    provenance.getScoresList().stream()
        .map(Score::getBenchmark)
        .distinct()
        .forEach(
            benchmark -> {
              all.add("");
              all.addAll(ScoreTables.scores(benchmark, provenance.getScoresList()).render());
            });
    if (provenance.getComparisonsCount() > 0) {
      all.add("");
      provenance
          .getComparisonsList()
          .forEach(one -> all.add(TextTable.printable(one.getSentence())));
    }
    return lines(all);
  }

  /** The changes of aliases, newest first. */
  public static String history(List<AliasChange> changes) {
    TextTable table = new TextTable("Alias", "from", "to", "how", "by", "at", "why");
    for (int index = changes.size() - 1; index >= 0; index--) {
      AliasChange change = changes.get(index);
      table.line(
          change.getAlias(),
          change.getFromVersion() == 0 ? "-" : "v" + change.getFromVersion(),
          "v" + change.getToVersion(),
          EnumText.words(change.getKind()),
          change.getRunId().isEmpty() ? change.getActor() : change.getRunId(),
          Timestamps.toString(change.getChangedAt()),
          change.getReason());
    }
    return lines(table.render());
  }

  /**
   * The differences between two versions.
   *
   * @param left spec fields of the first version, as text, by path
   * @param right spec fields of the second version
   * @param paired how the second compares with the first on the same problems
   */
  public static String difference(
      ModelVersion first,
      ModelVersion second,
      Map<String, String> left,
      Map<String, String> right,
      List<VersionComparer.Difference> paired) {
    String[] names = {
      first.getModel() + ":v" + first.getVersion(), second.getModel() + ":v" + second.getVersion()
    };
    TextTable fields = new TextTable("Spec", names[0], names[1]);
    TreeSet<String> paths = new TreeSet<>(left.keySet());
    paths.addAll(right.keySet());
    for (String path : paths) {
      String before = left.getOrDefault(path, "-");
      String after = right.getOrDefault(path, "-");
      if (!before.equals(after)) {
        fields.line(path, before, after);
      }
    }
    List<String> all = new ArrayList<>();
    List<String> differing = fields.render();
    all.addAll(differing.size() == 1 ? List.of("The specs are the same.") : differing);
    TextTable scores = new TextTable("pass@1", names[0], names[1], "problems");
    SortedMap<String, Score> before = released(first.getProvenance());
    SortedMap<String, Score> after = released(second.getProvenance());
    TreeSet<String> benchmarks = new TreeSet<>(before.keySet());
    benchmarks.addAll(after.keySet());
    for (String benchmark : benchmarks) {
      Score one = before.get(benchmark);
      Score other = after.get(benchmark);
      boolean same =
          one != null && other != null && one.getDatasetSha256().equals(other.getDatasetSha256());
      scores.line(
          benchmark,
          one == null ? "-" : figure(one),
          other == null ? "-" : figure(other),
          one == null || other == null ? "of one only" : same ? "the same" : "others");
    }
    if (!benchmarks.isEmpty()) {
      all.add("");
      all.addAll(scores.render());
    }
    if (!paired.isEmpty()) {
      all.add("");
      all.add(names[1] + " against " + names[0] + " on the same problems");
      for (VersionComparer.Difference one : paired) {
        all.add(
            TextTable.printable(
                "  "
                    + one.benchmark()
                    + ": "
                    + one.comparison()
                        .map(Comparison::getSentence)
                        .orElse("not comparable, " + one.reason())));
      }
    }
    all.add("");
    all.add(
        first.getContentSha256().equals(second.getContentSha256())
            ? "The models are the same."
            : "The models differ.");
    return lines(all);
  }

  /** Scores of the released model, by benchmark. */
  private static SortedMap<String, Score> released(ReleaseProvenance provenance) {
    SortedMap<String, Score> scores = new TreeMap<>();
    String released =
        provenance.getReleased().isEmpty() ? EvaluatedModels.STAGE_2 : provenance.getReleased();
    provenance.getScoresList().stream()
        .filter(score -> score.getModel().equals(released))
        .forEach(score -> scores.put(score.getBenchmark(), score));
    return scores;
  }

  private static String figures(SortedMap<String, Score> scores) {
    List<String> figures = new ArrayList<>();
    scores.forEach((benchmark, score) -> figures.add(benchmark + " " + figure(score)));
    return figures.isEmpty() ? "-" : String.join("; ", figures);
  }

  private static String figure(Score score) {
    Optional<PassAtK> first =
        score.getPassAtKList().stream().filter(passAtK -> passAtK.getK() == 1).findFirst();
    return first.map(Figures::percent).orElse("-");
  }

  private static String lines(List<String> lines) {
    return String.join("\n", lines);
  }

  private ModelTable() {}
}

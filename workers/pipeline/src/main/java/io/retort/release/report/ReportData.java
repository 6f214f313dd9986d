package io.retort.release.report;

import io.retort.v1.Run;
import io.retort.v1.RunSummary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a report's script works with: the numbers of every figure, and the answers to browse. */
final class ReportData {
  /** An {@link EmbeddedJson}. */
  static String of(Run run, ReportAnswers answers) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("name", run.getRunId());
    data.put("figures", figures(run));
    data.putAll(AnswerViews.data(answers));
    return EmbeddedJson.of(data);
  }

  /** Every figure that the page shows of the run. */
  static List<FigureTable> figures(Run run) {
    RunSummary summary = run.getSummary();
    List<FigureTable> figures = new ArrayList<>();
    figures.addAll(EvaluationTables.of(summary));
    figures.addAll(DataTables.of(run));
    figures.addAll(TrainingTables.of(summary));
    if (run.getStagesCount() > 0) {
      figures.add(StageViews.table(run));
    }
    return figures;
  }

  private ReportData() {}
}

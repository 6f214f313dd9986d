package io.retort.release.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.v1.OutcomeCounts;
import io.retort.v1.ProblemScore;
import io.retort.v1.Run;
import io.retort.v1.Score;
import io.retort.v1.ScoreRecord;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class HtmlComparisonTest {
  @Test
  void showsDifferencesOfScoresAndSpecs() {
    String page = HtmlComparison.render(List.of(run("first", 1, 10), run("second", 2, 60)));

    assertThat(page)
        .contains("<h1>Comparison of 2 runs</h1>", "<td class=\"left\">second</td>")
        .contains("B stage-2 against A stage-2 on demo: better by ")
        .contains("<tr><td>seed</td>", "<bdi>1</bdi>", "<bdi>2</bdi>")
        .contains("class=\"whisker run-b\"", ">A stage-1</text>")
        .doesNotContain("<h2>Not compared", "The specs are the same");
    assertThat(page)
        .isEqualTo(HtmlComparison.render(List.of(run("first", 1, 10), run("second", 2, 60))));
  }

  @Test
  void comparesOnlyWhereTheProblemsAreTheSame() {
    RecordedRun first = run("first", 1, 10);
    Run.Builder other = run("second", 1, 60).run().toBuilder();
    other.getSummaryBuilder().getScoresBuilderList().forEach(one -> one.setDatasetSha256("other"));
    RecordedRun otherData = new RecordedRun(other.build(), run("second", 1, 60).scores());
    RecordedRun withoutRecords = new RecordedRun(run("third", 1, 60).run(), List.of());

    String page = HtmlComparison.render(List.of(first, otherData, withoutRecords));

    assertThat(page)
        .contains("B stage-2 and A stage-2 on demo: the data sets differ")
        .contains("C stage-2 and A stage-2 on demo: scores by problem are missing.")
        .contains("The specs are the same.")
        .doesNotContain("<h2>Differences</h2>");
  }

  @Test
  void comparesTheModelThatTheGateReleased() {
    RecordedRun second = run("second", 2, 60);
    Run.Builder stage1 = second.run().toBuilder();
    stage1.getSummaryBuilder().getReleaseBuilder().getGateBuilder().setModel("stage-1");

    assertThat(
            HtmlComparison.render(
                List.of(run("first", 1, 10), new RecordedRun(stage1.build(), second.scores()))))
        .contains("<p class=\"verdict\">B stage-1 against A stage-1 on demo: better by ")
        .contains("<title>B stage-1</title>B stage-1</text></g>")
        .doesNotContain(
            "<p class=\"verdict\">B stage-2", "<title>B stage-2</title>B stage-2</text></g>");
  }

  @Test
  void tellsOfWhichRunsANoteIs() {
    RecordedRun second = run("second", 2, 60);
    Run.Builder other = second.run().toBuilder();
    other
        .getSummaryBuilder()
        .getScoresBuilderList()
        .forEach(score -> score.setSamples(8).clearProblemsExpected().clearLostRows());

    String page =
        HtmlComparison.render(
            List.of(run("first", 1, 10), new RecordedRun(other.build(), second.scores())));

    assertThat(page)
        .contains("A base, A stage-1, A stage-2: 64 of 66 problems, 4 answers each")
        .contains("B base, B stage-1, B stage-2: 64 problems, 8 answers each")
        .contains("<strong>A base, A stage-1, A stage-2: 2 rows of the benchmark")
        .contains("<th scope=\"col\">consensus</th>")
        .contains("<td>cons@4: 38.3 %</td>", "<td>cons@8: 38.3 %</td>");
    assertThat(HtmlComparison.render(List.of(run("first", 1, 10), second)))
        .contains("<p class=\"note\">64 of 66 problems", "<th scope=\"col\">cons@4</th>");
  }

  @Test
  void escapesWhateverComesFromSpecs() {
    String hostile = "</script><script>alert(1)</script>{{fields}}";
    RecordedRun run = run("first", 1, 10);
    Run.Builder renamed = run.run().toBuilder();
    renamed.getSpecBuilder().setName(hostile);

    String page =
        HtmlComparison.render(List.of(run, new RecordedRun(renamed.build(), run.scores())));

    assertThat(page.split("<script", -1)).as("the data and the page's own script").hasSize(3);
    assertThat(page).contains("&lt;/script&gt;&lt;script&gt;alert(1)");
  }

  @Test
  void usesOnlyNamesThatTheViewHas() {
    Set<String> names = new TreeSet<>(Set.of("."));
    HtmlReportTest.addNames(ComparisonView.class, names, new HashSet<>());

    Matcher tags =
        Pattern.compile("\\{\\{[#^/]?([^{}]+)}}")
            .matcher(HtmlPage.source(HtmlComparison.TEMPLATE).replace("{{{embedded}}}", ""));
    while (tags.find()) {
      assertThat(names).as("names of the view").contains(tags.group(1));
    }
  }

  /** A run whose models answer so many more of the 64 problems rightly, the later the more. */
  static RecordedRun run(String runId, int seed, int right) {
    Run.Builder run = SampleRuns.finished().toBuilder().setRunId(runId);
    run.getSpecBuilder().setSeed(seed);
    List<ScoreRecord> records = new ArrayList<>();
    for (Score score : run.getSummary().getScoresList()) {
      ScoreRecord.Builder record = ScoreRecord.newBuilder().setScore(score);
      for (int problem = 0; problem < 64; problem++) {
        record.addProblems(
            ProblemScore.newBuilder()
                .setSampleId("p" + problem)
                .setOutcomes(
                    OutcomeCounts.newBuilder()
                        .setCorrect(problem < right ? 3 : 0)
                        .setWrong(problem < right ? 1 : 4)));
      }
      records.add(record.build());
    }
    return new RecordedRun(run.build(), records);
  }
}

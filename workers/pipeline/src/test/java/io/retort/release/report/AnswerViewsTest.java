package io.retort.release.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.v1.GeneratedSample;
import io.retort.v1.Sample;
import io.retort.v1.SampleOutcome;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class AnswerViewsTest {
  @Test
  void aFullPageTellsHowMuchOfAnAnswerIsLeftOut() {
    List<ReportAnswers.Answer> answers =
        Collections.nCopies(
            1_600,
            SampleRuns.answer(
                "base", 0, SampleOutcome.SAMPLE_OUTCOME_WRONG, "1", "y".repeat(4_000)));

    String page =
        HtmlReport.render(
            SampleRuns.finished(), ReportExamples.none(), new ReportAnswers(answers, Map.of()));

    assertThat(page)
        .hasSizeLessThan(6_600_000)
        .contains("\"text\":\"… (4,000 characters left out: the page is full)\"")
        .contains("among its first 2,000 answers")
        .doesNotContain("\"text\":\"\"");
  }

  @Test
  void aFullPageHoldsNoMoreProblemsAndOptions() {
    Map<String, Sample> problems = new HashMap<>();
    List<ReportAnswers.Answer> answers = new ArrayList<>();
    for (int problem = 0; problem < 2_000; problem++) {
      Sample sample =
          Sample.newBuilder()
              .setId("p" + problem)
              .setProblem("z".repeat(3_000))
              .addAllChoices(Collections.nCopies(4, "o".repeat(200)))
              .build();
      problems.put(sample.getId(), sample);
      answers.add(
          new ReportAnswers.Answer(
              "base",
              "demo",
              SampleOutcome.SAMPLE_OUTCOME_WRONG,
              GeneratedSample.newBuilder().setSampleId(sample.getId()).build(),
              false));
    }

    assertThat(
            HtmlReport.render(
                SampleRuns.finished(), ReportExamples.none(), new ReportAnswers(answers, problems)))
        .hasSizeLessThan(6_800_000)
        .contains("… (3,800 characters left out: the page is full)");
  }
}

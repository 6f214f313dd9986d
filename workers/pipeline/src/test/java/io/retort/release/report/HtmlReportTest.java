package io.retort.release.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.spec.SpecException;
import io.retort.spec.SpecReader;
import io.retort.v1.ApprovalState;
import io.retort.v1.Comparison;
import io.retort.v1.Count;
import io.retort.v1.CurationRecord;
import io.retort.v1.DataSource;
import io.retort.v1.DataSpec;
import io.retort.v1.GateAction;
import io.retort.v1.GateFinding;
import io.retort.v1.GeneratedSample;
import io.retort.v1.PreferencePair;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunSpec;
import io.retort.v1.Sample;
import io.retort.v1.SampleOutcome;
import io.retort.v1.StageReuse;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HtmlReportTest {
  private static final String HOSTILE =
      "<script src=\"https://evil.example/x.js\"></script>\"'><img onerror=alert(1) src=x>"
          + " {{settings}} & {{{title}}}";

  @Test
  void showsEveryPartOfARun() {
    String page =
        HtmlReport.render(SampleRuns.finished(), SampleRuns.examples(), SampleRuns.answers());

    assertThat(page)
        .contains("<h1>demo</h1>", "demo-20260921-131320", "21 September 2026", "12 min 25 s")
        .contains("2.3 % (0.8-4.3)", "36.1 % (27.0-45.2)", "60.9 % (48.4-73.4)")
        .contains(
            "<p class=\"verdict\">stage-2 against base on demo: better by 36.0 points [26.0, 46.0].</p>")
        .contains(
            "&lt; 0.001", "cannot tell</strong>: no clear difference: +2.2 points [-7.8, 12.2]")
        .contains("<td>+33.8 [23.8, 43.8]</td>", "<td>64 x 4</td><td>14.2</td>")
        .contains("<polygon class=\"stage2 band\"", "<polyline class=\"stage2 curve\"")
        .contains("<td>20 (7.8 %)</td>", "Not decided by the checker")
        .contains("64 of 66 problems", "2 rows of the benchmark could not be read", "NO_ANSWER 2")
        .contains("200 rows read", "Kept after improvement, 70", "WRONG_ANSWER")
        .contains("Both say the same of 52.1 % of 188 chains; Cohen&#39;s kappa")
        .contains(
            "the student was right in 50.0 % of 376 answers; given the problem alone, in 12.5 % of 376")
        .contains("<tr><td>4</td><td>110</td><td>0</td></tr>")
        .contains("CORRUPTION_STILL_SOUND", "Optimizer steps", "123,502")
        .contains("98,765", "468", "3,072 MiB", "2 x 4 x 8, packed", "stopped early")
        .contains("<polyline class=\"line held-out\" points=\"")
        .contains("Too short: it never says how many apples are left.")
        .contains("judge: medium, answer right, sound", "judge: hard, answer not confirmed")
        .contains("from_pretrained(model_name)", "/store/models/demo/versions/3")
        .contains("learning_rate: 2.0E-5")
        .contains("sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08");
  }

  @Test
  void isTheSameForTheSameRun() {
    assertThat(
            HtmlReport.render(SampleRuns.finished(), SampleRuns.examples(), SampleRuns.answers()))
        .isEqualTo(
            HtmlReport.render(SampleRuns.finished(), SampleRuns.examples(), SampleRuns.answers()));
  }

  @Test
  void loadsNothingAndRunsNothing() {
    String page =
        HtmlReport.render(SampleRuns.finished(), SampleRuns.examples(), SampleRuns.answers());

    assertThat(page)
        .contains(
            "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-",
            "; script-src 'sha256-",
            "; img-src data:; base-uri 'none'; form-action 'none'\">")
        .doesNotContainIgnoringCase("https://", "<link", "<img", "@import")
        .doesNotContainIgnoringCase("javascript:", "<iframe", "<object", "style=\"");
    // The name space of SVG is no address.
    assertThat(page.replace("http://www.w3.org/2000/svg", "")).doesNotContain("http://");
    String markup = page.replaceAll("(?s)<script.*?</script>", "");
    assertThat(markup).doesNotContainIgnoringCase("url(");
    assertThat(markup).doesNotContainPattern("\\son[a-z]+\\s*=");
    assertThat(markup).doesNotContainPattern("\\s(src|srcset|action|data)\\s*=");
    assertThat(markup).doesNotContainPattern("\\shref\\s*=\\s*\"[^#]");
  }

  @Test
  void escapesWhateverComesFromSpecsDataAndJudges() {
    Run run = SampleRuns.finished();
    Run hostile =
        run.toBuilder()
            .setRunId(HOSTILE)
            .setOriginRunId(HOSTILE)
            .setSpec(
                RunSpec.newBuilder(run.getSpec())
                    .setName(HOSTILE)
                    .setData(
                        DataSpec.newBuilder().addTrain(DataSource.newBuilder().setPath(HOSTILE))))
            .setSummary(
                run.getSummary().toBuilder()
                    .setIngest(
                        run.getSummary().getIngest().toBuilder().addQuarantineReasons(hostile(9)))
                    .setCuration(
                        run.getSummary().getCuration().toBuilder()
                            .addReasons(hostile(9))
                            .addAgreement(hostile(9)))
                    .setPairing(run.getSummary().getPairing().toBuilder().addRejections(hostile(9)))
                    .setComparisons(2, hostileComparison())
                    .setScores(0, run.getSummary().getScores(0).toBuilder().setModel(HOSTILE)))
            .build();
    CurationRecord record =
        SampleRuns.improved(HOSTILE).toBuilder()
            .setReason(HOSTILE)
            .setSample(SampleRuns.improved("").getSample().toBuilder().setProblem(HOSTILE))
            .build();
    PreferencePair pair =
        PreferencePair.newBuilder()
            .setProblem(HOSTILE)
            .setChosen(HOSTILE)
            .setRejected(HOSTILE)
            .setCorrupter(HOSTILE)
            .build();

    ReportAnswers answers =
        new ReportAnswers(
            List.of(
                new ReportAnswers.Answer(
                    HOSTILE,
                    HOSTILE,
                    SampleOutcome.SAMPLE_OUTCOME_WRONG,
                    GeneratedSample.newBuilder()
                        .setSampleId(HOSTILE)
                        .setAnswer(HOSTILE)
                        .setGold(HOSTILE)
                        .setText(HOSTILE)
                        .build(),
                    false)),
            Map.of(HOSTILE, Sample.newBuilder().setId(HOSTILE).setProblem(HOSTILE).build()));

    String page =
        HtmlReport.render(hostile, new ReportExamples(List.of(record), List.of(pair)), answers);

    assertThat(page)
        .contains("<h1>&lt;script src&#61;&quot;")
        .doesNotContain("<script src", "<img")
        .doesNotContain("\"'><");
    assertThat(page.split("<script", -1)).as("the data and the page's own script").hasSize(3);
    assertThat(tags(page))
        .isEqualTo(
            tags(
                HtmlReport.render(
                    SampleRuns.finished(), SampleRuns.examples(), SampleRuns.answers())));
  }

  @Test
  void tellsHowToFetchAModelThatIsInABucket() {
    Run.Builder run = SampleRuns.finished().toBuilder();
    run.getSummaryBuilder().getReleaseBuilder().setModelUri("s3://bucket/models/demo/versions/3");

    assertThat(HtmlReport.render(run.build(), SampleRuns.examples(), SampleRuns.answers()))
        .contains("aws s3 cp --recursive s3://bucket/models/demo/versions/3 model</code>")
        .contains("model_name = &quot;model&quot;");
    assertThat(
            HtmlReport.render(SampleRuns.finished(), SampleRuns.examples(), SampleRuns.answers()))
        .doesNotContain("aws s3");
  }

  @Test
  void leavesOutWhatARunHasNotReached() {
    String page =
        HtmlReport.render(
            Run.newBuilder().setRunId("empty").build(),
            ReportExamples.none(),
            ReportAnswers.none());

    assertThat(page)
        .contains("<h1>empty</h1>")
        .doesNotContain("Preference pairs", "Use the model", "Benchmark", "<h2>Examples");
  }

  @Test
  void tellsWhyARunFailedAndWhatItHadDone() {
    Run.Builder run = SampleRuns.finished().toBuilder().setPhase(RunPhase.RUN_PHASE_FAILED);
    run.getFailureBuilder().setType("TOO_MANY_TRUNCATED").setMessage("cogpo: <b>7</b> rows");
    run.getSummaryBuilder().clearCogpo().clearScores().clearRelease();
    run.getStagesBuilder(0).setReuse(StageReuse.STAGE_REUSE_HIT).setMadeByRunId("an-earlier-run");

    String page = HtmlReport.render(run.build(), SampleRuns.examples(), SampleRuns.answers());

    assertThat(page)
        .contains("TOO_MANY_TRUNCATED: cogpo: &lt;b&gt;7&lt;/b&gt; rows")
        .contains("taken over from an-earlier-run")
        .contains("SFT")
        .doesNotContain("CogPO</h3>");
  }

  @Test
  void runsWhoseModelsWereNotComparedSayWhatTheyScored() {
    Run.Builder run = SampleRuns.finished().toBuilder();
    run.getSummaryBuilder().clearComparisons();
    run.getSummaryBuilder()
        .getScoresBuilderList()
        .forEach(score -> score.clearCurve().clearOutcomes().clearProblemsExpected());

    assertThat(HtmlReport.render(run.build(), SampleRuns.examples(), SampleRuns.answers()))
        .contains("On demo, pass@1 is 2.3 % (0.8-4.3) for the base model")
        .contains("were not compared problem by problem.")
        .doesNotContain(
            "<h2>Differences", "pass@k by k", "Answers by outcome", "could not be read");
  }

  @Test
  void theExampleHasNoSystemTurnWithoutASystemPrompt() {
    Run.Builder run = SampleRuns.finished().toBuilder();
    assertThat(page(run)).contains("\"role\": \"system\"");

    run.getSpecBuilder().getStudentBuilder().clearSystemPrompt();

    assertThat(page(run)).doesNotContain("\"role\": \"system\"").contains("\"role\": \"user\"");
  }

  @Test
  void namesTheModelsOfARunThatTrainsNone() {
    Run.Builder run = SampleRuns.evaluation().toBuilder();

    assertThat(HtmlReport.render(run.build(), ReportExamples.none(), ReportAnswers.none()))
        .contains(
            "tuned against smol on demo: better by 12.5 points.",
            "Model tuned",
            "registry:smol:best&#10;registry:smol:v3&#10;content sha256 c3",
            "<td>smol</td>")
        .doesNotContain("Student</", "stage-2", "base model");
    run.getSummaryBuilder().clearComparisons().removeModels(1).removeScores(1);
    assertThat(HtmlReport.render(run.build(), ReportExamples.none(), ReportAnswers.none()))
        .contains("smol on demo: pass@1 is 25.0 % (10.0-40.0).");
  }

  @Test
  void tellsWhyTheGateHolds() {
    Run.Builder run = SampleRuns.finished().toBuilder();
    run.getSummaryBuilder()
        .getReleaseBuilder()
        .getGateBuilder()
        .setAction(GateAction.GATE_ACTION_HOLD)
        .addFindings(GateFinding.newBuilder().setSentence("better than <base> on math: not met."));

    assertThat(HtmlReport.render(run.build(), SampleRuns.examples(), SampleRuns.answers()))
        .contains(
            "held: published, and the alias stays where it is",
            "better than &lt;base&gt; on math: not met.");
  }

  @Test
  void tellsWhoHasApprovedWhichReport() {
    Run.Builder run = SampleRuns.finished().toBuilder();
    run.getSummaryBuilder()
        .getReleaseBuilder()
        .getApprovalBuilder()
        .setState(ApprovalState.APPROVAL_STATE_APPROVED)
        .setActor("<ada>")
        .setNote("reads & counts well")
        .setReportDigest("ab12");

    assertThat(HtmlReport.render(run.build(), SampleRuns.examples(), SampleRuns.answers()))
        .contains("approved by &lt;ada&gt; on", ": reads &amp; counts well", "with sha256 ab12");
  }

  @Test
  void showsPublishedFiguresOnlyForBenchmarksOfThatName() {
    Run run = SampleRuns.finished();
    Run math =
        run.toBuilder()
            .setSummary(
                run.getSummary().toBuilder()
                    .setScores(
                        0, run.getSummary().getScores(0).toBuilder().setBenchmark("math-500")))
            .build();

    assertThat(HtmlReport.render(run, ReportExamples.none(), ReportAnswers.none()))
        .doesNotContain("DistilQwen2.5");
    assertThat(HtmlReport.render(math, ReportExamples.none(), ReportAnswers.none()))
        .contains("DistilQwen2.5-R1-7B", "88.4 %");
  }

  @Test
  void usesOnlyNamesThatTheViewHas() {
    Set<String> names = new TreeSet<>(Set.of("."));
    addNames(ReportView.class, names, new HashSet<>());

    String template = HtmlPage.source(HtmlReport.TEMPLATE);

    assertThat(template.replace("{{{embedded}}}", ""))
        .as("unescaped tags")
        .doesNotContain("{{{", "{{&");
    Matcher tags = Pattern.compile("\\{\\{[#^/]?([^{}]+)}}").matcher(template);
    while (tags.find()) {
      assertThat(names).as("names of the view").contains(tags.group(1));
    }
    assertThat(HtmlPage.resource("page.css") + HtmlPage.resource("page.js"))
        .as("no tags of templates, nor the end of their elements")
        .doesNotContain("{{", "</");
  }

  @Test
  void writesSettingsThatRetortReads() throws SpecException {
    RunSpec spec = SampleRuns.finished().getSpec();

    assertThat(SpecReader.read(SettingsText.yaml(spec))).isEqualTo(spec);
  }

  @Test
  void cutsLongChains() {
    String page =
        HtmlReport.render(
            SampleRuns.finished(),
            new ReportExamples(List.of(SampleRuns.improved("x".repeat(5_000))), List.of()),
            ReportAnswers.none());

    assertThat(page)
        .contains("x".repeat(1_200) + " … (3800 characters more)")
        .doesNotContain("x".repeat(1_201));
  }

  private static String page(Run.Builder run) {
    return HtmlReport.render(run.build(), SampleRuns.examples(), SampleRuns.answers());
  }

  private static Comparison hostileComparison() {
    return Comparison.newBuilder()
        .setModel(HOSTILE)
        .setBaseline(HOSTILE)
        .setBenchmark(HOSTILE)
        .setSentence(HOSTILE)
        .build();
  }

  private static Count hostile(long count) {
    return Count.newBuilder().setName(HOSTILE + "/" + HOSTILE).setCount(count).build();
  }

  /** The kinds of elements of a page. */
  private static Set<String> tags(String page) {
    Set<String> tags = new TreeSet<>();
    Matcher matcher = Pattern.compile("<([a-zA-Z0-9!]+)").matcher(page);
    while (matcher.find()) {
      tags.add(matcher.group(1));
    }
    return tags;
  }

  /** Components of the view's records, and what they tell in words, at any depth. */
  static void addNames(Type type, Set<String> names, Set<Type> seen) {
    if (type instanceof ParameterizedType generic) {
      Stream.of(generic.getActualTypeArguments()).forEach(one -> addNames(one, names, seen));
    } else if (type instanceof Class<?> view && view.isRecord() && seen.add(view)) {
      for (RecordComponent component : view.getRecordComponents()) {
        names.add(component.getName());
        addNames(component.getGenericType(), names, seen);
      }
      Stream.of(view.getDeclaredMethods())
          .filter(method -> method.getParameterCount() == 0)
          .forEach(method -> names.add(method.getName()));
    }
  }
}

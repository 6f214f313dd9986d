package io.retort.release.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.retort.browser.Browser;
import io.retort.v1.CurationRecord;
import io.retort.v1.GeneratedSample;
import io.retort.v1.PreferencePair;
import io.retort.v1.Run;
import io.retort.v1.Sample;
import io.retort.v1.SampleOutcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** The report in a real browser, with hostile texts in every place that data reaches. */
final class HtmlReportBrowserTest {
  private static final String SECRET = "the gated question";

  /** A folder for pictures of the pages, to look at: {@code -Dreport.pictures=FOLDER}. */
  private static final @Nullable String PICTURES = System.getProperty("report.pictures");

  private static final List<String> HOSTILE =
      List.of(
          "<script>document.title = 'ran'</script>",
          "</script><script>document.title = 'ran'</script>",
          "]]> --> <!-- <![CDATA[",
          "{{settings}} {{{embedded}}} ${7*7} #{7*7} <%= 7*7 %>",
          "\"'><img src=x onerror=\"document.title='ran'\">",
          "مرحبا بالعالم 👩‍🚀 שלום \u202Etxt.exe\u2028\u2029\u0000\uFFFE",
          "=HYPERLINK(\"https://evil.example\")");

  private static Optional<Browser> opened = Optional.empty();
  private static Browser browser;
  private static Path page;

  @BeforeAll
  static void open(@TempDir Path folder) throws IOException {
    page = folder.resolve("report.html");
    Files.writeString(page, HtmlReport.render(run(), examples(), answers()));
    opened = Browser.open();
    assumeTrue(
        opened.isPresent(),
        "no chromium and chromedriver on the PATH: the report is not tested in a browser");
    browser = opened.orElseThrow();
  }

  @AfterAll
  static void close() {
    opened.ifPresent(Browser::close);
  }

  @ParameterizedTest
  @CsvSource({"360,light", "360,dark", "1280,light", "1280,dark"})
  void isAccessibleAndFitsTheScreen(int width, String scheme) throws IOException {
    browser.show(page, width, scheme, true);
    picture(width + "-" + scheme);

    assertThat(browser.wide()).as("wider than the page").isEmpty();
    browser.open("details");
    assertThat(browser.wide()).as("wider than the page, with everything opened").isEmpty();
    assertThat(browser.violations()).isEmpty();
    assertThat(browser.console()).isEmpty();
    assertThat(browser.value("document.title")).isEqualTo("demo - Retort report");
    assertThat(browser.value("document.images.length")).isEqualTo(0L);
  }

  @Test
  void isReadableWithoutScript() throws IOException {
    browser.show(page, 1280, "light", false);

    assertThat(browser.element("#answers .static table").isDisplayed()).isTrue();
    assertThat(browser.element("[data-answers]").isDisplayed()).isFalse();
    assertThat(browser.element("#differences svg").isDisplayed()).isTrue();
  }

  @Test
  void findsAnswersByModelOutcomeAndText() {
    browser.show(page, 1280, "light", true);
    assertThat(shown()).startsWith("21 of 21 answers");

    choose("model", "stage-1");
    assertThat(shown()).startsWith("4 of 21 answers");
    choose("outcome", "wrong");
    assertThat(shown()).startsWith("1 of 21 answers");
    WebElement answer = browser.element("[data-list] details");
    browser.open("[data-list] details");
    assertThat(answer.getText())
        .contains("Ada has 12 apples", "Extracted answer: 16", "Gold answer: 8", "12 + 4 = 16.");

    choose("model", "");
    choose("outcome", "");
    browser.element("input[data-filter=text]").sendKeys("SETTINGS}}");
    assertThat(shown()).startsWith("1 of 21 answers");
    assertThat(browser.element("[data-list] details").getText()).contains("{{settings}}");
  }

  @Test
  void showsOptionsAsTheSampleWasAsked() {
    browser.show(page, 1280, "light", true);
    choose("benchmark", "letters");
    browser.open("[data-list] details");

    assertThat(browser.element("[data-list] details ol").getText())
        .isEqualTo("second\nthird\nfirst");
  }

  @Test
  void showsTextsAsTheyAre() {
    browser.show(page, 1280, "light", true);
    choose("benchmark", "hostile");
    browser.open("[data-list] details");

    for (String text : HOSTILE.subList(0, 5)) {
      assertThat(browser.value("document.querySelector('[data-list]').textContent").toString())
          .contains(text);
    }
    assertThat(browser.value("document.title")).isEqualTo("demo - Retort report");
    assertThat(browser.console()).isEmpty();
  }

  @Test
  void tellsNothingOfRedactedBenchmarks() throws IOException {
    browser.show(page, 1280, "light", true);
    choose("benchmark", "gated");
    browser.open("[data-list] details");

    assertThat(browser.element("[data-list]").getText())
        .contains("of this benchmark are not shown");
    assertThat(Files.readString(page)).doesNotContain(SECRET);
  }

  @Test
  void theKeyboardReachesEverything() {
    browser.show(page, 1280, "light", true);
    browser.focused().sendKeys(Keys.TAB);

    assertThat(browser.focused().getText()).isEqualTo("Skip to the report");
    WebElement summary = browser.element("#settings summary");
    browser.run("document.querySelector('#settings summary').focus()");
    summary.sendKeys(Keys.ENTER);
    assertThat(browser.element("#settings pre").isDisplayed()).isTrue();
  }

  @Test
  void figuresAreDownloads(@TempDir Path folder) throws Exception {
    browser.show(page, 1280, "light", true);
    assertThat(browser.elements("[data-figure]").size())
        .as("figures with their numbers")
        .isEqualTo(browser.elements("[data-figure] > .tools").size());

    assertThat(content("#differences", "CSV"))
        .startsWith("benchmark,model,baseline,problems,samples,difference,low,high,")
        .contains("demo,stage-2,base,64,4,0.36,");
    assertThat(content("#differences", "JSON")).contains("\"sentence\"");
    String svg = content("#differences", "SVG");
    assertThat(svg).startsWith("<svg ").contains("fill=\"rgb(").doesNotContain("class=");
    assertThat(content("#differences", "PNG")).contains("PNG");
    assertThat(content("figure[data-figure='reasons']", "CSV"))
        .contains("\"'=HYPERLINK(\"\"https://evil.example\"\")\"");
    assertThat(browser.console()).isEmpty();
  }

  @Test
  void aComparisonIsAccessibleToo(@TempDir Path folder) throws IOException {
    Path comparison = folder.resolve("comparison.html");
    Files.writeString(
        comparison,
        HtmlComparison.render(
            List.of(
                HtmlComparisonTest.run("first", 1, 10),
                HtmlComparisonTest.run(HOSTILE.get(1), 2, 60))));

    browser.show(comparison, 360, "light", true);

    assertThat(browser.wide()).isEmpty();
    assertThat(browser.violations()).isEmpty();
    assertThat(browser.console()).isEmpty();
    assertThat(browser.value("document.title")).isEqualTo("Comparison of 2 runs - Retort");
    picture("comparison-360");
    browser.show(comparison, 1280, "dark", true);
    assertThat(browser.violations()).isEmpty();
    picture("comparison-1280-dark");
  }

  @Test
  void namesOfModelsStayWithinTheirCharts(@TempDir Path folder) throws IOException {
    Path models = folder.resolve("models.html");
    Files.writeString(
        models,
        HtmlReport.render(
            ReportedModelsTest.manyModels(), ReportExamples.none(), ReportAnswers.none()));

    browser.show(models, 1280, "light", true);

    picture("models-1280");
    assertThat(browser.misplacedTexts()).isEmpty();
    assertThat(browser.wide()).isEmpty();
    assertThat(browser.violations()).isEmpty();
  }

  @Test
  void canBePrinted() throws IOException {
    browser.show(page, 1280, "dark", true);

    byte[] printed = browser.pdf();
    browser.showPrinted();

    assertThat(browser.element("#answers .static table").isDisplayed()).isTrue();
    assertThat(browser.element("[data-answers]").isDisplayed()).isFalse();
    assertThat(browser.element(".tools").isDisplayed()).isFalse();
    assertThat(browser.value("getComputedStyle(document.body).color"))
        .as("dark text, whatever the screen has")
        .isEqualTo("rgb(28, 35, 48)");
    picture("print");

    assertThat(printed).startsWith("%PDF".getBytes(StandardCharsets.US_ASCII));
    if (PICTURES != null) {
      Files.write(Files.createDirectories(Path.of(PICTURES)).resolve("print.pdf"), printed);
    }
  }

  private static void picture(String name) throws IOException {
    if (PICTURES != null) {
      Files.write(
          Files.createDirectories(Path.of(PICTURES)).resolve(name + ".png"), browser.picture());
    }
  }

  /** What a button of a figure hands to the browser to store. */
  private static String content(String figure, String label) {
    browser.run(
        """
        window.handed = new Promise(resolve => {
          const make = URL.createObjectURL;
          URL.createObjectURL = blob => {
            URL.createObjectURL = make;
            blob.text().then(resolve);
            return 'data:text/plain,';
          };
        });
        """);
    browser.run(
        "[...document.querySelectorAll(\""
            + figure
            + " .tools button\")].find(one => one.textContent === '"
            + label
            + "').click()");
    return String.valueOf(browser.value("window.handed"));
  }

  private static void choose(String filter, String value) {
    browser.run(
        "const one = document.querySelector('select[data-filter="
            + filter
            + "]'); one.value = '"
            + value
            + "'; one.dispatchEvent(new Event('change'))");
  }

  private static String shown() {
    return browser.element("[data-count]").getText();
  }

  private static Run run() {
    Run.Builder run = SampleRuns.finished().toBuilder();
    for (String text : HOSTILE) {
      run.getSummaryBuilder().getCurationBuilder().addReasons(SampleRuns.count(text, 1));
      run.getSummaryBuilder().getPairingBuilder().addRejections(SampleRuns.count(text, 1));
      run.getSummaryBuilder()
          .getCurationBuilder()
          .addAgreement(SampleRuns.count(text + "/" + text, 1));
    }
    run.getSummaryBuilder()
        .addScores(run.getSummary().getScores(0).toBuilder().setBenchmark("AIME24"));
    return run.build();
  }

  private static ReportExamples examples() {
    List<CurationRecord> records = new ArrayList<>(SampleRuns.examples().records());
    List<PreferencePair> pairs = new ArrayList<>(SampleRuns.examples().pairs());
    for (String text : HOSTILE) {
      CurationRecord.Builder record = SampleRuns.improved(text).toBuilder();
      record.getSampleBuilder().setProblem(text).setAnswer(text);
      record.getRoundsBuilder(0).setChain(text);
      records.add(record.build());
      pairs.add(PreferencePair.newBuilder().setProblem(text).setChosen(text).build());
    }
    return new ReportExamples(records, pairs);
  }

  private static ReportAnswers answers() {
    List<ReportAnswers.Answer> answers = new ArrayList<>(SampleRuns.answers().answers());
    Map<String, Sample> problems = new HashMap<>(SampleRuns.answers().problems());
    for (String text : HOSTILE) {
      String id = "hostile-" + problems.size();
      problems.put(id, Sample.newBuilder().setId(id).setProblem(text).addChoices(text).build());
      answers.add(
          new ReportAnswers.Answer(
              "base",
              "hostile",
              SampleOutcome.SAMPLE_OUTCOME_WRONG,
              GeneratedSample.newBuilder()
                  .setSampleId(id)
                  .setText(text)
                  .setAnswer(text)
                  .setGold(text)
                  .setReason(text)
                  .build(),
              false));
    }
    problems.put(
        "letters",
        Sample.newBuilder()
            .setId("letters")
            .setProblem("Which is the second?")
            .addAllChoices(List.of("first", "second", "third"))
            .build());
    answers.add(
        new ReportAnswers.Answer(
            "base",
            "letters",
            SampleOutcome.SAMPLE_OUTCOME_CORRECT,
            GeneratedSample.newBuilder()
                .setSampleId("letters")
                .setIndex(1)
                .setAnswer("A")
                .setGold("A")
                .setText("It is A.")
                .build(),
            false));
    answers.add(
        new ReportAnswers.Answer(
            "base",
            "gated",
            SampleOutcome.SAMPLE_OUTCOME_WRONG,
            GeneratedSample.newBuilder().setSampleId("0123456789abcdef").setTokens(9).build(),
            true));
    return new ReportAnswers(answers, problems);
  }
}

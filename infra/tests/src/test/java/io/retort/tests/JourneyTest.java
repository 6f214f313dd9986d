package io.retort.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.retort.browser.Browser;
import io.retort.store.ProtoJson;
import io.retort.v1.ApprovalState;
import io.retort.v1.CurationSummary;
import io.retort.v1.ListRunsRequest;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunSpec;
import io.retort.v1.Score;
import io.retort.v1.Stage;
import io.retort.v1.StageReuse;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The way from a plan to a retrain: by curl and by Python as docs/journey.md has it, and in the
 * pages. The runs after the first one reuse its stages.
 */
@Timeout(600)
@ExtendWith(SharedStack.Resolver.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class JourneyTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path PAGE = TestStack.repository().resolve("docs/journey.md");
  private static final Pattern BLOCK =
      Pattern.compile("^```(sh|python|json)\\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

  /** What htmx logs as errors when newer input aborts the plan of older input. */
  private static final Pattern SUPERSEDED = Pattern.compile("\"htmx:(afterRequest|sendAbort)\"$");

  private static final Path PICTURES = Path.of("target/journey");

  private static final long LONGEST_MINUTES = 6;

  /** The stages before stage 2. */
  private static final List<Stage> BEFORE_STAGE_2 =
      List.of(Stage.STAGE_INGEST, Stage.STAGE_CURATE, Stage.STAGE_SFT, Stage.STAGE_PAIR);

  private final SharedStack shared;
  private Path folder;
  private Path trainFile;

  JourneyTest(SharedStack shared) {
    this.shared = shared;
  }

  @BeforeAll
  void write() throws IOException {
    folder = Files.createTempDirectory(shared.folder(), "journey");
    trainFile = shared.write(shared.takeProblems(), "journey");
  }

  @Test
  @Order(1)
  void byCurl() throws Exception {
    writeSpec("production");

    String output = program(folder, "bash", "-c", "set -euo pipefail\n" + blocks("sh"));

    Run run =
        shared
            .runs()
            .get(JSON.readTree(folder.resolve("run.json").toFile()).at("/run/run_id").asText());
    assertThat(Files.readString(folder.resolve("events.txt")))
        .contains("RUN_PHASE_SUCCEEDED", "event:end");
    assertApproved(run);
    assertWhole(run);
    assertThat(output).contains("\"production\": " + run.getSummary().getRelease().getVersion());
    assertThat(output.lines().filter(line -> line.startsWith("STAGE_")))
        .contains(
            "STAGE_SFT STAGE_REUSE_HIT",
            "STAGE_COGPO STAGE_REUSE_RUN",
            "STAGE_SFT STAGE_REUSE_HIT " + run.getRunId());
    assertOnlyStage2RanAgain(run);
  }

  @Test
  @Order(2)
  void byPython() throws Exception {
    writeSpec("from-python");

    String output =
        program(
            folder,
            TestStack.repository().resolve("clients/python/.venv/bin/python").toString(),
            "-c",
            blocks("python"));

    Run run = released("from-python");
    assertApproved(run);
    assertThat(output)
        .contains("SFT HIT", "plan SFT HIT ()", "plan COGPO RUN ('cogpo.learning_rate',)")
        .contains("SUCCEEDED {")
        .contains("'from-python': " + run.getSummary().getRelease().getVersion())
        .contains("('SFT', 'HIT')", "('COGPO', 'RUN')");
    assertOnlyStage2RanAgain(run);
  }

  @Test
  @Order(3)
  void inTheBrowser() throws Exception {
    Optional<Browser> opened = Browser.open();
    assumeTrue(opened.isPresent(), "no chromium and chromedriver on the PATH");
    try (Browser browser = opened.orElseThrow()) {
      String address = "http://" + shared.stack().state().controlAddress();
      browser.show(address + "/new", 1280, "light", true);
      values("", JSON.readTree(writeSpec("from-browser").toFile()))
          .forEach((path, value) -> fill(browser, path, value));
      browser.await("document.querySelector('#validation').textContent.includes('Valid.')");
      browser.await("document.querySelector('#plan').textContent.includes('sft')");
      picture(browser, "1-form");
      press(browser, "Start");
      browser.await("location.pathname.startsWith('/runs/demo-')");
      picture(browser, "2-live");
      browser.await("document.querySelector('.state').textContent.includes('approval')");
      Run waiting = run(browser);
      picture(browser, "3-approval");

      assertThat(browser.element("main").getText())
          .contains("Alias from-browser of demo moves to version");
      assertThat(browser.element("input[name=report_digest]").getAttribute("value"))
          .isEqualTo(waiting.getSummary().getRelease().getApproval().getReportDigest());
      browser.element("#note").sendKeys("reads well");
      press(browser, "Approve");
      browser.await("document.querySelector('.state').textContent.includes('succeeded')");
      Run run = run(browser);
      assertApproved(run);
      browser.show(address + "/models/demo", 1280, "light", true);
      picture(browser, "4-alias");
      assertThat(browser.element("main").getText())
          .contains("from-browser names version " + run.getSummary().getRelease().getVersion());

      browser.show(address + "/runs/" + run.getRunId() + "/retrain", 1280, "light", true);
      fill(browser, "cogpo.learning_rate", "0.003");
      browser.await("document.querySelector('#plan').textContent.includes('cogpo.learning_rate')");
      assertThat(browser.element("#plan").getText()).contains("sft HIT", "cogpo RUN");
      picture(browser, "5-retrain");
      press(browser, "Retrain");
      browser.await("!location.pathname.endsWith('/retrain')");
      browser.await(
          "[...document.querySelectorAll('.timeline li')].some(stage =>"
              + " stage.querySelector('b').textContent === 'cogpo'"
              + " && stage.querySelector('.tag')?.textContent === 'RUN')");
      picture(browser, "6-hit");
      assertThat(
              String.valueOf(
                  browser.value(
                      "document.querySelectorAll('.timeline li')["
                          + BEFORE_STAGE_2.indexOf(Stage.STAGE_SFT)
                          + "].textContent")))
          .contains("HIT", "made by");
      assertOnlyStage2RanAgain(run);
      assertThat(browser.console()).filteredOn(line -> !SUPERSEDED.matcher(line).find()).isEmpty();
    }
  }

  /** The run whose release moves an alias, and that is no retrain. */
  private Run released(String alias) {
    return matching("name = demo").stream()
        .filter(run -> run.getSpec().getRelease().getAlias().equals(alias))
        .filter(run -> run.getOriginRunId().isEmpty())
        .map(run -> shared.runs().get(run.getRunId()))
        .findFirst()
        .orElseThrow();
  }

  private List<Run> matching(String filter) {
    return shared
        .stack()
        .runs()
        .listRuns(ListRunsRequest.newBuilder().setFilter(filter).build())
        .getRunsList();
  }

  private Run run(Browser browser) {
    return shared.runs().get(browser.element("h1").getText());
  }

  private static void assertApproved(Run run) {
    assertThat(run.getPhase())
        .as(run.getFailure().toString())
        .isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(run.getSummary().getRelease().getApproval().getState())
        .isEqualTo(ApprovalState.APPROVAL_STATE_APPROVED);
    assertThat(run.getSummary().getRelease().getApproval().getNote()).isEqualTo("reads well");
  }

  /** What a run makes, from the first stage to the last. */
  private void assertWhole(Run run) throws Exception {
    CurationSummary curation = run.getSummary().getCuration();
    assertThat(curation.getRows()).isEqualTo(SharedStack.ROWS);
    assertThat(curation.getRetained()).isEqualTo(SharedStack.ROWS / 3);
    assertThat(curation.getImproved()).isEqualTo(2 * SharedStack.ROWS / 3);
    assertThat(curation.getUsage().getPromptTokens()).isPositive();
    assertThat(run.getSummary().getPairing().getPairs().getRows()).isPositive();
    assertThat(run.getSummary().getSft().getSteps()).isEqualTo(SharedStack.ROWS * 2 / 4);
    assertThat(run.getSummary().getScoresList())
        .extracting(Score::getModel)
        .containsExactly("base", "stage-1", "stage-2");
    assertThat(Path.of(URI.create(run.getSummary().getReportUri()))).isNotEmptyFile();
    assertThat(generate(run.getSummary().getRelease().getModelUri())).contains("tokens");
    assertThat(run.getSummary().getExport().getPairs())
        .isEqualTo(run.getSummary().getPairing().getPairs().getRows());
  }

  /** The retrain that has been started; it is stopped, as ReuseTest follows one to its end. */
  private void assertOnlyStage2RanAgain(Run origin) {
    List<Run> retrains = matching("origin = " + origin.getRunId());
    assertThat(retrains).hasSize(1);
    Run again = shared.runs().get(retrains.get(0).getRunId());
    shared.runs().cancel(again.getRunId());

    assertThat(RunClient.hits(again)).containsExactlyElementsOf(BEFORE_STAGE_2);
    assertThat(RunClient.stage(again, Stage.STAGE_COGPO).getReuse())
        .isEqualTo(StageReuse.STAGE_REUSE_RUN);
    assertThat(shared.runs().finish(again).getPhase()).isEqualTo(RunPhase.RUN_PHASE_CANCELLED);
  }

  /** The page's spec.json, with files that exist and sizes for a tiny model. */
  private Path writeSpec(String alias) throws IOException {
    RunSpec.Builder small = RunSpecs.of("demo", trainFile, shared.unseen());
    small.getDataBuilder().clearTrain();
    small.getEvaluationBuilder().clearBenchmarks();
    ObjectNode spec = (ObjectNode) JSON.readTree(ProtoJson.print(small));
    String documented =
        blocks("json")
            .replace("/data/train.jsonl", trainFile.toString())
            .replace("/data/held-out.jsonl", shared.unseen().toString())
            .replace("\"production\"", "\"" + alias + "\"");
    JSON.readerForUpdating(spec).readValue(documented);
    return Files.writeString(folder.resolve("spec.json"), spec.toString());
  }

  /** All blocks of the page in a language; the address is that of the test. */
  private static String blocks(String language) throws IOException {
    Matcher blocks = BLOCK.matcher(Files.readString(PAGE));
    String all =
        blocks
            .results()
            .filter(block -> block.group(1).equals(language))
            .map(block -> block.group(2))
            .collect(Collectors.joining());
    return all.replaceAll("(?m)^export RETORT_CONTROL_ADDRESS=.*$", "");
  }

  private String program(Path folder, String... command) throws Exception {
    Path output = Files.createTempFile(folder, "output-", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder
        .environment()
        .put("RETORT_CONTROL_ADDRESS", "http://" + shared.stack().state().controlAddress());
    Process process = builder.start();
    try {
      assertThat(process.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES))
          .as("%s ends: %s", command[0], Files.readString(output))
          .isTrue();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    String text = Files.readString(output);
    assertThat(process.exitValue()).as(text).isZero();
    return text;
  }

  private static String generate(String modelUri) throws IOException, InterruptedException {
    return TestStack.python(
        """
        import sys
        from transformers import AutoModelForCausalLM, AutoTokenizer
        model = AutoModelForCausalLM.from_pretrained(sys.argv[1])
        tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
        messages = [{"role": "system", "content": "Think."}, {"role": "user", "content": "What is 2 + 3?"}]
        text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        inputs = tokenizer([text], return_tensors="pt").to(model.device)
        print("tokens", model.generate(**inputs, max_new_tokens=4).shape[1])
        """,
        Path.of(URI.create(modelUri)).toString());
  }

  /** Values by the path of their field, as the form names it. */
  private static Map<String, String> values(String path, JsonNode node) {
    Map<String, String> values = new LinkedHashMap<>();
    if (node.isObject()) {
      String prefix = path.isEmpty() ? "" : path + ".";
      node.properties()
          .forEach(field -> values.putAll(values(prefix + field.getKey(), field.getValue())));
    } else if (node.isArray()) {
      for (int index = 0; index < node.size(); index++) {
        values.putAll(values(path + "[" + index + "]", node.get(index)));
      }
    } else {
      values.put(path, node.asText());
    }
    return values;
  }

  /** An option of a list is chosen by its name, also where the value has the prefix of its type. */
  private static void fill(Browser browser, String path, String value) {
    browser.run(
        "const field = document.getElementById('field-"
            + path.replaceAll("[^A-Za-z0-9_]", "-")
            + "');"
            + "const value = '"
            + value
            + "';"
            + "field.value = field.options"
            + " ? [...field.options].find(one => one.value && value.endsWith(one.value)).value"
            + " : value;"
            + "field.dispatchEvent(new Event('input', {bubbles: true}));");
  }

  private static void press(Browser browser, String label) {
    browser.run(
        "[...document.querySelectorAll('button')].find(one => one.textContent.trim() === '"
            + label
            + "').click()");
  }

  private static void picture(Browser browser, String name) throws IOException {
    Files.write(Files.createDirectories(PICTURES).resolve(name + ".png"), browser.picture());
  }
}

package io.retort.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.retort.v1.AnswerKind;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.DataFormat;
import io.retort.v1.RunSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Benchmarks by name: filled-in fields, precedence, and refused specs. */
final class BenchmarkPresetsTest {
  private static final String DATA = "data: {train: [{path: /a}]}\n";

  private final SpecDefaults defaults = new SpecDefaults("/models/smol");
  private final SpecValidator validator = new SpecValidator();

  @ParameterizedTest
  @CsvSource({
    "aime24, 30, 64, MATH",
    "math500, 500, 4, MATH",
    "gpqa-diamond, 198, 8, CHOICE",
    "livecodebench-v2, 511, 16, CODE",
    "gsm8k, 1319, 4, MATH",
    "humaneval, 164, 10, CODE"
  })
  void aNameIsEnough(String name, int rows, int samples, String kind) throws Exception {
    BenchmarkSpec benchmark = only("evaluation: {benchmarks: [{benchmark: " + name + "}]}");

    assertThat(benchmark.getName()).isEqualTo(name);
    assertThat(benchmark.getBenchmark()).isEqualTo(name);
    assertThat(benchmark.getSource().getPath()).startsWith("hf://datasets/").contains("@main/");
    assertThat(benchmark.getSource().getAnswerKind())
        .isEqualTo(AnswerKind.valueOf("ANSWER_KIND_" + kind));
    assertThat(benchmark.getExpectedRows()).isEqualTo(rows);
    assertThat(benchmark.getSamples()).isEqualTo(samples);
    assertThat(benchmark.getTemperature()).isEqualTo(0.6);
    assertThat(benchmark.getTopP()).isEqualTo(0.95);
    assertThat(benchmark.getMaxNewTokens()).isEqualTo(32_768);
    assertThat(benchmark.getPrompt()).contains("{problem}");
    assertThat(benchmark.getKList()).startsWith(1).contains(samples);
    assertThat(benchmark.getRedacted()).isEqualTo(name.equals("gpqa-diamond"));
  }

  @Test
  void theTestsNameEveryBuiltInBenchmark() {
    assertThat(BenchmarkPresets.NAMES)
        .containsExactly(
            "aime24", "math500", "gpqa-diamond", "livecodebench-v2", "gsm8k", "humaneval");
  }

  @Test
  void theBenchmarksOwnFieldGoesBeforeThePresetThenTheEvaluationThenTheDefault() throws Exception {
    RunSpec filled =
        fill(
            """
            evaluation:
              temperature: 0.1
              max_new_tokens: 99
              benchmarks:
              - {benchmark: math500, temperature: 0.9}
              - {name: mine, source: {path: /e}, top_p: 0.5}
            """);
    BenchmarkSpec preset = filled.getEvaluation().getBenchmarks(0);
    BenchmarkSpec mine = filled.getEvaluation().getBenchmarks(1);

    assertThat(preset.getTemperature()).isEqualTo(0.9);
    assertThat(preset.getTopP()).isEqualTo(0.95);
    assertThat(preset.getMaxNewTokens()).isEqualTo(32_768);
    assertThat(mine.getTemperature()).isEqualTo(0.1);
    assertThat(mine.getTopP()).isEqualTo(0.5);
    assertThat(mine.getMaxNewTokens()).isEqualTo(99);
    assertThat(mine.getPrompt()).isEqualTo("{problem}");
    assertThat(mine.hasExpectedRows()).isFalse();
    assertThat(filled.getEvaluation().getBenchmarksList())
        .allSatisfy(
            benchmark -> {
              assertThat(benchmark.getMargin()).isEqualTo(1);
              assertThat(benchmark.hasAllowLostRows()).isTrue();
            });
  }

  @Test
  void aLocalCopyIsCheckedAsThePublishedFileIs() throws Exception {
    BenchmarkSpec benchmark =
        only("evaluation: {benchmarks: [{benchmark: aime24, source: {path: /aime.jsonl}}]}");

    assertThat(benchmark.getSource().getPath()).isEqualTo("/aime.jsonl");
    assertThat(benchmark.getSource().getFormat()).isEqualTo(DataFormat.DATA_FORMAT_AUTO);
    assertThat(benchmark.getExpectedRows()).isEqualTo(30);
    assertThat(benchmark.getContentSha256()).hasSize(64);
  }

  @Test
  void aPartOfTheFileIsNotCheckedAsTheWhole() throws Exception {
    BenchmarkSpec benchmark =
        only("evaluation: {benchmarks: [{benchmark: gsm8k, source: {limit: 10}}]}");

    assertThat(benchmark.getSource().getPath()).startsWith("hf://");
    assertThat(benchmark.getSource().getLimit()).isEqualTo(10);
    assertThat(benchmark.hasExpectedRows()).isFalse();
    assertThat(benchmark.hasContentSha256()).isFalse();
  }

  @Test
  void ksOfThePresetThatFewerSamplesLeaveNoRoomForAreLeftOut() throws Exception {
    assertThat(only("evaluation: {benchmarks: [{benchmark: aime24, samples: 8}]}").getKList())
        .containsExactly(1, 8);
    assertThat(
            only("evaluation: {benchmarks: [{benchmark: aime24, samples: 8, k: [2]}]}").getKList())
        .containsExactly(2);
  }

  @Test
  void oneFieldOfAFilledSpecCanBeChanged() throws Exception {
    RunSpec filled = fill("evaluation: {benchmarks: [{benchmark: aime24}]}");
    assertThat(defaults.fill(filled)).isEqualTo(filled);

    RunSpec.Builder changed = filled.toBuilder();
    changed
        .getEvaluationBuilder()
        .getBenchmarksBuilder(0)
        .setSamples(8)
        .getSourceBuilder()
        .setLimit(3);
    assertThat(validator.validate(changed.build())).isEmpty();
    BenchmarkSpec again = defaults.fill(changed.build()).getEvaluation().getBenchmarks(0);
    assertThat(again.getKList()).containsExactly(1, 8);
    assertThat(again.hasExpectedRows()).isFalse();
    assertThat(again.hasContentSha256()).isFalse();
  }

  @Test
  void oneBenchmarkTwiceUnderTwoNames() throws Exception {
    RunSpec filled =
        fill(
            "evaluation: {benchmarks: [{benchmark: aime24}, {benchmark: aime24, name: greedy,"
                + " temperature: 0}]}");
    assertThat(filled.getEvaluation().getBenchmarksList())
        .extracting(BenchmarkSpec::getName)
        .containsExactly("aime24", "greedy");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{benchmark: aime25} | benchmark: \"aime25\" (expected: one of aime24, math500,"
            + " gpqa-diamond, livecodebench-v2, gsm8k, humaneval; or name and source of your own"
            + " benchmark)",
        "{benchmark: aime24, k: [65]} | k[0]: 65 (expected: <= samples, which is 64)",
        "{benchmark: aime24, prompt: Think.} | prompt: without {problem} (expected: a text with"
            + " exactly one {problem}, the placeholder of the problem)",
        "{benchmark: aime24, prompt: '{problem}{problem}'} | prompt: with {problem} more than once"
            + " (expected: a text with exactly one {problem}, the placeholder of the problem)",
        "{benchmark: aime24, from_date: '2024-01-01'} | from_date: \"2024-01-01\" (expected: not"
            + " set, unless source.format is livecodebench)",
        "{benchmark: livecodebench-v2, to_date: '2024-02-30'} | to_date: \"2024-02-30\" (expected:"
            + " a date, for example 2024-01-31)",
        "{benchmark: livecodebench-v2, from_date: '2024-02-01', to_date: '2024-01-01'} | to_date:"
            + " 2024-01-01 (expected: >= from_date, which is 2024-02-01)",
      })
  void whatIsWrongIsNamed(String benchmark, String message) throws Exception {
    assertThat(
            validator
                .validate(SpecReader.read(DATA + "evaluation: {benchmarks: [" + benchmark + "]}"))
                .stream()
                .map(SpecViolation::toString))
        .containsExactly("evaluation.benchmarks[0]." + message);
  }

  @Test
  void theExampleOfThePageCanBeRun() throws Exception {
    String page = Files.readString(Path.of("../../docs/own-data-judge-student.md"));
    int begin = page.indexOf("evaluation:\n  max_new_tokens: 4096");
    String example = page.substring(begin, page.indexOf("```", begin));
    RunSpec spec = SpecPaths.resolve(SpecReader.read(DATA + example), Path.of("/specs"));

    assertThat(validator.validate(spec)).isEmpty();
    assertThat(defaults.fill(spec).getEvaluation().getBenchmarksList())
        .extracting(BenchmarkSpec::getName, BenchmarkSpec::getMaxNewTokens)
        .containsExactly(
            tuple("math500", 32_768),
            tuple("aime24", 32_768),
            tuple("livecodebench-v2", 32_768),
            tuple("mine", 4096));
    assertThat(spec.getEvaluation().getBenchmarks(1).getSource().getPath())
        .isEqualTo("/specs/data/aime24.jsonl");
    assertThat(spec.getEvaluation().getBenchmarks(2).getFromDate()).isEqualTo("2024-01-01");
  }

  @Test
  void twoBenchmarksOfOneNameAreRefused() throws Exception {
    RunSpec spec =
        SpecReader.read(
            DATA + "evaluation: {benchmarks: [{benchmark: gsm8k}, {benchmark: gsm8k}]}");
    assertThat(validator.validate(spec).stream().map(SpecViolation::field))
        .isEqualTo(List.of("evaluation.benchmarks[1].name"));
  }

  private BenchmarkSpec only(String evaluation) throws SpecException {
    return fill(evaluation).getEvaluation().getBenchmarks(0);
  }

  private RunSpec fill(String evaluation) throws SpecException {
    RunSpec spec = SpecReader.read(DATA + evaluation);
    assertThat(validator.validate(spec)).isEmpty();
    RunSpec filled = defaults.fill(spec);
    assertThat(validator.validate(filled)).isEmpty();
    return filled;
  }
}

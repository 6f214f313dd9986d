package io.retort.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.retort.pipeline.ActivityFailures;
import io.retort.v1.DataFormat;
import io.retort.v1.DataSource;
import io.retort.v1.FilterSpec;
import io.retort.v1.IngestSummary;
import io.retort.v1.QuarantinedRow;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which rows filters exclude, and for which reason. */
final class FiltersTest {
  private static final FilterSpec DECONTAMINATE =
      FilterSpec.newBuilder().setDecontaminationWords(13).build();
  private static final String TRAIN =
      "A train travels 270 miles in 3 hours. At the same rate, how many additional hours would it"
          + " take to travel an additional 180 miles?";

  private IngestHarness harness;

  @BeforeEach
  void start(@TempDir Path temporary) {
    harness = new IngestHarness(temporary);
  }

  @AfterEach
  void stop() {
    harness.close();
  }

  @Test
  void lengths() throws IOException {
    harness.write(
        "data.jsonl",
        row("ab", "cd"),
        row("abc", "c"),
        row("abcd", "cd"),
        row("abcde", "cd"),
        row("abcd", "cde"),
        row("\ud83d\ude80\ud83d\ude80\ud83d\ude80", "cd"));

    IngestSummary summary =
        harness.ingest(
            source(),
            FilterSpec.newBuilder()
                .setMinProblemCharacters(3)
                .setMaxProblemCharacters(4)
                .setMinChainCharacters(2)
                .setMaxChainCharacters(2)
                .build());

    assertThat(harness.problems(summary))
        .containsExactly("abcd", "\ud83d\ude80\ud83d\ude80\ud83d\ude80");
    assertThat(harness.quarantine(summary))
        .extracting(QuarantinedRow::getReason, QuarantinedRow::getMessage)
        .containsExactly(
            tuple("TOO_SHORT", "problem: 2 characters (expected: at least 3)"),
            tuple("TOO_SHORT", "chain: 1 characters (expected: at least 2)"),
            tuple("TOO_LONG", "problem: 5 characters (expected: at most 4)"),
            tuple("TOO_LONG", "chain: 3 characters (expected: at most 2)"));
  }

  @Test
  void languages() throws IOException {
    harness.write(
        "data.jsonl",
        row("How many apples does Mary have if she buys 3 and eats 1?", ""),
        row("Cu\u00e1ntas manzanas tiene Juan si compra 3 y vende 1 a su hermano?", ""),
        row(
            "\u5c0f\u660e\u67095\u4e2a\u82f9\u679c\uff0c\u5403\u4e862\u4e2a\uff0c\u8fd8\u5269\u51e0\u4e2a\uff1f",
            ""),
        row("Compute $\\\\frac{1}{2} + x$.", ""),
        row("7 + 8 =", ""));

    IngestSummary summary =
        harness.ingest(source(), FilterSpec.newBuilder().addLanguages("en").build());

    assertThat(harness.quarantine(summary))
        .extracting(
            QuarantinedRow::getSource, QuarantinedRow::getReason, QuarantinedRow::getMessage)
        .containsExactly(
            tuple(place(2), "LANGUAGE", "problem: es (expected: one of [en])"),
            tuple(place(3), "LANGUAGE", "problem: zh (expected: one of [en])"));
    assertThat(
            harness
                .ingest(
                    source(),
                    FilterSpec.newBuilder()
                        .addLanguages("en")
                        .addLanguages("es")
                        .addLanguages("zh")
                        .build())
                .getRows())
        .isEqualTo(5);
  }

  @Test
  void languageThatNobodyKnows() throws IOException {
    harness.write("data.jsonl", row("1+1?", ""));

    ApplicationFailure failure =
        ActivityFailures.of(
            () -> harness.ingest(source(), FilterSpec.newBuilder().addLanguages("xx").build()));

    assertThat(failure.getType()).isEqualTo("USER/LANGUAGE_UNKNOWN");
    assertThat(failure.getOriginalMessage())
        .contains("data.filters.languages: xx", " en,", " zh,", " no,");
  }

  @Test
  void realProblemsAreEnglish() {
    assumeThat(IngestHarness.REAL_DATA).as("real data beside the checkout").exists();

    for (String name : new String[] {"gsm8k_test.jsonl", "math500.jsonl", "aime24.jsonl"}) {
      IngestSummary summary =
          harness.ingest(
              real(name).toBuilder().setLimit(200).build(),
              FilterSpec.newBuilder().addLanguages("en").build());
      assertThat(IngestHarness.reasons(summary)).as(name).doesNotContainKey("LANGUAGE");
    }
  }

  @Test
  void firstOfProblemsThatResembleEachOtherStays() throws IOException {
    String once = "The quick brown fox jumps over the lazy dog while the old cat sleeps in the sun";
    harness.write(
        "data.jsonl",
        row(once + " today.", "a"),
        row("Something else that has nothing to do with the animals of the first row.", ""),
        row(once.toUpperCase(Locale.ROOT) + ", today!", "b"),
        row(once + " tomorrow.", "c"),
        row("short", ""),
        row("Short.", "d"));
    FilterSpec filters = FilterSpec.newBuilder().setNearDuplicateSimilarity(0.7).build();

    IngestSummary summary = harness.ingest(source(), filters);

    assertThat(harness.quarantine(summary))
        .extracting(QuarantinedRow::getSource, QuarantinedRow::getReason)
        .containsExactly(
            tuple(place(3), "NEAR_DUPLICATE"),
            tuple(place(4), "NEAR_DUPLICATE"),
            tuple(place(6), "NEAR_DUPLICATE"));
    assertThat(harness.quarantine(summary).get(0).getMessage())
        .isEqualTo("the problem is 1.00 similar to that of data.jsonl:1 (expected: below 0.7)");
    assertThat(harness.ingest(source(), filters)).as("again").isEqualTo(summary);
    assertThat(harness.ingest(source()).getRows()).as("without the filter").isEqualTo(6);
  }

  @Test
  void problemOfABenchmarkIsLeftOut() throws IOException {
    harness.write("bench.jsonl", row(TRAIN, ""), row("What is 2+2?", ""));
    harness.write(
        "data.jsonl",
        row("Solve step by step: " + TRAIN.toUpperCase(Locale.ROOT), ""),
        row(TRAIN.replace("additional 180 miles", "180 miles further than that"), ""),
        row(TRAIN.replace("270", "360").replace("180", "240"), ""),
        row("what is 2 + 2", ""),
        row("Tell me: what is 2+2? And what would be the half of that, if any?", ""),
        row("Another problem of its own, with 270 miles, 3 hours and 180 miles in it.", ""));

    IngestSummary summary = decontaminate("bench.jsonl");

    assertThat(harness.quarantine(summary))
        .extracting(
            QuarantinedRow::getSource, QuarantinedRow::getReason, QuarantinedRow::getMessage)
        .containsExactly(
            tuple(
                place(1),
                "CONTAMINATED",
                "the problem shares \"a train travels 270 miles in 3 hours at the same rate how\""
                    + " and all numbers with bench.jsonl:1 of benchmark bench"),
            tuple(
                place(2),
                "CONTAMINATED",
                "the problem shares \"a train travels 270 miles in 3 hours at the same rate how\""
                    + " and all numbers with bench.jsonl:1 of benchmark bench"),
            tuple(
                place(4),
                "CONTAMINATED",
                "the problem is that of bench.jsonl:2 of benchmark bench"),
            tuple(
                place(5),
                "CONTAMINATED",
                "the problem contains that of bench.jsonl:2 of benchmark bench"));
    assertThat(decontaminate("bench.jsonl")).as("again").isEqualTo(summary);
    assertThat(
            harness
                .ingest(
                    source(),
                    DECONTAMINATE.toBuilder().setDecontaminationWords(0).build(),
                    IngestHarness.benchmark("bench", harness.source("bench.jsonl")))
                .getRows())
        .as("turned off")
        .isEqualTo(6);
  }

  @Test
  void shortProblemOfABenchmarkWithinALongerOne() throws IOException {
    harness.write(
        "bench.jsonl",
        row("Simplify $sqrt{98}$.", ""),
        row("Solve for x.", ""),
        row("5 + 6", ""),
        row("Compute 17 - 4.", ""),
        row("If every cat is a mammal, is every mammal a cat?", ""));
    harness.write(
        "data.jsonl",
        row("Simplify $sqrt{98}$. Think step by step, then answer within boxed braces.", ""),
        row("Here is a problem of mathematics for you to solve: simplify sqrt 98", ""),
        row("Reason first. If every cat is a mammal, is every mammal a cat? Say why.", ""),
        row("Compute 17 - 4. Think step by step and give your final answer as a number.", ""),
        row("Simplify $sqrt{99}$. Think step by step, then answer within boxed braces.", ""),
        row("Given that 3 x + 1 = 10, solve for x, then say whether it is a prime number.", ""),
        row("Ann has 5 + 6 apples and gives her brother half of what she has. How many?", ""),
        row("Compute 17 - 4 * 3 and write down the steps that led you to the answer.", ""),
        row("Compute 17 - 4.5 and write down the steps that led you to the answer.", ""));

    assertThat(harness.quarantine(decontaminate("bench.jsonl")))
        .extracting(QuarantinedRow::getSource, QuarantinedRow::getMessage)
        .containsExactly(
            tuple(place(1), "the problem contains that of bench.jsonl:1 of benchmark bench"),
            tuple(place(2), "the problem contains that of bench.jsonl:1 of benchmark bench"),
            tuple(place(3), "the problem contains that of bench.jsonl:5 of benchmark bench"),
            tuple(place(4), "the problem contains that of bench.jsonl:4 of benchmark bench"));
  }

  @Test
  void realProblemsOfABenchmarkWithASuffix() throws IOException {
    assumeThat(IngestHarness.REAL_DATA).as("real data beside the checkout").exists();
    String math = Files.readString(IngestHarness.REAL_DATA.resolve("math500.jsonl"));
    harness.write(
        "data.jsonl",
        math.replace("\", \"true_answer\"", " Let's think step by step.\", \"true_answer\"")
            .strip());

    ApplicationFailure failure =
        ActivityFailures.of(
            () ->
                harness.ingest(
                    harness.source("data.jsonl"),
                    DECONTAMINATE,
                    IngestHarness.benchmark("math", real("math500.jsonl"))));

    assertThat(failure.getOriginalMessage()).contains("refused by reason: {CONTAMINATED=500}");
  }

  @Test
  void otherBenchmarksOrFiltersAreAnotherDataSet() throws IOException {
    harness.write("data.jsonl", row(TRAIN, ""));
    harness.write("one.jsonl", row("A first problem", ""));
    harness.write("other.jsonl", row("A second problem", ""));

    assertThat(
            Set.of(
                decontaminate("one.jsonl").getDataset().getUri(),
                decontaminate("other.jsonl").getDataset().getUri(),
                harness.ingest(source()).getDataset().getUri(),
                harness
                    .ingest(source(), FilterSpec.newBuilder().setMinProblemCharacters(2).build())
                    .getDataset()
                    .getUri()))
        .hasSize(4);
  }

  @Test
  void benchmarkThatIsNotThereIsToldBeforeAnyRowIsPaidFor() throws IOException {
    harness.write("data.jsonl", row(TRAIN, ""));

    assertThat(ActivityFailures.of(() -> decontaminate("nowhere.jsonl")).getType())
        .isEqualTo("USER/DATA_NOT_FOUND");
  }

  @Test
  void realTrainingProblemsAreNotThoseOfTheTest() {
    assumeThat(IngestHarness.REAL_DATA).as("real data beside the checkout").exists();

    IngestSummary summary =
        harness.ingest(
            real("gsm8k_train.jsonl"),
            DECONTAMINATE,
            IngestHarness.benchmark("gsm8k", real("gsm8k_test.jsonl")));

    assertThat(summary.getRows()).isEqualTo(7_473);
    IngestSummary leaked =
        harness.ingest(
            real("gsm8k_test.jsonl").toBuilder().setLimit(100).build(),
            DECONTAMINATE.toBuilder().setMinChainCharacters(1).build(),
            IngestHarness.benchmark(
                "gsm8k", real("gsm8k_test.jsonl").toBuilder().setLimit(99).build()));
    assertThat(IngestHarness.reasons(leaked)).isEqualTo(Map.of("CONTAMINATED", 99L));
  }

  /** Templates with other numbers are other problems. */
  @Test
  void demoLosesNoRow() {
    Path demo = Path.of("../../examples/demo").toAbsolutePath().normalize();

    IngestSummary summary =
        harness.ingest(
            file(demo.resolve("train.jsonl")),
            DECONTAMINATE,
            IngestHarness.benchmark("word-problems", file(demo.resolve("eval.jsonl"))));

    assertThat(summary.getQuarantined()).isZero();
  }

  private IngestSummary decontaminate(String benchmark) {
    return harness.ingest(
        source(), DECONTAMINATE, IngestHarness.benchmark("bench", harness.source(benchmark)));
  }

  private DataSource source() {
    return harness.source("data.jsonl", DataFormat.DATA_FORMAT_FIELDS);
  }

  private String place(int line) {
    return harness.file("data.jsonl") + ":" + line;
  }

  private static DataSource real(String name) {
    return file(IngestHarness.REAL_DATA.resolve(name));
  }

  private static DataSource file(Path path) {
    return DataSource.newBuilder().setPath(path.toString()).build();
  }

  private static String row(String problem, String chain) {
    return "{\"problem\": \"%s\", \"chain\": \"%s\", \"answer\": 1}".formatted(problem, chain);
  }
}

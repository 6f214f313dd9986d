package io.retort.curation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.answers.AnswerChecker;
import io.retort.answers.FastAnswerChecker;
import io.retort.judge.client.CallGroup;
import io.retort.judge.client.JudgeClient;
import io.retort.judge.client.ScriptedJudge;
import io.retort.run.FilledSpecs;
import io.retort.student.TokenCounter;
import io.retort.v1.AnswerKind;
import io.retort.v1.Count;
import io.retort.v1.CurationOutcome;
import io.retort.v1.CurationRecord;
import io.retort.v1.CurationSpec;
import io.retort.v1.CurationSummary;
import io.retort.v1.DifficultySignal;
import io.retort.v1.FollowRate;
import io.retort.v1.FollowSpec;
import io.retort.v1.RateRequest;
import io.retort.v1.Ratings;
import io.retort.v1.RunSpec;
import io.retort.v1.Sample;
import io.retort.v1.SampleAnswersRequest;
import io.retort.v1.SelectionSpec;
import io.retort.v1.StudentSpec;
import io.temporal.failure.ApplicationFailure;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ratings, tokens and selection of what is kept; answers that are no numbers. */
final class SampleCurationTest {
  private static final Sample EGGS =
      Sample.newBuilder()
          .setId("eggs")
          .setProblem("Sold 48, then 24. Total?")
          .setChain("Half is 24.\n48 + 24 = 72")
          .setAnswer("72")
          .build();

  /** A token is a word. */
  private static final TokenCounter WORDS =
      (student, text) -> CompletableFuture.completedFuture(text.split("\\s+").length);

  private final ScriptedJudge script = ScriptedJudge.start();
  private final ExecutorService executor = Executors.newFixedThreadPool(2);
  private final JudgeClient judge =
      JudgeClient.connect(script.address(), Duration.ofSeconds(30), executor);

  private Path student;

  @BeforeEach
  void start(@TempDir Path folder) {
    student = folder;
  }

  @AfterEach
  void stop() {
    judge.close();
    script.close();
    executor.shutdownNow();
  }

  @Test
  void keptChainIsRatedAndItsTokensAreCounted() {
    CurationRecord record = curate(EGGS, CurationSpec.newBuilder().setRatings(true));

    assertThat(record.getOutcome()).isEqualTo(CurationOutcome.CURATION_OUTCOME_RETAINED);
    assertThat(record.getRatings()).isEqualTo(ratings(4, 3));
    assertThat(record.getTokens()).isEqualTo(8);
    assertThat(record.getUsage().getCalls()).as("evaluate, validate, rate").isEqualTo(3);
    RateRequest asked = script.rated.element();
    assertThat(asked.getProblem()).isEqualTo(EGGS.getProblem());
    assertThat(asked.getAnswer()).isEqualTo("72");
    assertThat(asked.getChain()).isEqualTo(EGGS.getChain());
  }

  @Test
  void recordNamesModelsAndPrompts() {
    CurationRecord record = curate(EGGS, CurationSpec.newBuilder());

    assertThat(record.getModelsList()).containsExactly("scripted");
    assertThat(record.getPromptVersionsList()).containsExactly("test-v1");
    assertThat(script.rated).as("ratings are off").isEmpty();
    assertThat(record.hasRatings()).isFalse();
  }

  @Test
  void chainOutsideTheLimitsIsNotSelected() {
    script.rate = request -> ratings(7, 2);
    for (SelectionSpec.Builder limit :
        List.of(
            SelectionSpec.newBuilder().setMaxVerbosity(6),
            SelectionSpec.newBuilder().setMinVerbosity(8),
            SelectionSpec.newBuilder().setMaxCognitiveDifficulty(1),
            SelectionSpec.newBuilder().setMinCognitiveDifficulty(3))) {
      CurationRecord record =
          curate(EGGS, CurationSpec.newBuilder().setRatings(true).setSelect(limit));

      assertThat(record.getOutcome()).isEqualTo(CurationOutcome.CURATION_OUTCOME_REJECTED);
      assertThat(record.getReason()).isEqualTo("NOT_SELECTED");
      assertThat(record.getChain()).isEmpty();
      assertThat(record.getRatings()).as("shown all the same").isEqualTo(ratings(7, 2));
    }
  }

  @Test
  void chainWithinTheLimitsIsKept() {
    SelectionSpec.Builder limits =
        SelectionSpec.newBuilder()
            .setMinVerbosity(4)
            .setMaxVerbosity(4)
            .setMinCognitiveDifficulty(3)
            .setMaxCognitiveDifficulty(3)
            .setMaxTokens(8);

    assertThat(
            curate(EGGS, CurationSpec.newBuilder().setRatings(true).setSelect(limits)).getOutcome())
        .isEqualTo(CurationOutcome.CURATION_OUTCOME_RETAINED);
  }

  @Test
  void chainThatIsTooLongIsNotPaidFor() {
    CurationRecord record =
        curate(
            EGGS,
            CurationSpec.newBuilder()
                .setRatings(true)
                .setSelect(SelectionSpec.newBuilder().setMaxTokens(7)));

    assertThat(record.getReason()).isEqualTo("NOT_SELECTED");
    assertThat(record.getTokens()).isEqualTo(8);
    assertThat(script.rated).isEmpty();
  }

  @Test
  void limitOnTokensThatNobodyCountsIsTheUsersToMend() {
    CurationSpec.Builder curation =
        CurationSpec.newBuilder().setSelect(SelectionSpec.newBuilder().setMaxTokens(7));

    assertThatThrownBy(() -> curate(EGGS, curation, new FastAnswerChecker(), TokenCounter.none()))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            ApplicationFailure.class,
            failure -> {
              assertThat(failure.getType()).isEqualTo("USER/TOKENIZER_MISSING");
              assertThat(failure.getOriginalMessage()).contains("curation.select.max_tokens: 7");
            });
  }

  @Test
  void uselessRatingCostsTheRowOnlyWhereRatingsAreLimited() {
    script.rate =
        request -> {
          throw ScriptedJudge.useless("UNPARSED");
        };
    CurationRecord kept = curate(EGGS, CurationSpec.newBuilder().setRatings(true));
    CurationRecord refused =
        curate(
            EGGS,
            CurationSpec.newBuilder()
                .setRatings(true)
                .setSelect(SelectionSpec.newBuilder().setMaxVerbosity(9)));

    assertThat(kept.getOutcome()).isEqualTo(CurationOutcome.CURATION_OUTCOME_RETAINED);
    assertThat(kept.hasRatings()).isFalse();
    assertThat(kept.getUsage().getCalls()).as("the useless one is paid for").isEqualTo(3);
    assertThat(refused.getOutcome()).isEqualTo(CurationOutcome.CURATION_OUTCOME_REJECTED);
    assertThat(refused.getReason()).isEqualTo("NOT_RATED");
  }

  @Test
  void ratingOutsideTheScaleIsOfNoUse() {
    script.rate = request -> ratings(10, 3);

    assertThat(curate(EGGS, CurationSpec.newBuilder().setRatings(true)).hasRatings()).isFalse();
  }

  @Test
  void letterIsFollowedWithoutItsStatement() {
    Sample ice =
        EGGS.toBuilder()
            .setChain("Ice is lighter.\nThe answer is (B).")
            .setAnswer("B")
            .setAnswerKind(AnswerKind.ANSWER_KIND_CHOICE)
            .build();
    script.sampleAnswers =
        request -> List.of(request.getPartialChain().isEmpty() ? "A boat floats" : "(B)", "B) ice");

    CurationRecord record =
        curate(
            ice,
            CurationSpec.newBuilder()
                .setDifficulty(DifficultySignal.DIFFICULTY_SIGNAL_BOTH)
                .setFollow(FollowSpec.newBuilder().setSamples(2)));

    assertThat(script.sampled)
        .extracting(SampleAnswersRequest::getPartialChain)
        .containsExactlyInAnyOrder("", "Ice is lighter.");
    assertThat(record.getRounds(0).getFollowRate()).isEqualTo(rate(2, 2, 2, 1));
    assertThat(record.getRounds(0).getValidation().getAnswerCorrect()).isTrue();
  }

  @Test
  void answerThatCannotBeDecidedIsQuarantinedBeforeAnythingIsAsked() {
    Sample sample =
        EGGS.toBuilder().setChain("Look at x. The answer is \\int x.").setAnswer("x^2").build();

    CurationRecord record = curate(sample, CurationSpec.newBuilder());

    assertThat(record.getOutcome()).isEqualTo(CurationOutcome.CURATION_OUTCOME_QUARANTINED);
    assertThat(record.getReason()).isEqualTo("ANSWER_UNDECIDED");
    assertThat(record.getRounds(0).getValidation().getAnswerUndecided()).isTrue();
    assertThat(record.getRounds(0).getValidation().getReason()).startsWith("not decided: ");
    assertThat(script.calls()).isZero();
  }

  @Test
  void codeIsCheckedBeforeAnythingIsAsked() {
    Sample code =
        EGGS.toBuilder()
            .setAnswer("def f(): ...")
            .setAnswerKind(AnswerKind.ANSWER_KIND_CODE)
            .setTests("assert f()")
            .build();

    assertThatThrownBy(() -> curate(code, CurationSpec.newBuilder()))
        .cause()
        .isInstanceOfSatisfying(
            ApplicationFailure.class,
            failure -> assertThat(failure.getType()).isEqualTo("USER/SANDBOX_MISSING"));
    assertThat(script.calls()).isZero();
  }

  @Test
  void totalsCountRatingsTokensAndFollowRates() {
    CurationTotals totals = new CurationTotals();
    CurationSpec.Builder rated =
        CurationSpec.newBuilder()
            .setRatings(true)
            .setDifficulty(DifficultySignal.DIFFICULTY_SIGNAL_BOTH)
            .setFollow(FollowSpec.newBuilder().setSamples(2));
    script.sampleAnswers =
        request -> List.of("72", request.getPartialChain().isEmpty() ? "71" : "72");
    totals.add(curate(EGGS, rated));
    script.rate = request -> ratings(9, 3);
    totals.add(curate(EGGS, rated));
    totals.add(curate(EGGS, rated.setSelect(SelectionSpec.newBuilder().setMaxVerbosity(1))));

    CurationSummary summary = totals.summary(3);

    assertThat(summary.getVerbosityList()).containsExactly(counted("4"), counted("9"));
    assertThat(summary.getCognitiveDifficultyList())
        .containsExactly(Count.newBuilder().setName("3").setCount(2).build());
    assertThat(summary.getKeptTokens()).isEqualTo(16);
    assertThat(summary.getFollowRate()).isEqualTo(rate(6, 6, 6, 3));
    assertThat(summary.getAgreementList())
        .containsExactly(Count.newBuilder().setName("MEDIUM/MEDIUM").setCount(3).build());
  }

  private CurationRecord curate(Sample sample, CurationSpec.Builder curation) {
    return curate(sample, curation, new FastAnswerChecker(), WORDS);
  }

  private CurationRecord curate(
      Sample sample, CurationSpec.Builder curation, AnswerChecker answers, TokenCounter tokens) {
    RunSpec spec =
        FilledSpecs.of(
            RunSpec.newBuilder()
                .setStudent(StudentSpec.newBuilder().setModel(student.toString()))
                .setCuration(curation));
    return new SampleCuration(
            judge.calls(new CallGroup()),
            answers,
            tokens,
            CurationSettings.of(spec, 10),
            sample,
            "key")
        .run()
        .join();
  }

  private static Ratings ratings(int verbosity, int cognitiveDifficulty) {
    return Ratings.newBuilder()
        .setVerbosity(verbosity)
        .setCognitiveDifficulty(cognitiveDifficulty)
        .build();
  }

  private static FollowRate rate(int samples, int followed, int aloneSamples, int alone) {
    return FollowRate.newBuilder()
        .setSamples(samples)
        .setFollowed(followed)
        .setAloneSamples(aloneSamples)
        .setAlone(alone)
        .build();
  }

  private static Count counted(String name) {
    return Count.newBuilder().setName(name).setCount(1).build();
  }
}

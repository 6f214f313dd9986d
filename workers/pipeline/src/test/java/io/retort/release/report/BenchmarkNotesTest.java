package io.retort.release.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.v1.Count;
import io.retort.v1.LetterAccuracy;
import io.retort.v1.PassAtK;
import io.retort.v1.Score;
import io.retort.v1.ScoreWithoutErrata;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BenchmarkNotesTest {
  @Test
  void aPlainBenchmarkHasNone() {
    assertThat(BenchmarkNotes.of(List.of(Score.newBuilder().setModel("base").build()))).isEmpty();
  }

  @Test
  void lettersErrataRedactionAndOriginAreTold() {
    Score base =
        Score.newBuilder()
            .setModel("base")
            .setRedacted(true)
            .addRevisions("hf://datasets/o/n@c0ffee")
            .addLetters(
                LetterAccuracy.newBuilder()
                    .setLetter("A")
                    .setSamples(400)
                    .setCorrect(100)
                    .setChosen(1_200))
            .addLetters(LetterAccuracy.newBuilder().setLetter("B").setSamples(0))
            .setWithoutErrata(
                ScoreWithoutErrata.newBuilder()
                    .setProblems(494)
                    .addPassAtK(PassAtK.newBuilder().setK(1).setValue(0.5).setLow(0.4).setHigh(0.6))
                    .addLeftOut(Count.newBuilder().setName("interactive").setCount(2)))
            .build();

    assertThat(BenchmarkNotes.of(List.of(base, base.toBuilder().setModel("stage-1").build())))
        .containsExactly(
            "Read from hf://datasets/o/n@c0ffee",
            "Its problems, options and answers are not shown, as its terms may ask",
            "base by the letter of the right option: A 25.0 % of 400 (chosen 1,200 times), B none"
                + " (chosen 0 times)",
            "stage-1 by the letter of the right option: A 25.0 % of 400 (chosen 1,200 times), B"
                + " none (chosen 0 times)",
            "Without the problems with errata (interactive 2), on the 494 others: base pass@1"
                + " 50.0 % (40.0-60.0); stage-1 pass@1 50.0 % (40.0-60.0)");
  }
}

package io.retort.pages;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.v1.Run;
import org.junit.jupiter.api.Test;

final class CostViewTest {
  @Test
  void onlyTheBarEndsAtTheBudget() {
    assertThat(CostView.of(run(15.19, 10)))
        .isEqualTo(new CostView("15.1900 of the budget of 10.0000 (151 %)", 151, 100));
  }

  @Test
  void theShareIsRoundedDown() {
    assertThat(CostView.of(run(9.999, 10)))
        .isEqualTo(new CostView("9.9990 of the budget of 10.0000 (99 %)", 99, 99));
  }

  @Test
  void withoutABudgetThereIsNoBar() {
    assertThat(CostView.of(run(2, 0))).isEqualTo(new CostView("2.0000; no budget", -1, -1));
    assertThat(CostView.of(run(0, 0)).words()).isEmpty();
  }

  private static Run run(double spent, double budget) {
    return Run.newBuilder().setSpent(spent).setBudget(budget).build();
  }
}

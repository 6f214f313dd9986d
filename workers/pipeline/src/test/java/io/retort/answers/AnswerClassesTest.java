package io.retort.answers;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.v1.AnswerKind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class AnswerClassesTest {
  /** Also decides cases that have to be parsed: a fraction of two digits is its value. */
  private static final class FractionChecker implements AnswerChecker {
    private final AnswerChecker fast = new FastAnswerChecker();
    private int asked;

    @Override
    public CompletableFuture<AnswerCheck> compare(GoldAnswer gold, String answer) {
      asked++;
      return fast.compare(GoldAnswer.math(decimal(gold.answer())), decimal(answer));
    }

    private static String decimal(String answer) {
      return answer.matches("\\d/\\d")
          ? String.valueOf((answer.charAt(0) - '0') / (double) (answer.charAt(2) - '0'))
          : answer;
    }

    @Override
    public CompletableFuture<AnswerCheck> check(GoldAnswer gold, String text) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> requireSandbox() {
      throw new UnsupportedOperationException();
    }
  }

  private final FractionChecker checker = new FractionChecker();

  @Test
  void answersThatAreTheSameAreOneClassAlsoWhereTheyAreWrong() {
    int[] classes =
        of(List.of("1/2", "0.5", "3", "0.50", "", "3.0", "x+1"), Collections.nCopies(7, false));

    assertThat(classes[1]).isEqualTo(classes[0]).isEqualTo(classes[3]);
    assertThat(classes[2]).isEqualTo(classes[5]).isNotEqualTo(classes[0]);
    assertThat(classes[4]).isEqualTo(-1);
    assertThat(classes[6]).isNotIn(classes[0], classes[2], -1);
  }

  @Test
  void whatIsTheGoldAnswerIsOneClassWithoutBeingAskedAgain() {
    int[] classes =
        of(List.of("72", "72 clips", "70", "seventy-two"), List.of(true, true, false, true));

    assertThat(classes).containsExactly(0, 0, 1, 0);
    assertThat(checker.asked).isZero();
  }

  @Test
  void doNotDependOnTheOrderOfTheAnswers() {
    List<String> answers =
        new ArrayList<>(List.of("1/2", "0.5", "0.5", "4/8", "3", "6/2", "9/3", "x", "y", "", "x"));
    List<List<String>> groups = groups(answers);
    Random random = new Random(5);
    for (int round = 0; round < 20; round++) {
      Collections.shuffle(answers, random);
      assertThat(groups(answers)).isEqualTo(groups);
    }
  }

  @Test
  void manyDifferentAnswersCostNoMoreThanSoManyQuestions() {
    List<String> answers = new ArrayList<>();
    for (int index = 0; index < 500; index++) {
      answers.add(String.valueOf(index));
    }

    assertThat(of(answers, Collections.nCopies(500, false))).doesNotHaveDuplicates();
    assertThat(checker.asked).isLessThan(500 * 33);
  }

  private int[] of(List<String> answers, List<Boolean> correct) {
    return AnswerClasses.of(
        AnswerKind.ANSWER_KIND_MATH, answers, correct, checker, CompletableFuture::join);
  }

  /** The answers of each class, sorted. */
  private List<List<String>> groups(List<String> answers) {
    int[] classes = of(answers, Collections.nCopies(answers.size(), false));
    List<List<String>> groups = new ArrayList<>();
    for (int label : java.util.Arrays.stream(classes).distinct().toArray()) {
      List<String> group = new ArrayList<>();
      for (int index = 0; index < classes.length; index++) {
        if (classes[index] == label) {
          group.add(answers.get(index));
        }
      }
      Collections.sort(group);
      groups.add(group);
    }
    groups.sort((one, other) -> one.toString().compareTo(other.toString()));
    return groups;
  }
}

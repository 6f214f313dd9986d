package io.retort.answers;

import io.retort.v1.AnswerKind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Which of the answers to one problem are the same answer. The classes do not depend on the order
 * of the answers.
 *
 * <p>Answers known to be the gold answer are one class. Others are one where they are the same
 * canonical text, or the checker says that they are equal; what it cannot decide stays apart. A
 * class is represented by its most frequent text. At most the 32 most frequent classes are compared
 * with; each rarer answer is a class of its own.
 */
public final class AnswerClasses {
  private static final int MOST_COMPARED = 32;
  private static final String GOLD = "gold";

  /**
   * Numbers from 0 on, one per answer and equal for the same answer; -1 for a blank one.
   *
   * @param answers as they were stated
   * @param correct of each, whether it is known to be the gold answer
   * @param wait for the checker's answer
   */
  public static int[] of(
      AnswerKind kind,
      List<String> answers,
      List<Boolean> correct,
      AnswerChecker checker,
      Function<CompletableFuture<AnswerCheck>, AnswerCheck> wait) {
    List<String> texts = new ArrayList<>();
    Map<String, Integer> frequencies = new HashMap<>();
    for (int index = 0; index < answers.size(); index++) {
      String text = PlainAnswers.canonical(answers.get(index));
      // No canonical text begins with a blank.
      texts.add(correct.get(index) && !text.isEmpty() ? " " + GOLD : text);
      frequencies.merge(texts.get(index), 1, Integer::sum);
    }
    Map<String, Integer> classes = new HashMap<>(Map.of("", -1, " " + GOLD, 0));
    Map<String, Integer> representatives = new LinkedHashMap<>();
    int next = 1;
    List<String> distinct =
        frequencies.keySet().stream()
            .filter(text -> !classes.containsKey(text))
            .sorted(
                Comparator.<String>comparingInt(frequencies::get)
                    .reversed()
                    .thenComparing(Comparator.naturalOrder()))
            .toList();
    for (String text : distinct) {
      int found = -1;
      for (Map.Entry<String, Integer> known : representatives.entrySet()) {
        GoldAnswer representative = new GoldAnswer(kind, known.getKey(), "");
        if (wait.apply(checker.compare(representative, text)).isCorrect()) {
          found = known.getValue();
          break;
        }
      }
      if (found < 0) {
        found = next++;
        if (representatives.size() < MOST_COMPARED) {
          representatives.put(text, found);
        }
      }
      classes.put(text, found);
    }
    return texts.stream().mapToInt(classes::get).toArray();
  }

  private AnswerClasses() {}
}

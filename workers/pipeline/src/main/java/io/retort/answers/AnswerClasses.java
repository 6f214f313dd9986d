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
 * Groups the answers to one problem into classes of equal answers. The classes do not depend on the
 * order of the answers.
 *
 * <p>Answers known to equal the gold answer form one class. Other answers are in the same class if
 * they have the same canonical text or the checker finds them equal; UNDECIDED comparisons count as
 * different. The most frequent text represents a class. Comparisons use at most the 32 most
 * frequent classes; each rarer answer forms its own class.
 */
public final class AnswerClasses {
  private static final int MOST_COMPARED = 32;
  private static final String GOLD = "gold";

  /**
   * Class numbers starting at 0, one per answer, equal for equal answers; -1 for a blank answer.
   *
   * @param answers as stated in the texts
   * @param correct for each answer, whether it is known to equal the gold answer
   * @param wait waits for the checker's result
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
      // A canonical text never begins with a blank.
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

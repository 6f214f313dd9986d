package io.retort.answers;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Operations on the text of a chain of thought. */
public final class ChainText {
  private static final Pattern CALCULATOR_MARK = Pattern.compile("<<[^<>\\n]{0,400}>>");
  private static final Pattern TRACE_MARK =
      Pattern.compile("</?think>|<\\|(?:begin|end)_of_(?:thought|solution)\\|>");
  private static final Pattern STEP_END = Pattern.compile("\\n|(?<=[.!?])[ \\t]+(?=\\S)");
  private static final Pattern ANSWER_LINE =
      Pattern.compile(
          "(?i)\\W{0,8}(?:(?:so|thus|therefore|hence)\\W{1,3})?(?:the\\s{1,3})?(?:final\\s{1,3})?answer\\W{0,4}"
              + "(?:is|are|=|:)[^\\n]{1,400}|\\s{0,8}####[^\\n]{1,400}|\\W{0,8}\\\\boxed\\{[^\\n]{1,400}");

  /**
   * The chain as it is stored: no calculator marks, no trace marks, no white space at line ends,
   * and no last line that only states the gold answer. A last line that states another answer
   * stays: it is what shows that the chain is wrong.
   */
  public static String canonical(String text, String gold) {
    String bare = CALCULATOR_MARK.matcher(text).replaceAll("");
    bare = TRACE_MARK.matcher(bare).replaceAll("");
    String chain =
        bare.lines()
            .map(String::stripTrailing)
            .reduce((first, second) -> first + "\n" + second)
            .orElse("")
            .strip();
    return withoutAnswerLine(chain, gold);
  }

  /** Steps of a chain: its lines, and the sentences in them. Blank ones are left out. */
  public static List<Step> steps(String chain) {
    List<Step> steps = new ArrayList<>();
    Matcher matcher = STEP_END.matcher(chain);
    int start = 0;
    while (matcher.find()) {
      add(steps, chain, start, matcher.start());
      start = matcher.end();
    }
    add(steps, chain, start, chain.length());
    return steps;
  }

  /**
   * The chain without its final answer, for the follow rate.
   *
   * <p>Cut where the gold answer is first computed ({@code 48 + 24 =} is kept, its result and all
   * that follows is not). Where it is never written as a result, the last step that names it and
   * all that follows is dropped; where it is not named at all, a last step that states some answer
   * is.
   */
  public static String withoutAnswer(String chain, String gold) {
    return cutAtResult(chain, gold)
        .or(() -> cutAtLastMention(chain, gold))
        .orElseGet(() -> withoutStatement(chain));
  }

  /** A stretch of a chain, {@code end} exclusive. */
  public record Step(int start, int end, String text) {}

  private static Optional<String> cutAtResult(String chain, String gold) {
    return Numbers.parse(gold)
        .flatMap(
            number ->
                Numbers.tokens(chain).stream()
                    .filter(token -> Numbers.same(token.value(), number))
                    .filter(token -> isResult(chain, token.start()))
                    .findFirst())
        .map(token -> stripCurrency(chain.substring(0, token.start())));
  }

  /** Whether an equals sign stands before the number, with at most a currency sign between. */
  private static boolean isResult(String chain, int start) {
    String before = stripCurrency(chain.substring(Math.max(0, start - 8), start));
    return before.endsWith("=");
  }

  private static Optional<String> cutAtLastMention(String chain, String gold) {
    Step last = null;
    for (Step step : steps(chain)) {
      if (mentions(step.text(), gold)) {
        last = step;
      }
    }
    return Optional.ofNullable(last).map(step -> chain.substring(0, step.start()).strip());
  }

  private static String withoutStatement(String chain) {
    List<Step> steps = steps(chain);
    if (steps.isEmpty()) {
      return chain;
    }
    Step last = steps.get(steps.size() - 1);
    return StatedAnswer.find(last.text()).isPresent()
        ? chain.substring(0, last.start()).strip()
        : chain;
  }

  static boolean mentions(String text, String gold) {
    return Numbers.parse(gold)
        .map(
            number ->
                Numbers.tokens(text).stream()
                    .anyMatch(token -> Numbers.same(token.value(), number)))
        .orElseGet(
            () -> AnswerComparison.normalise(text).contains(AnswerComparison.normalise(gold)));
  }

  private static String withoutAnswerLine(String chain, String gold) {
    int lineStart = chain.lastIndexOf('\n') + 1;
    String last = chain.substring(lineStart);
    boolean repeatsGold =
        last.length() <= 500
            && ANSWER_LINE.matcher(last).matches()
            && StatedAnswer.find(last)
                .flatMap(answer -> AnswerComparison.compare(gold, answer))
                .orElse(false);
    return repeatsGold ? chain.substring(0, lineStart).strip() : chain;
  }

  private static void add(List<Step> steps, String chain, int start, int end) {
    String text = chain.substring(start, end);
    if (!text.isBlank()) {
      steps.add(new Step(start, end, text));
    }
  }

  private static String stripCurrency(String text) {
    int end = text.length();
    while (end > 0 && "$€£ \t\\".indexOf(text.charAt(end - 1)) >= 0) {
      end--;
    }
    return text.substring(0, end);
  }

  private ChainText() {}
}

package io.retort.answers;

import io.retort.v1.AnswerKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Operations on the text of a chain of thought. */
public final class ChainText {
  private static final Pattern CALCULATOR_MARK = Pattern.compile("<<[^<>\\n]{0,400}>>");
  private static final Pattern STEP_END = Pattern.compile("\\n|(?<=[.!?])[ \\t]+(?=\\S)");
  private static final Pattern FORMULA_SPACE =
      Pattern.compile("\\\\(?:left|right|displaystyle|[,!;: ()\\[\\]])|[\\s$*]");
  private static final Pattern FORMULA = Pattern.compile("[\\\\^*/+()%π√]|[0-9][A-Za-z_]");
  private static final Pattern ANSWER_LINE =
      Pattern.compile(
          "(?i)\\W{0,8}(?:(?:so|thus|therefore|hence)\\W{1,3})?(?:the\\s{1,3})?(?:final\\s{1,3})?answer\\W{0,4}"
              + "(?:is|are|=|:)[^\\n]{1,400}|\\s{0,8}####[^\\n]{1,400}|\\W{0,8}\\\\boxed\\{[^\\n]{1,400}");

  /**
   * The chain in canonical form: without calculator annotations, trace markers, trailing white
   * space, and a last line that only states the gold answer, or, for code, a last block equal to
   * it. A last line that states another answer is kept, because it shows that the chain is wrong.
   */
  public static String canonical(String text, GoldAnswer gold) {
    boolean code = gold.kind() == AnswerKind.ANSWER_KIND_CODE;
    // "1 << 2" is not a calculator annotation.
    String bare = code ? text : CALCULATOR_MARK.matcher(text).replaceAll("");
    String chain =
        Thoughts.withoutMarks(bare)
            .lines()
            .map(String::stripTrailing)
            .collect(Collectors.joining("\n"))
            .strip();
    return code ? withoutGoldBlock(chain, gold) : withoutAnswerLine(chain, gold);
  }

  /** Steps of a chain: its lines, and the sentences in them, without blank ones. */
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
   * <p>The chain is cut where the gold answer is first computed: {@code 48 + 24 =} is kept, its
   * result and everything after it is not. If the gold answer never appears as a result, the last
   * step that contains it and everything after that step are dropped; if the chain does not contain
   * it, a last step that states any answer is dropped. The letter of a choice is contained in the
   * last step that states one. For code, the last Python block and everything after it are dropped.
   */
  public static String withoutAnswer(String chain, GoldAnswer gold) {
    return switch (gold.kind()) {
      case ANSWER_KIND_CODE ->
          CodeBlocks.last(chain)
              .map(block -> chain.substring(0, block.start()).strip())
              .orElse(chain);
      case ANSWER_KIND_CHOICE -> withoutChoice(chain);
      case ANSWER_KIND_EXACT ->
          cutAtLastMention(chain, gold).orElseGet(() -> withoutStatement(chain));
      case ANSWER_KIND_MATH, ANSWER_KIND_UNSPECIFIED, UNRECOGNIZED ->
          cutAtResult(chain, gold.answer())
              .or(() -> cutAtLastMention(chain, gold))
              .orElseGet(() -> withoutStatement(chain));
    };
  }

  /** A part of a chain, {@code end} exclusive. */
  public record Step(int start, int end, String text) {}

  private static Optional<String> cutAtResult(String chain, String gold) {
    return WrittenNumbers.parse(gold)
        .flatMap(
            number ->
                WrittenNumbers.tokens(chain).stream()
                    .filter(token -> WrittenNumbers.same(token.value(), number))
                    .filter(token -> isResult(chain, token.start()))
                    .findFirst())
        .map(token -> stripCurrency(chain.substring(0, token.start())));
  }

  /** Whether an equals sign, optionally followed by a currency sign, precedes the number. */
  private static boolean isResult(String chain, int start) {
    String before = stripCurrency(chain.substring(Math.max(0, start - 8), start));
    return before.endsWith("=");
  }

  private static Optional<String> cutAtLastMention(String chain, GoldAnswer gold) {
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

  private static String withoutChoice(String chain) {
    List<Step> steps = steps(chain);
    for (int index = steps.size() - 1; index >= 0; index--) {
      Step step = steps.get(index);
      boolean isLast = index == steps.size() - 1;
      // "B) floats" in the middle lists an option; at the end it chooses one.
      if (ChoiceAnswer.stated(step.text()).isPresent()
          || (isLast && ChoiceAnswer.concluded(step.text()).isPresent())) {
        return chain.substring(0, step.start()).strip();
      }
    }
    return chain;
  }

  static boolean mentions(String text, GoldAnswer gold) {
    return gold.kind() == AnswerKind.ANSWER_KIND_EXACT
        ? ExactAnswer.mentioned(text, gold.answer())
        : mentions(text, gold.answer());
  }

  private static boolean mentions(String text, String gold) {
    return WrittenNumbers.parse(gold)
        .map(
            number ->
                WrittenNumbers.tokens(text).stream()
                    .anyMatch(token -> WrittenNumbers.same(token.value(), number)))
        .orElseGet(() -> unspacedFormula(text).contains(unspacedFormula(gold)));
  }

  private static String unspacedFormula(String text) {
    String bare = FORMULA_SPACE.matcher(text).replaceAll("");
    return bare.replace("\\dfrac", "\\frac").replace("\\tfrac", "\\frac").toLowerCase(Locale.ROOT);
  }

  private static String withoutGoldBlock(String chain, GoldAnswer gold) {
    return CodeBlocks.last(chain)
        .filter(block -> block.end() == chain.length())
        .filter(block -> unspaced(block.code()).equals(unspaced(gold.answer())))
        .map(block -> chain.substring(0, block.start()).strip())
        .orElse(chain);
  }

  private static String unspaced(String code) {
    return code.lines().map(String::stripTrailing).collect(Collectors.joining("\n")).strip();
  }

  private static String withoutAnswerLine(String chain, GoldAnswer gold) {
    int lineStart = chain.lastIndexOf('\n') + 1;
    String last = chain.substring(lineStart);
    boolean repeatsGold =
        last.length() <= 500
            && ANSWER_LINE.matcher(last).matches()
            && StatedAnswer.find(last).map(answer -> repeats(gold, answer)).orElse(false);
    return repeatsGold ? chain.substring(0, lineStart).strip() : chain;
  }

  /**
   * Whether the answer is certainly the gold answer, or contains it as its only number among words:
   * "24 + 48 = 72 clips".
   */
  private static boolean repeats(GoldAnswer gold, String answer) {
    Optional<AnswerCheck> decided = FastAnswerChecker.decide(gold, answer);
    if (decided.isPresent() || gold.kind() != AnswerKind.ANSWER_KIND_MATH) {
      return decided.map(AnswerCheck::isCorrect).orElse(false);
    }
    String concluded = answer.substring(answer.lastIndexOf('=') + 1);
    List<WrittenNumbers.Token> numbers = WrittenNumbers.tokens(concluded);
    return numbers.size() == 1
        && !FORMULA.matcher(concluded).find()
        && WrittenNumbers.parse(gold.answer())
            .map(number -> WrittenNumbers.same(number, numbers.get(0).value()))
            .orElse(false);
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

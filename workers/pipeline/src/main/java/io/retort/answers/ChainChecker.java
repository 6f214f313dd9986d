package io.retort.answers;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Checks the answer that a chain of thought concludes, without an LLM.
 *
 * <ol>
 *   <li>A chain that states an answer ({@code \boxed{}}, {@code ####}, "the answer is") is checked
 *       by that answer.
 *   <li>Otherwise, with a numeric gold answer, the chain is CORRECT if its last number is the gold
 *       answer, or if its last step with a number contains it; WRONG if it contains numbers, but
 *       not the gold answer; UNKNOWN if only earlier steps contain the gold answer, or if it
 *       contains no number.
 *   <li>Otherwise, with any other gold answer except a letter, the chain is CORRECT if its last
 *       step contains the gold answer, else UNKNOWN.
 * </ol>
 *
 * A percentage also counts as its hundredth. Quotations that state an answer are ignored: they are
 * not conclusions.
 *
 * <p>For code, the last Python block of the chain is run with the tests; if there is none, the gold
 * answer itself is run, because the chain leads to it.
 */
public final class ChainChecker {
  private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

  private final AnswerChecker answers;

  public ChainChecker(AnswerChecker answers) {
    this.answers = answers;
  }

  public CompletableFuture<AnswerCheck> check(GoldAnswer gold, String chain) {
    return switch (gold.kind()) {
      case ANSWER_KIND_CODE ->
          answers.compare(
              gold, CodeBlocks.last(chain).map(CodeBlocks.Block::code).orElse(gold.answer()));
      case ANSWER_KIND_CHOICE ->
          CompletableFuture.completedFuture(ChoiceAnswer.check(gold.answer(), own(chain)));
      case ANSWER_KIND_EXACT -> {
        String own = Quotations.removed(own(chain));
        yield StatedAnswer.find(own).isPresent()
            ? answers.check(gold, own)
            : CompletableFuture.completedFuture(checkText(gold, own));
      }
      case ANSWER_KIND_MATH, ANSWER_KIND_UNSPECIFIED, UNRECOGNIZED ->
          checkMath(gold, Quotations.removed(own(chain)));
    };
  }

  /** A chain is a thought. Text after the thought is checked first if it states an answer. */
  private static String own(String chain) {
    String conclusion = Thoughts.conclusion(chain);
    return Statements.of(conclusion).isEmpty() ? Thoughts.withoutMarks(chain) : conclusion;
  }

  private CompletableFuture<AnswerCheck> checkMath(GoldAnswer gold, String chain) {
    Optional<String> stated = StatedAnswer.find(chain);
    if (stated.isPresent()) {
      return answers.compare(gold, stated.get());
    }
    return CompletableFuture.completedFuture(
        WrittenNumbers.parse(gold.answer())
            .map(number -> checkNumber(number, gold.answer(), chain))
            .orElseGet(() -> checkText(gold, chain)));
  }

  private static AnswerCheck checkNumber(BigDecimal number, String gold, String chain) {
    List<WrittenNumbers.Token> all = WrittenNumbers.tokens(chain);
    if (all.isEmpty()) {
      return AnswerCheck.unknown("the chain holds no number");
    }
    WrittenNumbers.Token last = all.get(all.size() - 1);
    int lastStep =
        ChainText.steps(chain).stream()
            .filter(step -> step.start() <= last.start())
            .mapToInt(ChainText.Step::start)
            .max()
            .orElse(0);
    boolean named = false;
    for (WrittenNumbers.Token token : all) {
      if (isGold(number, token, chain)) {
        named = true;
        if (token.start() >= lastStep) {
          return AnswerCheck.correct(gold);
        }
      }
    }
    String concluded = chain.substring(last.start(), last.end());
    return named
        ? AnswerCheck.unknown("the last step does not name the answer " + gold)
        : AnswerCheck.wrong(concluded, gold);
  }

  private static boolean isGold(BigDecimal gold, WrittenNumbers.Token token, String chain) {
    if (WrittenNumbers.same(token.value(), gold)) {
      return true;
    }
    boolean percent = token.end() < chain.length() && chain.charAt(token.end()) == '%';
    return percent && WrittenNumbers.same(token.value().divide(HUNDRED), gold);
  }

  private static AnswerCheck checkText(GoldAnswer gold, String chain) {
    List<ChainText.Step> steps = ChainText.steps(chain);
    boolean named =
        !ChoiceAnswer.isLetter(gold.answer())
            && !steps.isEmpty()
            && ChainText.mentions(steps.get(steps.size() - 1).text(), gold);
    return named
        ? AnswerCheck.correct(gold.answer())
        : AnswerCheck.unknown("the last step does not name the answer " + gold.answer());
  }
}

package io.retort.answers;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Compares answers without computer algebra: texts, numbers and multiple-choice letters. */
final class AnswerComparison {
  private static final Pattern DECORATION =
      Pattern.compile("\\\\(?:left|right|displaystyle|[,!;: ()\\[\\]])|[\\s$*]");

  private static final Pattern EXPRESSION =
      Pattern.compile("[\\\\^*/+()π√]|\\b(?:pi|sqrt|dozen|hundred|thousand|million|billion)\\b");

  /** Whether {@code answer} is the gold answer; empty where only computer algebra could tell. */
  static Optional<Boolean> compare(String gold, String answer) {
    if (normalise(gold).equals(normalise(answer))) {
      return Optional.of(true);
    }
    if (ChoiceAnswer.isLetter(gold)) {
      return ChoiceAnswer.letter(answer)
          .map(letter -> ChoiceAnswer.letter(gold).equals(Optional.of(letter)));
    }
    return Numbers.parse(gold).flatMap(number -> compareNumber(number, answer));
  }

  /** The same text up to white space, case, math delimiters and a full stop at its end. */
  static String normalise(String answer) {
    String bare = DECORATION.matcher(answer.strip()).replaceAll("");
    bare = bare.replace("\\dfrac", "\\frac").replace("\\tfrac", "\\frac");
    if (bare.endsWith(".")) {
      bare = bare.substring(0, bare.length() - 1);
    }
    return bare.toLowerCase(Locale.ROOT);
  }

  private static Optional<Boolean> compareNumber(BigDecimal gold, String answer) {
    Optional<BigDecimal> whole = Numbers.parse(answer.replace("$", ""));
    if (whole.isPresent()) {
      return Optional.of(Numbers.same(gold, whole.get()));
    }
    // "24 + 48 = 72 clips": what is concluded stands behind the last equals sign.
    String concluded = answer.substring(answer.lastIndexOf('=') + 1);
    if (EXPRESSION.matcher(concluded).find()) {
      return Optional.empty();
    }
    List<Numbers.Token> tokens = Numbers.tokens(concluded);
    return tokens.isEmpty()
        ? Optional.empty()
        : Optional.of(Numbers.same(gold, tokens.get(tokens.size() - 1).value()));
  }

  private AnswerComparison() {}
}

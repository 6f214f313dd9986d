package io.retort.answers;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Letters of multiple choices, A to J: which one a text chooses. The article A and the pronoun I
 * are none.
 *
 * <p>The same rules as the trainer's {@code choices.py}; its {@code golden_answers.jsonl} tests
 * both.
 */
final class ChoiceAnswer {
  private static final Pattern GOLD = Pattern.compile("\\(?([A-J])\\)?\\.?");
  private static final Pattern DECORATION =
      Pattern.compile("\\*\\*|__|\\\\(?:text|textbf|mathrm|mathbf)(?=\\{)|\\\\[()]|[{}$\"'`*]");
  private static final Pattern LETTER =
      Pattern.compile("(?i)(?:(?:option|choice)\\s{1,3})?(\\(?)([A-J])(\\)?)([^\\n]{0,400})");
  private static final Pattern MARK = Pattern.compile("[.:,](?:\\s|$)|[^\\w\\s]{0,4}$");
  private static final Pattern REASON =
      Pattern.compile("\\s{1,2}(?:because|since|as|which|is|for)\\b");
  private static final Pattern STATED =
      Pattern.compile("(?i)\\b(?:option|choice)(?:\\s{1,3}is|\\s?:)\\s{0,3}([^\\n]{1,200})");
  private static final Pattern OPTION = Pattern.compile("(?<!\\w)\\(?([A-J])[).:](?=\\s)");

  static boolean isLetter(String gold) {
    return GOLD.matcher(gold.strip()).matches();
  }

  /** The check of a text; never empty-handed without a reason. */
  static AnswerCheck check(String gold, String text) {
    return find(text)
        .map(letter -> compare(gold, letter))
        .orElseGet(() -> AnswerCheck.unknown("no letter is chosen"));
  }

  static AnswerCheck compare(String gold, String answer) {
    Optional<String> letter = letter(answer);
    if (letter.isEmpty()) {
      return AnswerCheck.unknown("no letter is chosen");
    }
    return letter.equals(letter(gold))
        ? AnswerCheck.correct(letter.get())
        : AnswerCheck.wrong(letter.get(), gold);
  }

  /** The letter that a text states or ends with; what stands behind its thought comes first. */
  static Optional<String> find(String text) {
    String conclusion = Quotations.removed(ChainText.conclusion(text));
    return findIn(conclusion).or(() -> findIn(Quotations.removed(text)));
  }

  /** The letter of a statement like "the answer is B", "the correct option is B". */
  static Optional<String> stated(String text) {
    return StatedAnswer.find(text).flatMap(ChoiceAnswer::letter).or(() -> lastSentence(text));
  }

  /** The letter of an answer that stands alone: "B", "(b)", "B) text", "B because ...". */
  static Optional<String> letter(String answer) {
    Matcher matcher = LETTER.matcher(bare(answer));
    if (!matcher.lookingAt()) {
      return Optional.empty();
    }
    boolean opened = !matcher.group(1).isEmpty();
    String found = matcher.group(2);
    boolean closed = !matcher.group(3).isEmpty();
    String rest = matcher.group(4);
    if (closed || (!opened && MARK.matcher(rest).lookingAt())) {
      return Optional.of(found.toUpperCase(Locale.ROOT));
    }
    // Without a mark only a capital chooses, A and I only with a reason: "A train", "I think".
    boolean word = found.equals("A") || found.equals("I");
    boolean follows =
        word
            ? REASON.matcher(rest).lookingAt()
            : !rest.isEmpty() && Character.isWhitespace(rest.charAt(0));
    return !opened && follows && Character.isUpperCase(found.charAt(0))
        ? Optional.of(found)
        : Optional.empty();
  }

  /** The letter of the last line, alone or before its option, where no other option is listed. */
  static Optional<String> concluded(String text) {
    List<String> lines = text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    if (lines.isEmpty()) {
      return Optional.empty();
    }
    String last = bare(lines.get(lines.size() - 1));
    Matcher matcher = LETTER.matcher(last);
    if (matcher.matches() && matcher.group(4).matches("[^\\w\\s]{0,4}")) {
      return Optional.of(matcher.group(2).toUpperCase(Locale.ROOT));
    }
    Matcher option = OPTION.matcher(last);
    if (!option.lookingAt()) {
      return Optional.empty();
    }
    List<String> listed = new ArrayList<>();
    for (String line : lines) {
      OPTION.matcher(line).results().forEach(result -> listed.add(result.group(1)));
    }
    String letter = option.group(1);
    return listed.stream().allMatch(letter::equals) ? Optional.of(letter) : Optional.empty();
  }

  private static Optional<String> findIn(String text) {
    return stated(text).or(() -> concluded(text));
  }

  private static Optional<String> lastSentence(String text) {
    Matcher matcher = STATED.matcher(text);
    String last = null;
    while (matcher.find()) {
      last = matcher.group(1);
    }
    return Optional.ofNullable(last).flatMap(ChoiceAnswer::letter);
  }

  private static String bare(String answer) {
    return DECORATION.matcher(answer).replaceAll("").strip();
  }

  private ChoiceAnswer() {}
}

package io.retort.answers;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the letter, A to J, of the option that a text chooses in a multiple choice. The article A
 * and the pronoun I are not letters of options.
 *
 * <p>Implements the same rules as the trainer's {@code choices.py}; {@code answer_cases.jsonl} of
 * the trainer tests both.
 */
final class ChoiceAnswer {
  /** Result for a text that names more than one letter. */
  static final String SEVERAL = "several letters";

  private static final int UNICODE = Pattern.UNICODE_CHARACTER_CLASS;
  private static final int WORDS = UNICODE | Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;

  private static final Pattern GOLD = Pattern.compile("\\(?([A-J])\\)?\\.?");
  private static final Pattern DECORATION =
      Pattern.compile(
          "\\*\\*|__|\\\\(?:text|textbf|mathrm|mathbf)(?=\\{)|\\\\[()]|[{}\\[\\]$\"'`*\u300c\u300d\u3010\u3011\u201c\u201d]");
  private static final Pattern LETTER =
      Pattern.compile(
          "(?:(?:option|choice|answer|\u9009\u9879)\\s{0,3})?(\\(|\uff08)?([A-J])(\\)|\uff09)?([^\\n]{0,400})",
          WORDS);
  private static final Pattern SEVERAL_LETTERS =
      Pattern.compile(
          "\\s{0,3}(?:,|/|&|and(?!\\w)|or(?!\\w)|\u548c|\u6216|\u3001|\uff0c)\\s{0,3}(?:(?:and|or)\\s{1,3})?[(\uff08]?[A-J][)\uff09]?(?![A-Za-z0-9'])",
          UNICODE);
  private static final Pattern MARK =
      Pattern.compile(
          "[.:,;\u3002\uff0c\uff1a\uff1b](?:\\s|$|(?=[^\\x00-\\x7f]))|[^\\w\\s]{0,4}$|[\u3002\uff0c\u4e00-\u9fff]",
          UNICODE);
  private static final Pattern REASON =
      Pattern.compile(
          "\\s{1,2}(?:because|since|as|which|is|for|due|given|based|from|by|not|and\\s+not|rather|instead|\\(|[\u2014\u2013-]\\s)",
          UNICODE);
  private static final Pattern SPACE = Pattern.compile("\\s", UNICODE);
  private static final Pattern ALONE = Pattern.compile("[^\\w\\s]{0,4}", UNICODE);
  private static final Pattern CHOSEN =
      Pattern.compile(
          "(?<!\\w)(?:option|choice|alternative|correct)(?:\\s{1,3}(?:is|must\\s+be|should\\s+be|would\\s+be)|\\s?[:\uff1a])\\s{0,3}([^\\n]{1,200})"
              + "|(?:\u9009\u9879|\u9078\u9805)\\s?(?:\u662f|\u4e3a|[:\uff1a])\\s{0,3}([^\\n]{1,200})",
          WORDS);
  private static final Pattern PICKED =
      Pattern.compile(
          "(?:(?<!\\w)(?:[Cc]hoose|[Cc]hoosing|[Cc]hose|[Ss]elect|[Ss]electing|[Pp]ick|[Pp]icking"
              + "|[Gg]o with|[Mm]ark)\\s{1,3}(?:(?:option|choice|answer)\\s{1,3})?"
              + "|(?:\u9009\u62e9|\u5e94\u9009|\u6545\u9009|\u9009)\\s{0,2}[:\uff1a]?\\s{0,2})(?=([*(\\[\uff08$\"]{0,3}[A-J](?![A-Za-z0-9'])[^\\n]{0,200}))",
          UNICODE);
  private static final Pattern CONCLUDED =
      Pattern.compile(
          "(?:(?<!\\w)(?:[Tt]herefore|[Tt]hus|[Hh]ence|[Ss]o)(?!\\w),?\\s{1,3}(?:(?:it\\s+is|it's|the\\s+answer\\s+is)\\s{1,3})?(?:option\\s{1,3}|choice\\s{1,3})?"
              + "|(?<!\\w)[Ii]t(?:'s|\\s+is|\\s+must\\s+be)\\s{1,3}(?:option\\s{1,3}|choice\\s{1,3})?"
              + "|(?:\u56e0\u6b64|\u6240\u4ee5|\u6545|\u7efc\u4e0a)[,\uff0c]?\\s{0,2})(?=([*(\\[\uff08]{0,3}[A-J][*)\\]\uff09]{0,3}(?:\\s{0,2}[.!,;:\u3002]|\\s*$)[^\\n]{0,200}))",
          UNICODE | Pattern.MULTILINE);
  private static final Pattern SUBJECT =
      Pattern.compile(
          "(?<![\\w'])[*(\\[\uff08]{0,3}([A-J])[*)\\]\uff09]{0,3}\\s{1,2}(?:is|must\\s+be)\\s{1,2}(?:(?:therefore|thus|clearly|indeed|then|also|hence)\\s{1,2})?"
              + "(?:the\\s{1,2})?(?:only\\s{1,2})?(?:(?:correct|right|best)(?!ly|\\s(?:about|that|in|to))|answer(?!\\w))"
              + "|(?<![\\w'])([A-J])\\s?(?:\u662f\u6b63\u786e|\u6b63\u786e)",
          UNICODE);
  private static final Pattern OPTION = Pattern.compile("(?<!\\w)\\(?([A-J])[).:](?=\\s)", UNICODE);

  private record Choice(int start, String letter) {}

  static boolean isLetter(String gold) {
    return GOLD.matcher(gold.strip()).matches();
  }

  /** Checks a text; the result always has an answer or a reason. */
  static AnswerCheck check(String gold, String text) {
    return find(text)
        .map(letter -> compare(gold, letter))
        .orElseGet(() -> AnswerCheck.unknown("no letter is chosen"));
  }

  static AnswerCheck compare(String gold, String answer) {
    if (answer.equals(SEVERAL)) {
      return AnswerCheck.wrong(answer, gold);
    }
    Optional<String> letter = letter(answer);
    if (letter.isEmpty()) {
      return AnswerCheck.unknown("no letter is chosen");
    }
    boolean same = !letter.get().equals(SEVERAL) && letter.equals(letter(gold));
    return same ? AnswerCheck.correct(letter.get()) : AnswerCheck.wrong(letter.get(), gold);
  }

  /**
   * The letter that a text chooses: stated explicitly, or in its last line alone or before its
   * option.
   */
  static Optional<String> find(String text) {
    return stated(text).or(() -> concluded(Quotations.removed(Thoughts.conclusion(text))));
  }

  /** The letter that a text states last: "the answer is B", "B is correct", "I choose (B)". */
  static Optional<String> stated(String text) {
    List<Choice> found = new ArrayList<>();
    for (Statement statement : Statements.of(text)) {
      if (!statement.question()) {
        letter(statement.answer())
            .ifPresent(letter -> found.add(new Choice(statement.start(), letter)));
      }
    }
    String own = Quotations.removed(Thoughts.conclusion(text));
    for (Pattern pattern : List.of(CHOSEN, PICKED, CONCLUDED, SUBJECT)) {
      for (MatchResult match : Statements.results(pattern, own)) {
        letter(Statements.firstGroup(match))
            .ifPresent(letter -> found.add(new Choice(match.start(), letter)));
      }
    }
    return found.stream()
        .max(Comparator.comparingInt(Choice::start).thenComparing(Choice::letter))
        .map(Choice::letter);
  }

  /**
   * The letter of an isolated answer: "B", "(b)", "B) text", "B because ..."; SEVERAL for "A and
   * C".
   */
  static Optional<String> letter(String answer) {
    Matcher matcher = LETTER.matcher(bare(answer));
    if (!matcher.lookingAt()) {
      return Optional.empty();
    }
    boolean opened = matcher.group(1) != null;
    String found = matcher.group(2);
    boolean closed = matcher.group(3) != null;
    String rest = matcher.group(4);
    boolean capital = Character.isUpperCase(found.charAt(0));
    if (capital && SEVERAL_LETTERS.matcher(rest).lookingAt()) {
      return Optional.of(SEVERAL);
    }
    if (closed || (!opened && MARK.matcher(rest).lookingAt())) {
      return Optional.of(found.toUpperCase(Locale.ROOT));
    }
    // Without punctuation only a capital is a choice, and A and I only with a reason: "A train", "I
    // think".
    boolean word = found.equals("A") || found.equals("I");
    boolean follows = (word ? REASON : SPACE).matcher(rest).lookingAt();
    return !opened && follows && capital ? Optional.of(found) : Optional.empty();
  }

  /**
   * The letter in the last line, alone or before its option, unless the line lists other options.
   */
  static Optional<String> concluded(String text) {
    List<String> lines = text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    if (lines.isEmpty()) {
      return Optional.empty();
    }
    String last = bare(lines.get(lines.size() - 1));
    Matcher matcher = LETTER.matcher(last);
    if (matcher.matches() && ALONE.matcher(matcher.group(4)).matches()) {
      return Optional.of(matcher.group(2).toUpperCase(Locale.ROOT));
    }
    Matcher option = OPTION.matcher(last);
    if (!option.lookingAt()) {
      return Optional.empty();
    }
    List<String> listed = new ArrayList<>();
    for (String line : lines) {
      Statements.results(OPTION, line).forEach(result -> listed.add(result.group(1)));
    }
    String letter = option.group(1);
    return listed.stream().allMatch(letter::equals) ? Optional.of(letter) : Optional.empty();
  }

  private static String bare(String answer) {
    return DECORATION.matcher(answer).replaceAll("").strip();
  }

  private ChoiceAnswer() {}
}

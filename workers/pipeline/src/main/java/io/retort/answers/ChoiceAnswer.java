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
          "(?:(?:option|choice|answer|\u9009\u9879|\u7b54\u6848)\\s{0,3})?(\\("
              + "|\uff08)?([A-J])(\\)|\uff09)?([^\\n]{0,400})",
          WORDS);
  private static final Pattern SEVERAL_LETTERS =
      Pattern.compile(
          "\\s{0,3}(?:,|/|&|and(?!\\w)|or(?!\\w)|\u548c|\u6216|\u3001|\uff0c)\\s{0,3}(?:(?:and|or)\\s{1,3})?[(\uff08]?[A-J][)\uff09]?(?![A-Za-z0-9'])",
          UNICODE);

  /** "ACD". */
  private static final Pattern RUN =
      Pattern.compile("A?B?C?D?E?F?G?H?I?J?(?![A-Za-z0-9'])", UNICODE);

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
          "(?<!\\w)(?:option|choice|alternative|letter|correct|true)(?:\\s{1,3}(?:is"
              + "|must\\s+be|should\\s+be|would\\s+be)|\\s?[:\uff1a])\\s{0,3}(?=([^\\n]{1,200}))"
              + "|(?:\u9009\u9879|\u9078\u9805)\\s?(?:\u662f|\u4e3a|[:\uff1a])\\s{0,3}(?=([^\\n]{1,200}))",
          WORDS);

  /** A letter that stands out by punctuation. */
  private static final String MARKED =
      "(?=([*(\\[\uff08]{0,3}[A-J][*)\\]\uff09]{0,3}(?:\\s{0,2}[.!,;:\u3002]"
          + "|\\s*$)[^\\n]{0,200}))";

  private static final String NAMED = "(?:option\\s{1,3}|choice\\s{1,3})?";
  private static final Pattern PICKED =
      Pattern.compile(
          "(?:(?<!\\w)(?:[Cc]hoose|[Cc]hoosing|[Cc]hose|[Ss]elect|[Ss]electing"
              + "|[Pp]ick|[Pp]icking|[Gg]o with|[Mm]ark)\\s{1,3}(?:(?:option|choice"
              + "|answer)\\s{1,3})?|(?:\u9009\u62e9|\u5e94\u9009|\u6545\u9009|\u9009)\\s{0,2}[:\uff1a]?\\s{0,2})(?=([*(\\[\uff08$\\\"]{0,3}[A-J]{1,6}(?![A-Za-z0-9'])[^\\n]{0,200}))",
          UNICODE);
  private static final Pattern CONCLUDED =
      Pattern.compile(
          "(?:(?<!\\w)(?:[Tt]herefore|[Tt]hus|[Hh]ence|[Ss]o)(?!\\w),?\\s{1,3}(?:(?:it\\s+is"
              + "|it's|the\\s+answer\\s+is)\\s{1,3})?"
              + NAMED
              + "|(?<!\\w)[Ii]t(?:['\u2019]s|\\s+is|\\s+(?:must|has\\s+to|should"
              + "|can\\s+only)\\s+be)\\s{1,3}"
              + NAMED
              + "|(?<!\\w)I(?:['\u2019]d|\\s+would)?\\s+(?:say|think|guess|believe)\\s{1,3}(?:that\\s{1,3})?"
              + NAMED
              + "|(?<!\\w)leav(?:es|ing)\\s{1,3}(?:us\\s+with\\s{1,3})?(?:only\\s{1,3})?"
              + NAMED
              + "|(?:\u56e0\u6b64|\u6240\u4ee5|\u6545|\u7efc\u4e0a)[,\uff0c]?\\s{0,2})"
              + MARKED,
          UNICODE | Pattern.MULTILINE);

  /** "No, C.". */
  private static final Pattern CORRECTED =
      Pattern.compile(
          "(?:(?<!\\w)(?:[Nn]o|[Ww]ait|[Aa]ctually|[Ss]orry|[Cc]orrection"
              + "|I\\s+mean|or\\s+rather)(?!\\w)|\u4e0d\u5bf9|\u66f4\u6b63|\u5e94\u8be5\u662f)\\s{0,2}[,:\uff0c\uff1a]?\\s{0,3}(?:\u7b54\u6848"
              + "|\u5e94\u8be5\u662f)?"
              + NAMED
              + MARKED,
          UNICODE | Pattern.MULTILINE);

  /** "B is correct": an analysis may say it of several options. */
  private static final Pattern SUBJECT =
      Pattern.compile(
          "(?<![\\w'])[*(\\[\uff08]{0,3}([A-J])[*)\\]\uff09]{0,3}\\s{1,2}(?:is"
              + "|must\\s+be)\\s{1,2}(?:(?:therefore|thus|clearly|indeed|then|also"
              + "|hence)\\s{1,2})?(?:the\\s{1,2})?(?:only\\s{1,2})?(?:(?:correct"
              + "|right|best)(?!ly|\\s(?:about|that|in|to))|answer(?!\\w))|(?<!\\w)[Oo]nly\\s{1,2}(?:option\\s{1,2}"
              + "|choice\\s{1,2})?\\(?([A-J])\\)?\\s{1,2}(?:satisfies|works|holds"
              + "|fits|matches|remains|meets|is\\s+(?:true|valid|possible|left))(?!\\w)"
              + "|(?<![A-Za-z0-9'\u3001\u548c\u4e0e\u53ca])([A-J])\\s?(?:\u9009\u9879"
              + "|\u9879|\u7b54\u6848)?\\s?(?:\u662f|\u4e3a)?(?:\u6b63\u786e|\u7b26\u5408\u9898\u610f"
              + "|\u7b26\u5408\u8981\u6c42)(?!\u5417|\u4e0e\u5426|\u7684)",
          UNICODE);

  private static final Pattern OPTION = Pattern.compile("(?<!\\w)\\(?([A-J])[).:](?=\\s)", UNICODE);

  private static final Comparator<Choice> ORDER =
      Comparator.comparingInt(Choice::start).thenComparing(Choice::letter);

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
    List<Choice> claims =
        List.of(CHOSEN, PICKED, CONCLUDED, CORRECTED).stream()
            .flatMap(pattern -> claims(own, pattern).stream())
            .toList();
    found.addAll(claims);
    // An analysis of all options calls several of them correct.
    Optional<Choice> last = claims.stream().max(ORDER);
    List<Choice> called =
        claims(own, SUBJECT).stream()
            .filter(claim -> last.isEmpty() || ORDER.compare(claim, last.get()) > 0)
            .toList();
    if (called.stream().map(Choice::letter).distinct().count() == 1) {
      found.addAll(called);
    }
    return found.stream().max(ORDER).map(Choice::letter);
  }

  /** The letters that a text claims itself. */
  private static List<Choice> claims(String text, Pattern pattern) {
    List<Choice> found = new ArrayList<>();
    for (MatchResult match : Statements.results(pattern, text)) {
      letter(Statements.firstGroup(match))
          .filter(letter -> !Attribution.isDisowned(text, match.start()))
          .ifPresent(letter -> found.add(new Choice(match.start(), letter)));
    }
    return found;
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
    Matcher run = RUN.matcher(found + rest);
    if (run.lookingAt()
        && run.end() > 1
        && MARK.matcher(rest.substring(run.end() - 1)).lookingAt()) {
      return Optional.of(SEVERAL);
    }
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

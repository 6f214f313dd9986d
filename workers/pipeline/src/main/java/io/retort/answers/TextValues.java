package io.retort.answers;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Numbers and formulas in a text, in any notation, and the one that a text without a stated answer
 * ends with.
 *
 * <p>Implements the same rules as the trainer's {@code text_values.py}; {@code answer_cases.jsonl}
 * of the trainer tests both. All expressions are bounded, so that a hostile text costs time linear
 * in its length.
 */
final class TextValues {
  private static final int UNICODE = Pattern.UNICODE_CHARACTER_CLASS;
  private static final int WORDS = UNICODE | Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;
  private static final int RULED_OUT_REACH = 60;
  private static final int OPERAND_REACH = 16;
  private static final String FORMULA_EDGES = ".,;\u3002 ";

  private static final String LARGER_UNIT =
      "\\s(?:dollars?|hours?|minutes?|feet|foot|pounds?)\\s(?:and\\s)?";

  private static final String SMALLER_UNIT =
      "\\s(?:cents?|minutes?|seconds?|inch(?:es)?|ounces?|pence)(?!\\w)";

  private static final String FORMULA =
      "(?<![\\\\$])\\$(?![\\s$])([^$\\n]{1,200})(?<![\\s\\\\])\\$(?![0-9$])"
          + "|\\$\\$([^$]{1,200})\\$\\$|\\\\\\(([^\\n]{1,200}?)\\\\\\)|\\\\\\[([^\\]]{1,200}?)\\\\\\]";

  private static final String NUMBERS =
      "(?<![A-Za-z0-9_./^\\\\\u221a])(?<![0-9]:)"
          + NumberNotation.NUMBER
          + "(?:"
          + LARGER_UNIT
          + NumberNotation.NUMBER
          + SMALLER_UNIT
          + "|\\s{1,2}or\\s{1,2}"
          + NumberNotation.NUMBER
          + ")?(?![A-Za-z0-9_:^\u221a\u03c0])(?!\\.[0-9])(?!\\\\(?:sqrt|pi"
          + "|[dtc]?frac))";

  private static final Pattern ONE_NUMBER = Pattern.compile(NumberNotation.NUMBER, UNICODE);
  private static final Pattern FORMULAS = Pattern.compile(FORMULA, UNICODE);
  private static final Pattern NUMBER = Pattern.compile(NUMBERS, UNICODE);
  private static final Pattern VALUE = Pattern.compile(FORMULA + "|" + NUMBERS, UNICODE);

  /** Two amounts of money look like the marks of a formula. */
  private static final Pattern PROSE =
      Pattern.compile("(?<![\\\\A-Za-z{])[A-Za-z]{2,}\\s+[A-Za-z]{2,}", UNICODE);

  private static final Pattern EQUALS = Pattern.compile("(?<![<>!:\u2264\u2265])=", UNICODE);

  private static final Pattern SEVERAL =
      Pattern.compile("[,;]|\\\\text|\\\\q?quad|(?<![A-Za-z])(?:or|and)(?![A-Za-z])", UNICODE);

  private static final Pattern COMMANDS =
      Pattern.compile(
          "\\\\(?:text|mathrm|textbf|mathbf|mbox)\\s?\\{[^{}]{0,40}\\}|\\\\(?:[dtc]?frac"
              + "|d?binom|sqrt|pi|times|cdot|div|pm|left|right|quad|approx|circ"
              + "|degree|[,;:!% {}$])(?![A-Za-z])",
          UNICODE);

  private static final Pattern THEREFORE =
      Pattern.compile(
          "(?:(?<!\\w)(?:therefore|thus|hence|consequently|in\\s+conclusion)(?!\\w)"
              + "|\u56e0\u6b64|\u6240\u4ee5|\u6545\u800c|\u7efc\u4e0a|\u603b\u4e4b)(?=([^\\n\u3002]{1,400}))",
          WORDS);

  private static final Pattern CONCLUDES =
      Pattern.compile(
          "(?<!\\w)(?:therefore|thus|hence|consequently|so|in\\s+conclusion)(?!\\w)"
              + "|\u56e0\u6b64|\u6240\u4ee5|\u6545|\u7efc\u4e0a|\u603b\u4e4b",
          WORDS);

  /** Words before a number that the text rules out or only compares with. */
  private static final Pattern RULED_OUT =
      Pattern.compile(
          "(?:(?:(?<!\\w)(?:not|never|cannot|instead\\s+of|as\\s+opposed\\s+to"
              + "|unlike|compared\\s+(?:to|with))|n['\u2019]t|(?<!\\w)(?<!no\\s)(?<!not\\s)[A-Za-z]{2,12}\\s{1,2}than)(?:\\s{1,2}(?:be"
              + "|is|was|the|an?|in|equal(?:\\s+to)?|equals|about|around|exactly"
              + "|simply|actually|to|at|of)){0,3}\\s{1,2}|(?:\u4e0d\u662f|\u5e76\u975e"
              + "|\u800c\u975e|\u4e0d\u7b49\u4e8e|\u4e0d\u4e3a|\u4e0d\u4f1a\u662f"
              + "|\u4e0d\u5e94\u662f|\u6bd4(?:\\s?[0-9][0-9.,]{0,20}[^\uff0c,\u3002\uff1b;\\n0-9]{0,6})?)\\s?)[($*]{0,3}$",
          WORDS);

  /** "12, which is 2 more than 10". */
  private static final Pattern COMPARED_BEFORE =
      Pattern.compile(
          "(?<!\\w)(?:which|that)\\s{1,2}(?:is|are|was|were)\\s{1,2}(?:[a-z]{2,12}\\s)?[($*]{0,3}$",
          WORDS);

  private static final Pattern COMPARED_AFTER =
      Pattern.compile("[\\s$*)]{0,3}(?:[a-z%]{1,12}\\s{1,2}){0,2}than(?!\\w)", WORDS);

  private static final Pattern SIGNED =
      Pattern.compile("^(?:[-\u2212\u2013]\\s?(?=\\S)|(?:negative|minus)\\s)", WORDS);

  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z\\\\]", UNICODE);

  private static final Pattern DIGIT =
      Pattern.compile("[0-9\u03c0\u00bc-\u00be\u2150-\u215e]|\\\\pi", UNICODE);

  private static final Pattern END = Pattern.compile("\\s{0,4}[.\u3002]?\\s{0,4}", UNICODE);

  private static final Pattern QUALIFIED =
      Pattern.compile(
          "(?<!\\w)(?:least|most|half|twice|double|triple|thirds?|quarters?"
              + "|fifths?|between|over|under|below|above|up\\s+to|close|near|squared"
              + "|cubed|factorial|dozen|point|or|times|plus|per|than|if|only\\s+if)(?!\\w)"
              + "|\u4ee5\u4e0a|\u4ee5\u4e0b|\u81f3\u5c11|\u81f3\u591a|\u500d|\u6298"
              + "|\u534a|\u6210|\u4e4b|\u591a\u4e8e|\u5c11\u4e8e|\u8d85\u8fc7",
          WORDS);

  private static final Pattern ASSERTED =
      Pattern.compile(
          "(?<!\\w)(?:ha[sd]|have|is|are|was|were|be|needs?|gets?|got|takes?"
              + "|took|costs?|makes?|made|earns?|earned|spends?|spent|pays?|paid"
              + "|eats?|ate|sells?|sold|buys?|bought|left|remains?|remained|equals?"
              + "|travels?|traveled|reads?|saves?|saved)(?:\\s{1,2}[^\\s.,;]{1,15}){0,2}\\s{1,2}[($*]{0,3}$"
              + "|[\u4e00-\u9fff]\\s?[($*]{0,3}$",
          WORDS);

  private static final Pattern OPERAND =
      Pattern.compile("(?:\\\\(?!text|math|mbox|boxed)[A-Za-z]{1,12}\\s?|[}\\]^_])\\{$", UNICODE);

  /** Whether an answer is a single number, as texts may end with. */
  static boolean isNumber(String answer) {
    return ONE_NUMBER.matcher(answer.replace("$", "").strip()).matches();
  }

  /**
   * The last number of a text that states no answer, or its last formula without variables.
   *
   * <p>For a last line with a conclusion it is the one concluded. Numbers that the text rules out,
   * as in "12, not 10", do not count. "3 or 5" is two numbers and is returned as text.
   */
  static Optional<String> lastNumber(String text) {
    String own = Statements.withoutDenied(Quotations.removed(Thoughts.conclusion(text)));
    List<MatchResult> concluded =
        lastLine(own).map(line -> Statements.results(THEREFORE, line)).orElse(List.of());
    if (!concluded.isEmpty()) {
      String statement = concluded.get(concluded.size() - 1).group(1);
      Optional<String> number = last(Statements.sentence(statement));
      if (number.isPresent()) {
        return number;
      }
    }
    return last(own);
  }

  /**
   * The number in a stated sentence: "Tom has 12 apples"; empty for several, or a qualified one.
   */
  static Optional<String> onlyNumber(String words) {
    List<MatchResult> numbers = Statements.results(NUMBER, words);
    List<String> found = numbers.stream().flatMap(number -> read(words, number).stream()).toList();
    if (found.size() != 1 || QUALIFIED.matcher(words).find()) {
      return Optional.empty();
    }
    boolean isAsserted =
        numbers.stream()
            .anyMatch(number -> ASSERTED.matcher(words.substring(0, number.start())).find());
    String lower = words.toLowerCase(Locale.ROOT);
    return isAsserted || lower.startsWith("negative") || lower.startsWith("minus")
        ? Optional.of(found.get(0))
        : Optional.empty();
  }

  /** The formula with which a text ends that states no answer, if its last line concludes it. */
  static Optional<String> concludedFormula(String text) {
    Optional<String> line = lastLine(Quotations.removed(Thoughts.conclusion(text)));
    if (line.isEmpty() || !CONCLUDES.matcher(line.get()).find()) {
      return Optional.empty();
    }
    List<MatchResult> found = Statements.results(FORMULAS, line.get());
    if (found.isEmpty()) {
      return Optional.empty();
    }
    MatchResult last = found.get(found.size() - 1);
    return END.matcher(line.get().substring(last.end())).matches()
        ? content(last).filter(formula -> !PROSE.matcher(formula).find())
        : Optional.empty();
  }

  private static Optional<String> lastLine(String text) {
    return text.lines().filter(line -> !line.isBlank()).reduce((before, line) -> line);
  }

  private static Optional<String> last(String text) {
    List<MatchResult> found = Statements.results(VALUE, text);
    for (int index = found.size() - 1; index >= 0; index--) {
      Optional<String> value = read(text, found.get(index));
      if (value.isPresent()) {
        return value;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> read(String text, MatchResult match) {
    if (isOperand(text, match.start()) || isRuledOut(text, match.start(), match.end())) {
      return Optional.empty();
    }
    Optional<String> formula = content(match);
    if (formula.isEmpty()) {
      return Optional.of(normal(match.group()));
    }
    if (!PROSE.matcher(formula.get()).find()) {
      return formulaValue(formula.get());
    }
    List<MatchResult> numbers = Statements.results(NUMBER, match.group());
    return numbers.isEmpty()
        ? Optional.empty()
        : Optional.of(normal(numbers.get(numbers.size() - 1).group()));
  }

  /** Empty for a number, which has no marks of a formula around it. */
  private static Optional<String> content(MatchResult match) {
    for (int group = 1; group <= match.groupCount(); group++) {
      if (match.group(group) != null) {
        return Optional.of(Edges.trimmed(match.group(group).strip(), "", FORMULA_EDGES));
      }
    }
    return Optional.empty();
  }

  /** The right side of a formula if it is a value without variables. */
  private static Optional<String> formulaValue(String formula) {
    boolean isSeveral =
        formula.indexOf('=') != formula.lastIndexOf('=') && SEVERAL.matcher(formula).find();
    int side = 0;
    Matcher equals = EQUALS.matcher(formula);
    while (!isSeveral && equals.find()) {
      side = equals.end();
    }
    String value = side == 0 ? formula : formula.substring(side).strip();
    String bare = COMMANDS.matcher(value).replaceAll("");
    if (VARIABLE.matcher(bare).find() || !DIGIT.matcher(value).find()) {
      return Optional.empty();
    }
    return Optional.of(isNumber(value) ? normal(value) : value);
  }

  /** Whether a number is only an argument of a TeX command, as in {@code \\sqrt{2}}. */
  private static boolean isOperand(String text, int start) {
    return start > 0
        && text.charAt(start - 1) == '{'
        && OPERAND.matcher(text.substring(Math.max(0, start - OPERAND_REACH), start)).find();
  }

  private static boolean isRuledOut(String text, int start, int end) {
    String before = text.substring(Math.max(0, start - RULED_OUT_REACH), start);
    String after = text.substring(end, Math.min(text.length(), end + RULED_OUT_REACH));
    return RULED_OUT.matcher(before).find()
        || (COMPARED_BEFORE.matcher(before).find() && COMPARED_AFTER.matcher(after).lookingAt())
        || Attribution.isMistaken(text, start);
  }

  private static String normal(String written) {
    return SIGNED.matcher(written.replace("$", "").strip()).replaceFirst("-");
  }

  private TextValues() {}
}

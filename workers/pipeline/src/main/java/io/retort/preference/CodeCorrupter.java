package io.retort.preference;

import io.retort.v1.CorruptionKind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Corrupts Python code with a seeded program. It changes one operator (WRONG_OPERATION), one whole
 * number (WRONG_NUMBER), one comparison (MISREAD_CONDITION), one connective or truth value
 * (INVALID_INFERENCE) or one statement (DROPPED_STEP). The tests decide whether the changed code is
 * wrong.
 *
 * <p>The code is the last fenced block of the chain, which the chain concludes, or the answer if
 * the chain has no block.
 */
final class CodeCorrupter {
  private static final Pattern FENCED =
      Pattern.compile("```[ \\t]*(?:python|py)?[ \\t]*\\n(.*?)\\n?```", Pattern.DOTALL);

  /** Strings and comments, which are not changed. */
  private static final Pattern INERT =
      Pattern.compile(
          "(?s)\"\"\".*?\"\"\"|'''.*?'''"
              // Possessive: other loops over alternatives recurse for every character.
              + "|\"(?:[^\"\\\\\\n]++|\\\\.)*+\"|'(?:[^'\\\\\\n]++|\\\\.)*+'"
              + "|#[^\\n]*");

  private static final Pattern SITE =
      Pattern.compile(
          "(?<compare><=|>=|==|!=|(?<![-<=])[<>](?![<>=]))"
              + "|(?<word>\\b(?:and|or|True|False|min|max|any|all)\\b)"
              + "|(?<number>(?<![\\w.])\\d{1,9}(?![\\w.]))"
              + "|(?<operator>(?<=[\\w)\\]] )(?://|[-+*%])(?= [\\w(\\[]))");

  private static final Map<String, String> OTHERS =
      Map.ofEntries(
          Map.entry("<=", "<"),
          Map.entry("<", "<="),
          Map.entry(">=", ">"),
          Map.entry(">", ">="),
          Map.entry("==", "!="),
          Map.entry("!=", "=="),
          Map.entry("and", "or"),
          Map.entry("or", "and"),
          Map.entry("True", "False"),
          Map.entry("False", "True"),
          Map.entry("min", "max"),
          Map.entry("max", "min"),
          Map.entry("any", "all"),
          Map.entry("all", "any"),
          Map.entry("+", "-"),
          Map.entry("-", "+"),
          Map.entry("*", "+"),
          Map.entry("//", "*"),
          Map.entry("%", "//"));

  /** A statement after whose removal the code usually still parses. */
  private static final Pattern STATEMENT =
      Pattern.compile(
          "(?m)^[ \\t]+(?!return\\b|def\\b|for\\b|while\\b|if\\b|elif\\b|else\\b|try\\b|except\\b"
              + "|with\\b|class\\b|import\\b|from\\b|@|#)[\\w.\\[\\]]+[^\\n]*[^\\n:,(\\[{\\\\]\\n");

  private final String chain;
  private final String answer;
  private final Random random;

  CodeCorrupter(String chain, String answer, long seed) {
    this.chain = chain;
    this.answer = answer;
    this.random = new Random(seed);
  }

  /** Candidates, those of the wanted kind first; empty if there is no code to change. */
  Stream<Corruption> corruptions(CorruptionKind wanted, List<CorruptionKind> allowed) {
    Matcher fenced = FENCED.matcher(chain);
    int start = -1;
    int end = -1;
    while (fenced.find()) {
      start = fenced.start(1);
      end = fenced.end(1);
    }
    String code = start < 0 ? answer : chain.substring(start, end);
    List<Change> changes = new ArrayList<>(changes(code));
    changes.removeIf(change -> !allowed.contains(change.kind));
    Collections.shuffle(changes, random);
    changes.sort((left, right) -> Boolean.compare(right.kind == wanted, left.kind == wanted));
    int from = start;
    int to = end;
    return changes.stream().map(change -> apply(change, code, from, to));
  }

  /** A replacement of the text between two indexes of the code. */
  private record Change(int start, int end, String text, CorruptionKind kind) {
    String in(String code) {
      return code.substring(0, start) + text + code.substring(end);
    }
  }

  private Corruption apply(Change change, String code, int start, int end) {
    String changed = change.in(code);
    if (start < 0) {
      return new Corruption(chain, changed, change.kind);
    }
    return new Corruption(
        chain.substring(0, start) + changed + chain.substring(end), changed.strip(), change.kind);
  }

  private List<Change> changes(String code) {
    boolean[] inert = inert(code);
    List<Change> changes = new ArrayList<>();
    Matcher site = SITE.matcher(code);
    while (site.find()) {
      if (!inert[site.start()]) {
        changes.add(change(site));
      }
    }
    Matcher statement = STATEMENT.matcher(code);
    while (statement.find()) {
      if (!inert[statement.start()]) {
        changes.add(
            new Change(
                statement.start(),
                statement.end(),
                "",
                CorruptionKind.CORRUPTION_KIND_DROPPED_STEP));
      }
    }
    return changes;
  }

  private Change change(Matcher site) {
    String found = site.group();
    if (site.group("number") != null) {
      long number = Long.parseLong(found);
      long other = number + (number > 0 && random.nextBoolean() ? -1 : 1);
      return new Change(
          site.start(),
          site.end(),
          Long.toString(other),
          CorruptionKind.CORRUPTION_KIND_WRONG_NUMBER);
    }
    CorruptionKind kind =
        site.group("compare") != null
            ? CorruptionKind.CORRUPTION_KIND_MISREAD_CONDITION
            : site.group("word") != null
                ? CorruptionKind.CORRUPTION_KIND_INVALID_INFERENCE
                : CorruptionKind.CORRUPTION_KIND_WRONG_OPERATION;
    return new Change(site.start(), site.end(), OTHERS.getOrDefault(found, found), kind);
  }

  private static boolean[] inert(String code) {
    boolean[] inert = new boolean[code.length()];
    Matcher matcher = INERT.matcher(code);
    while (matcher.find()) {
      for (int index = matcher.start(); index < matcher.end(); index++) {
        inert[index] = true;
      }
    }
    return inert;
  }
}

package io.retort.answers;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * All final answers that a text states, in order, with the correction of the last one.
 *
 * <p>Implements the same rules as the trainer's {@code statements.py}; {@code answer_cases.jsonl}
 * of the trainer tests both.
 */
final class Statements {
  private static final int LONGEST_BOXED = 2_000;
  private static final int MOST_BOXED = 64;
  private static final int SIGN_CHARACTERS = 6;
  private static final int LONGEST_FORMULA = 400;

  /** Statements in a text's conclusion, excluding quotations. */
  static List<Statement> of(String text) {
    String own = Quotations.removed(Thoughts.conclusion(text));
    StatementHints hints = StatementHints.of(own);
    List<Statement> found = new ArrayList<>();
    if (hints.box()) {
      found.addAll(boxes(own));
    }
    if (hints.tag()) {
      results(StatementPatterns.TAG, own)
          .forEach(
              tag -> found.add(Statement.marked(tag.start(), tag.end(), tag.group(2).strip())));
    }
    if (hints.hashes()) {
      results(StatementPatterns.HASHES, own).forEach(line -> addHashes(found, line));
    }
    if (hints.sentence()) {
      results(StatementPatterns.SENTENCE, own).forEach(said -> addSentence(found, own, said));
      results(StatementPatterns.SUBJECT, own).forEach(subject -> addSubject(found, subject));
    }
    found.sort(Comparator.comparingInt(Statement::start));
    if (!found.isEmpty()) {
      found.addAll(corrections(own, found.get(found.size() - 1)));
    }
    return found;
  }

  /**
   * The final statement. Questions, and words that are not a value, count only if there is nothing
   * else.
   */
  static Optional<Statement> finalStatement(List<Statement> all) {
    List<Statement> stated = all.stream().filter(one -> !one.question()).toList();
    List<Statement> found = stated.isEmpty() ? all : stated;
    List<Statement> values =
        found.stream().filter(one -> one.marked() || isValue(one.answer())).toList();
    if (values.isEmpty()) {
      return last(found);
    }
    if (values.stream().anyMatch(Statement::marked)) {
      // "The answer is 3 times what we had" next to a box is not a conclusion.
      return last(
          values.stream()
              .filter(one -> one.marked() || matches(StatementPatterns.CLEAN, one.answer()))
              .toList());
    }
    return last(values);
  }

  /** Whether an answer begins like a number, a formula or the letter of a choice. */
  static boolean isValue(String answer) {
    return StatementPatterns.VALUE.matcher(answer).lookingAt();
  }

  static List<MatchResult> results(Pattern pattern, String text) {
    return pattern.matcher(text).results().toList();
  }

  static String sentence(String raw) {
    Matcher end = StatementPatterns.SENTENCE_END.matcher(raw);
    return end.find() ? raw.substring(0, end.start()) : raw;
  }

  static String firstGroup(MatchResult match) {
    for (int group = 1; group <= match.groupCount(); group++) {
      String found = match.group(group);
      if (found != null && !found.isEmpty()) {
        return found;
      }
    }
    return "";
  }

  private static Optional<Statement> last(List<Statement> found) {
    return found.isEmpty() ? Optional.empty() : Optional.of(found.get(found.size() - 1));
  }

  private static boolean matches(Pattern pattern, String text) {
    return pattern.matcher(text).matches();
  }

  /** Boxes separated only by "or" are one statement. */
  private static List<Statement> boxes(String text) {
    List<MatchResult> all = results(StatementPatterns.BOXED, text);
    List<Statement> joined = new ArrayList<>();
    List<Statement> group = new ArrayList<>();
    for (MatchResult match : all.subList(Math.max(0, all.size() - MOST_BOXED), all.size())) {
      Optional<Statement> box = box(text, match);
      if (box.isEmpty()) {
        continue;
      }
      if (!group.isEmpty() && !isJoined(text, group.get(group.size() - 1), match)) {
        joined.add(joined(group));
        group.clear();
      }
      group.add(box.get());
    }
    if (!group.isEmpty()) {
      joined.add(joined(group));
    }
    return joined;
  }

  private static boolean isJoined(String text, Statement before, MatchResult box) {
    return before.end() <= box.start()
        && matches(StatementPatterns.BETWEEN_BOXES, text.substring(before.end(), box.start()));
  }

  private static Statement joined(List<Statement> group) {
    Set<String> contents =
        group.stream().map(Statement::answer).collect(Collectors.toCollection(LinkedHashSet::new));
    return Statement.marked(
        group.get(0).start(), group.get(group.size() - 1).end(), String.join(", ", contents));
  }

  private static Optional<Statement> box(String text, MatchResult match) {
    String content = "";
    int end = 0;
    if (text.startsWith("{", match.end())) {
      int closing = closingBrace(text, match.end() + 1);
      content = closing < 0 ? "" : text.substring(match.end() + 1, closing).strip();
      end = closing + 1;
    } else {
      Matcher bare = StatementPatterns.UNBRACED.matcher(text).region(match.end(), text.length());
      if (bare.useTransparentBounds(true).lookingAt()) {
        content = bare.group();
        end = bare.end();
      }
    }
    if (content.isEmpty()) {
      return Optional.empty();
    }
    String before = text.substring(Math.max(0, match.start() - SIGN_CHARACTERS), match.start());
    Matcher sign = StatementPatterns.SIGN_BEFORE.matcher(before);
    String signed = sign.find() ? sign.group().replace("{", "") + content : content;
    return Optional.of(Statement.marked(match.start(), end, signed));
  }

  /** Index of the brace that closes the one before {@code start}; -1 if there is none. */
  static int closingBrace(String text, int start) {
    int depth = 1;
    // Bounded, so that an unclosed brace does not make the search quadratic.
    int limit = Math.min(text.length(), start + LONGEST_BOXED);
    for (int index = start; index < limit; index++) {
      char character = text.charAt(index);
      if (character == '{') {
        depth++;
      } else if (character == '}' && --depth == 0) {
        return index;
      }
    }
    return -1;
  }

  private static void addHashes(List<Statement> found, MatchResult line) {
    String content = line.group(1).strip();
    if (!content.isEmpty()) {
      // A Markdown heading looks the same.
      found.add(new Statement(line.start(), line.end(), content, isValue(content), false));
    }
  }

  private static void addSentence(List<Statement> found, String text, MatchResult said) {
    if (isOwn(text, said)) {
      said(said.start(), said.end(), raw(text, said)).ifPresent(found::add);
    }
  }

  /** Whether the text itself states this answer. */
  private static boolean isOwn(String text, MatchResult said) {
    return !Attribution.isDisowned(text, said.start())
        && !Attribution.isUnreal(text, said.start(), said.end());
  }

  /** What follows in the line; for a displayed formula, its content. */
  private static String raw(String text, MatchResult said) {
    String raw = firstGroup(said);
    Matcher opening = StatementPatterns.OPENS_FORMULA.matcher(raw);
    if (!opening.matches()) {
      return raw;
    }
    int start = said.end() + raw.length();
    int limit = Math.min(text.length(), start + LONGEST_FORMULA);
    int closing =
        text.substring(start, limit).indexOf(opening.group(1).equals("$$") ? "$$" : "\\]");
    return closing > 0
        ? StatementPatterns.BLANKS
            .matcher(text.substring(start, start + closing))
            .replaceAll(" ")
            .strip()
        : raw;
  }

  /** The rest of the line in which a text last states its answer in words. */
  static Optional<String> wholeSentence(String text) {
    return results(StatementPatterns.SENTENCE, text).stream()
        .filter(said -> isOwn(text, said))
        .reduce((before, said) -> said)
        .map(said -> raw(text, said));
  }

  /** The text without the answers that it denies, assumes or ascribes to others. */
  static String withoutDenied(String text) {
    if (!StatementHints.of(text).sentence()) {
      return text;
    }
    StringBuilder kept = new StringBuilder();
    int copied = 0;
    for (MatchResult said : results(StatementPatterns.SENTENCE, text)) {
      String sentence = sentence(raw(text, said));
      String answer = answer(sentence);
      if (said.start() < copied || (isOwn(text, said) && !affirmed(answer).isEmpty())) {
        continue;
      }
      kept.append(text, copied, said.start());
      Matcher reason = StatementPatterns.REASON.matcher(sentence);
      boolean isWhole = StatementPatterns.NOT_ONLY.matcher(answer).lookingAt() || !reason.find();
      copied = said.end() + (isWhole ? sentence.length() : reason.start());
    }
    return kept.append(text, Math.min(copied, text.length()), text.length()).toString();
  }

  /** "So 5 is the answer". */
  private static void addSubject(List<Statement> found, MatchResult subject) {
    String answer = answer(subject.group(1));
    if (!answer.isEmpty() && !StatementPatterns.BOXED.matcher(answer).find()) {
      found.add(new Statement(subject.start(), subject.end(), answer, false, false));
    }
  }

  /** Empty for words that only deny, say nothing or contain a box, which is another statement. */
  private static Optional<Statement> said(int start, int end, String raw) {
    String sentence = sentence(raw);
    String answer = affirmed(answer(sentence));
    if (answer.isEmpty() || StatementPatterns.BOXED.matcher(sentence).find()) {
      return Optional.empty();
    }
    boolean question =
        raw.length() > sentence.length() && "?\uff1f".indexOf(raw.charAt(sentence.length())) >= 0;
    return Optional.of(new Statement(start, end + answer.length(), answer, false, question));
  }

  /** The answer without what it denies: "not 7 but 5"; empty if it only denies. */
  private static String affirmed(String answer) {
    if (!StatementPatterns.NEGATION.matcher(answer).lookingAt()) {
      return answer;
    }
    Matcher contrast = StatementPatterns.CONTRAST.matcher(answer);
    if (!contrast.find() || StatementPatterns.NOT_ONLY.matcher(answer).lookingAt()) {
      return "";
    }
    String instead = answer(answer.substring(contrast.end()));
    return isValue(instead) || matches(StatementPatterns.CLEAN, instead) ? instead : "";
  }

  /** Statements after the last one and a word that retracts it: "No, it is 7.". */
  private static List<Statement> corrections(String text, Statement before) {
    List<Statement> found = new ArrayList<>();
    // A name corrects only another name.
    boolean isName = !isValue(before.answer());
    Matcher correction = from(StatementPatterns.CORRECTION, text, before.end());
    int first = -1;
    while (correction.find()) {
      first = first < 0 ? correction.start() : first;
      Matcher direct = from(StatementPatterns.AFTER_CORRECTION, text, correction.end());
      if (direct.lookingAt()) {
        claimed(text, correction.start(), direct.toMatchResult())
            .filter(
                said ->
                    (isValue(said.answer()) && matches(StatementPatterns.SHORT, said.answer()))
                        || (isName && matches(StatementPatterns.NAME, said.answer())))
            .ifPresent(found::add);
      }
    }
    if (first >= 0) {
      Matcher claim = from(StatementPatterns.CLAIM, text, first);
      while (claim.find()) {
        claimed(text, claim.start(), claim.toMatchResult())
            .filter(
                said -> isValue(said.answer()) && matches(StatementPatterns.CLEAN, said.answer()))
            .ifPresent(found::add);
      }
    }
    found.sort(Comparator.comparingInt(Statement::start));
    return found;
  }

  /** A matcher from {@code start} whose look-behind sees the text before it. */
  private static Matcher from(Pattern pattern, String text, int start) {
    return pattern
        .matcher(text)
        .region(Math.min(start, text.length()), text.length())
        .useTransparentBounds(true)
        .useAnchoringBounds(false);
  }

  private static Optional<Statement> claimed(String text, int start, MatchResult claim) {
    return Attribution.isDisowned(text, start)
        ? Optional.empty()
        : said(start, claim.end(), firstGroup(claim));
  }

  private static String answer(String sentence) {
    String answer = Edges.trimmed(sentence.replace("**", ""), Edges.QUOTES, Edges.ALL);
    Matcher leadIn = StatementPatterns.LEAD_IN.matcher(answer);
    while (leadIn.lookingAt()) {
      answer = Edges.trimmed(answer.substring(leadIn.end()), Edges.QUOTES, "");
      leadIn.reset(answer);
    }
    if (isValue(answer)) {
      Matcher reason = StatementPatterns.REASON.matcher(answer);
      answer = reason.find() ? answer.substring(0, reason.start()) : answer;
    }
    answer = Edges.trimmed(answer, "", Edges.ALL + ",;");
    // {"answer": "72"}
    while (answer.endsWith("}") && count(answer, '{') < count(answer, '}')) {
      answer = Edges.trimmed(answer.substring(0, answer.length() - 1), "", Edges.ALL);
    }
    return answer;
  }

  private static long count(String text, char character) {
    return text.chars().filter(found -> found == character).count();
  }

  private Statements() {}
}

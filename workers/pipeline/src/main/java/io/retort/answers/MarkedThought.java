package io.retort.answers;

import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A thought between markers, and the text after it, in the formats of models other than {@code
 * <think>} in lower case.
 *
 * @param thought not blank; may contain further markers
 */
public record MarkedThought(String thought, String conclusion) {
  private static final int FLAGS = Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;
  private static final String PREFIX = "(?:[a-z]{1,10}:)?";
  private static final String ATTRIBUTES = "(?:\\s[^<>]{0,200})?";
  private static final String ANALYSIS =
      "<\\|channel\\|>\\s{0,2}analysis\\s{0,2}(?:<\\|[a-z]{1,12}\\|>[a-z ]{0,12}){0,2}<\\|message\\|>";
  private static final String TURN = "<\\|start\\|>\\s{0,2}assistant\\s{0,2}";

  /** Markers that only open a thought, wherever they are. */
  private static final Pattern OPENING =
      Pattern.compile(
          "<(?<tag>"
              + PREFIX
              + "(?:think(?:ing)?|thoughts?))"
              + ATTRIBUTES
              + ">|(?-i:\\[(?<bracket>THINK)\\])|<\\|(?<token>(?:start_)?think(?:ing)?)\\|>"
              + "|(?<triangle>\u25c1think\u25b7)|(?:"
              + TURN
              + ")?(?<channel>"
              + ANALYSIS
              + ")",
          FLAGS);

  /** Markers that may also be headings, so that they open a thought only if they begin the text. */
  private static final Pattern HEADING =
      Pattern.compile(
          "\\s*(?:<(?<tag>"
              + PREFIX
              + "(?:reasoning|reflection|analysis|scratchpad))"
              + ATTRIBUTES
              + ">|(?-i:\\[(?<bracket>THINKING|REASONING)\\]))",
          FLAGS);

  /** The end of a thought that a prompt has opened. */
  private static final Pattern CLOSING =
      Pattern.compile(
          "</"
              + PREFIX
              + "(?:think(?:ing)?|thoughts?)>|(?-i:\\[/THINK\\])|<\\|(?:/|end_)think(?:ing)?\\|>"
              + "|\u25c1/think\u25b7",
          FLAGS);

  private static final Pattern FINAL = Pattern.compile(Thoughts.FINAL_CHANNEL, FLAGS);
  private static final Pattern ANSWERING =
      Pattern.compile("<\\|end\\|>\\s{0,9}" + TURN + "(?!<\\|channel\\|>)", FLAGS);
  private static final Pattern BETWEEN_TURNS =
      Pattern.compile("<\\|end\\|>\\s{0,9}(?:" + TURN + "(?:" + ANALYSIS + ")?)?", FLAGS);
  private static final Pattern LAST_TURN_END =
      Pattern.compile("<\\|(?:end|return)\\|>\\s{0,9}\\z", FLAGS);

  /** The thought of a text; empty if it has none, or one that does not end. */
  public static Optional<MarkedThought> find(String text) {
    Optional<Matcher> opening = heading(text).or(() -> opening(text));
    if (opening.isEmpty()) {
      return last(CLOSING, text, 0).flatMap(closing -> split(text, 0, closing));
    }
    int start = opening.get().end();
    return end(opening.get(), text).flatMap(closing -> split(text, start, closing));
  }

  /** Whether the text opens a thought. */
  public static boolean isOpened(String text) {
    return opening(text).isPresent();
  }

  /** Whether the text opens a thought that does not end. */
  public static boolean isCut(String text) {
    return opening(text).filter(opening -> end(opening, text).isEmpty()).isPresent();
  }

  private static Optional<Matcher> heading(String text) {
    Matcher heading = HEADING.matcher(text);
    return heading.lookingAt() ? Optional.of(heading) : Optional.empty();
  }

  private static Optional<Matcher> opening(String text) {
    Matcher opening = OPENING.matcher(text);
    for (int index = 0; index < text.length(); index++) {
      if (mayBeginMarker(text.charAt(index)) && opening.region(index, text.length()).lookingAt()) {
        return Optional.of(opening);
      }
    }
    return Optional.empty();
  }

  private static Optional<MatchResult> end(Matcher opening, String text) {
    int start = opening.end();
    String tag = opening.group("tag");
    if (tag != null) {
      return last(closing("</\\s{0,2}" + Pattern.quote(tag) + "\\s{0,2}>"), text, start)
          .or(() -> last(CLOSING, text, start));
    }
    String bracket = opening.group("bracket");
    if (bracket != null) {
      return last(closing("\\[/" + bracket + "\\]"), text, start);
    }
    if (opening.group("channel") == null) {
      return last(CLOSING, text, start);
    }
    return last(FINAL, text, start).or(() -> last(ANSWERING, text, start));
  }

  private static Pattern closing(String expression) {
    return Pattern.compile(expression, FLAGS);
  }

  private static Optional<MatchResult> last(Pattern pattern, String text, int start) {
    Matcher matcher = pattern.matcher(text);
    for (int index = text.length() - 1; index >= start; index--) {
      if (mayBeginMarker(text.charAt(index)) && matcher.region(index, text.length()).lookingAt()) {
        return Optional.of(matcher.toMatchResult());
      }
    }
    return Optional.empty();
  }

  /** A regular expression is too expensive at every character. */
  private static boolean mayBeginMarker(char character) {
    return character == '<' || character == '[' || character == '\u25c1';
  }

  /** Empty for a blank thought: then the text after it is all there is. */
  private static Optional<MarkedThought> split(String text, int start, MatchResult closing) {
    String thought = text.substring(start, closing.start());
    String turns = BETWEEN_TURNS.matcher(thought).replaceAll("\n");
    String conclusion = LAST_TURN_END.matcher(text.substring(closing.end())).replaceFirst("");
    return turns.isBlank() ? Optional.empty() : Optional.of(new MarkedThought(turns, conclusion));
  }
}

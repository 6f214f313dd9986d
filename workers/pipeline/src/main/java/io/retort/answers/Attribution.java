package io.retort.answers;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whose claim a text makes: its own conclusion, or one that is denied, hypothetical or somebody
 * else's.
 *
 * <p>Implements the same rules as the trainer's {@code attribution.py}; {@code answer_cases.jsonl}
 * of the trainer tests both.
 */
final class Attribution {
  /** Maximum number of characters of a clause before a claim that are read. */
  private static final int REACH = 160;

  /** Maximum lengths of the words directly before a claim that say whose it is. */
  private static final int NEAR = 80;

  private static final int NEAR_IN_CHINESE = 8;

  private static final int UNICODE = Pattern.UNICODE_CHARACTER_CLASS;
  private static final int WORDS = UNICODE | Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;

  private static final Pattern CLAUSE_START =
      Pattern.compile(
          "[.!?](?=\\s)|[\\n;\u3002\uff01\uff1f\uff1b]|(?<!\\w)(?:but|so"
              + "|hence|thus|therefore|however)(?!\\w)|\u4f46|\u6240\u4ee5|\u56e0\u6b64",
          WORDS);

  /** Words between those of a denial or an opinion and the claim. */
  private static final String THAT =
      "\\s{1,3}(?:that\\s{1,3})?(?:(?:the|an?|your|our|my)\\s{1,3})?(?:(?:correct"
          + "|final|right|best)\\s{1,3})?$";

  private static final Pattern DISOWNED =
      Pattern.compile(
          "(?<!\\w)(?:(?:if|whether|unless|suppose|supposing|assumed?|assumes"
              + "|assuming|instead\\s+of|rather\\s+than|mistakenly|incorrectly"
              + "|wrongly|might|avoid|tempt(?:ed|ing|ation)\\s+to|false|untrue"
              + "|(?:mistake|error|trap|fallacy)\\s+(?:is|was|would\\s+be)(?:\\s+to)?"
              + "|(?:not|never|cannot|[a-z]{2,6}n['\u2019]t)(?:\\s{1,3}(?:true"
              + "|clear|certain|sure|obvious|likely|the\\s+case|to|be)){0,2})"
              + THAT
              + "|(?:wrong|incorrect|false|erroneous|mistaken|previous|earlier"
              + "|first|initial|original|old|former|tempting|naive|(?:student|friend"
              + "|classmate|teacher|user|author|someone|people)(?:['\u2019]s|s['\u2019])"
              + "|his|her|their)\\s{1,3}(?:final\\s{1,3})?$|(?:students?|people"
              + "|others|someone|somebody|everyone|they|he|she|friends?|classmates?"
              + "|many|most|some)\\s{1,3}(?:(?:often|may|might|would|will|could"
              + "|usually|mistakenly|incorrectly|wrongly|also|sometimes|tend\\s+to)\\s{1,3}){0,2}$"
              + "|if\\s{1,3}(?:you|we|one|i|they)\\s{1,3}(?:had\\s{1,3}|have\\s{1,3})?$)",
          WORDS);

  private static final Pattern DISOWNED_IN_CHINESE =
      Pattern.compile(
          "(?:\u5982\u679c|\u5047\u8bbe|\u5047\u5982|\u9519\u8bef|\u5e38\u89c1"
              + "|\u4e4b\u524d|\u539f\u6765|\u539f\u5148|\u8d77\u521d|[\u4ed6\u5979\u4eec]\u7684)\u7684?$",
          UNICODE);

  private static final Pattern OPINION =
      Pattern.compile(
          "(?<!\\w)(?:(think|believe|say|claim|guess|suspect|argue)|thinks"
              + "|thinking|thought|believes|believed|says|said|claims|claimed|guesses"
              + "|guessed|suspects|suspected|argues|argued)"
              + THAT
              + "|(?:(\u8ba4\u4e3a|\u89c9\u5f97|\u731c|\u8bf4)|\u4ee5\u4e3a)(?:\u6b63\u786e"
              + "|\u6700\u7ec8)?$",
          WORDS);

  private static final Pattern OWN_OPINION =
      Pattern.compile(
          "(?:(?<!\\w)(?:i|we)(?:['\u2019](?:d|ll))?(?:\\s{1,2}(?:would|will"
              + "|can|do|must|could|may|also|still|now|therefore|thus|then|really"
              + "|firmly|strongly|just)){0,3}|(?<!\\w)(?:safe|fair|reasonable|suffice(?:\\s+it)?"
              + "|suffices|needless)\\s{1,2}to)\\s{1,2}$|(?:^|\u6211|\u6211\u4eec"
              + "|\u5c31\u662f|\u53e5\u8bdd|\u53ef\u4ee5|\u6765)(?:\u5c31|\u8fd8\u662f"
              + "|\u4e5f|\u4ecd)?$",
          WORDS);

  private static final Pattern PICKED_BY_OTHERS =
      Pattern.compile(
          "(?:\u4e0d[\u8981\u80fd\u5e94\u8be5\u4f1a\u53ef]{1,2}|[\u8bef\u9519\u4e0d\u52ff\u522b\u6ca1\u4eba\u4ed6\u5979\u82e5]"
              + "|\u540c\u5b66|\u5b66\u751f|\u5982\u679c|(?<!\u6211)[\u4eec\u4f1a])\u9009$",
          UNICODE);

  private static final Pattern WOULD =
      Pattern.compile("(?<!\\w)(?:would|could|might)\\s{1,3}be(?!\\w)", WORDS);

  private static final Pattern UNREAL =
      Pattern.compile(
          "(?<!\\w)(?:if|unless)\\s[^.!?\\n]{0,80}?(?:[a-z]{2,20}ed|were"
              + "|was|had|did|could)(?!\\w)|(?<!\\w)otherwise(?!\\w)",
          WORDS);

  private static final Pattern MISTAKE =
      Pattern.compile(
          "(?<!\\w)(?:common\\s+(?:mistake|error)|mistakenly|incorrectly"
              + "|wrongly|(?<!as\\s)(?<!how\\s)(?:many|some|most)\\s+(?:students"
              + "|people)\\s+(?:get|got|say|think|write|answer|forget|often|usually))(?!\\w)"
              + "|\u8bef\u4ee5\u4e3a|\u9519\u8bef\u5730|\u5e38\u89c1\u9519\u8bef",
          WORDS);

  /**
   * Whether the words before a claim deny it, assume it, or say that it is not the text's any more.
   */
  static boolean isDisowned(String text, int start) {
    String before = clause(text, start);
    String near = last(before, NEAR);
    String characters = last(near, NEAR_IN_CHINESE);
    String first = text.substring(start, Math.min(text.length(), start + 1));
    if (DISOWNED.matcher(near).find()
        || DISOWNED_IN_CHINESE.matcher(characters).find()
        || PICKED_BY_OTHERS.matcher(characters + first).find()) {
      return true;
    }
    Matcher opinion = OPINION.matcher(before);
    if (!opinion.find()) {
      return false;
    }
    boolean mayBeOwn = opinion.group(1) != null || opinion.group(2) != null;
    return !mayBeOwn || !OWN_OPINION.matcher(before.substring(0, opinion.start())).find();
  }

  /**
   * Whether a claim, the words from {@code start} to {@code end}, holds only for a condition that
   * is not met.
   */
  static boolean isUnreal(String text, int start, int end) {
    if (!WOULD.matcher(text.substring(start, end)).find()) {
      return false;
    }
    String after = text.substring(end, Math.min(text.length(), end + REACH));
    Matcher following = CLAUSE_START.matcher(after);
    String rest = following.find() ? after.substring(0, following.start()) : after;
    return UNREAL.matcher(clause(text, start) + "\n" + rest).find();
  }

  /** Whether what is at {@code start} is told as a mistake, usually of others. */
  static boolean isMistaken(String text, int start) {
    return MISTAKE.matcher(clause(text, start)).find();
  }

  /** The text from the start of the clause to {@code start}. */
  private static String clause(String text, int start) {
    String before = text.substring(Math.max(0, start - REACH), start);
    Matcher mark = CLAUSE_START.matcher(before);
    int begin = 0;
    while (mark.find()) {
      begin = mark.end();
    }
    return before.substring(begin);
  }

  private static String last(String text, int length) {
    return text.substring(Math.max(0, text.length() - length));
  }

  private Attribution() {}
}

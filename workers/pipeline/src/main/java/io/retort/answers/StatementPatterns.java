package io.retort.answers;

import java.util.regex.Pattern;

/**
 * Expressions for how texts state answers. Bounded, so that a hostile text costs time linear in its
 * length.
 *
 * <p>Identical to the expressions of the trainer's {@code statements.py}; {@code
 * answer_cases.jsonl} of the trainer tests both.
 */
final class StatementPatterns {
  private static final int UNICODE = Pattern.UNICODE_CHARACTER_CLASS;
  private static final int WORDS = UNICODE | Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;

  static final Pattern BOXED =
      Pattern.compile("\\\\(?:boxed|fbox|framebox)(?![A-Za-z])\\s{0,3}", UNICODE);
  static final Pattern UNBRACED =
      Pattern.compile(
          "-?[0-9][0-9,]{0,40}(?:\\.[0-9]{1,40})?|[A-Za-z](?![A-Za-z])"
              + "|\\\\[A-Za-z]{1,10}(?:\\{[^{}\\n]{0,40}\\}|[0-9]){0,2}");
  static final Pattern SIGN_BEFORE =
      Pattern.compile("(?:-|\u2212|\\\\pm|\u00b1)(?:\\\\[,!]|\\{)?$");
  static final Pattern BETWEEN_BOXES =
      Pattern.compile(
          "[\\s$.]{0,6}(?:,|;|\\\\text\\s?\\{)?[\\s$]{0,6}(?:and|or|,|;|&|\u6216|\u548c|\u3001)[\\s$]{0,6}\\}?[\\s$]{0,6}"
              + "(?:[A-Za-z](?:_\\{?[0-9A-Za-z]\\}?)?\\s{0,2}=\\s{0,2})?[\\s$]{0,3}",
          UNICODE);
  static final Pattern TAG =
      Pattern.compile(
          "<(answer|final_answer|finalanswer|final|ans|solution|result)>\\s{0,4}([^<>\\n]{1,400}?)\\s{0,4}</\\1>",
          WORDS);
  static final Pattern HASHES =
      Pattern.compile("^[ \\t]{0,8}####[ \\t]{0,8}([^\\n]{1,400})$", Pattern.MULTILINE);
  static final Pattern SENTENCE =
      Pattern.compile(
          "(?<![\\w/])(?:answers?|ans\\.?(?=\\s?[:\uff1a])|antwort|respuesta"
              + "|r\u00e9ponse|risposta|resposta|antwoord|\u043e\u0442\u0432\u0435\u0442)[\\\"'*_]{0,3}(?:\\s{1,2}(?:correcta"
              + "|correcte|correta|corretta|final|finale))?(?:\\s{1,3}(?:to|for"
              + "|of|in|choice|option|here)\\s[^\\n.:=?!]{0,80}?|\\s{0,2}\\([^\\n()]{1,40}\\))?(?:\\s{0,3}[=:\uff1a]"
              + "|\\s{1,3}(?:is|are|was|equals|becomes|ist|es|est|sera|\u00e8|\u00e9"
              + "|(?:should|must|would|will|could|has\\s+to|have\\s+to|turns\\s+out\\s+to"
              + "|seems\\s+to|appears\\s+to|comes\\s+out\\s+to)\\s+be)(?!\\w)|[ \\t]{0,3}\\n)[*_]{0,3}\\s{0,3}:?\\s{0,3}[*_]{0,3}(?=([^\\n]{1,400}))"
              + "|(?:\u7b54\u6848|\u7b54\u3048|\u7b54|\u6b63\u89e3|\uc815\ub2f5"
              + "|\ub2f5|\u6700\u7ec8\u7ed3\u679c)[*_]{0,3}\\s{0,3}(?:\u5e94\u8be5"
              + "|\u5e94\u5f53|\u5c31|\u56e0\u6b64|\u6240\u4ee5)?\\s{0,3}(?:\u662f"
              + "|\u4e3a|\u7b49\u4e8e|\u5e94\u4e3a|\u306f|\uc740|\ub294|\u9009"
              + "|\u3011|[:\uff1a=]|(?=\u5e76?\u4e0d\u662f|\u5e76\u975e))[*_]{0,3}\\s{0,3}[:\uff1a]?\\s{0,3}[*_]{0,3}(?=([^\\n]{1,400}))",
          WORDS);
  static final Pattern SUBJECT =
      Pattern.compile(
          "(?<![\\w.,/$])(\\$[^$\\n]{1,80}\\$|(?:[-−]\\s?)?\\$?[0-9][^\\s]{0,40})(?:\\s[a-z]{1,12})?\\s{1,3}(?:is|are|must\\sbe)\\s{1,3}"
              + "(?:(?:therefore|thus|indeed|clearly|then|also)\\s{1,3})?(?:the|our|my)\\s{1,3}(?:(?:final|correct|right)\\s{1,3})?answer(?!\\w)",
          WORDS);
  static final Pattern NEGATION =
      Pattern.compile(
          "(?:not|never|no\\slonger|wrong|incorrect|unknown|unclear|\u5e76?\u4e0d\u662f"
              + "|\u5e76\u975e|\u4e0d)(?![A-Za-z])",
          WORDS);
  static final Pattern CORRECTION =
      Pattern.compile(
          "(?<!\\w)(?:wait|actually|correction|sorry|oops|hmm|scratch\\s+that|i\\s+meant?|my\\s+mistake|or\\s+rather|no(?=\\s{0,2}[,:;.!\u2014-])"
              + "|let\\s+me\\s+(?:correct|fix|redo|recheck|reconsider))(?!\\w)"
              + "|\u4e0d\u5bf9|\u7b49\u7b49|\u7b49\u4e00\u4e0b|\u66f4\u6b63|\u9519\u4e86|\u5e94\u8be5\u662f|\u5e94\u4e3a|\u4fee\u6b63",
          WORDS);
  static final Pattern CLAIM =
      Pattern.compile(
          "(?<!\\w)(?:(?:it|that|this|(?:the|my)\\s{1,3}(?:(?:correct|right|actual|final|real|true|new)\\s{1,3})?"
              + "(?:value|number|total|result|sum|amount|one|count|solution|answer|option|choice))"
              + "(?:\\s{1,3}(?:is|was|equals|becomes|should\\s{1,3}(?:be|have\\s{1,3}been)|must\\s{1,3}be|has\\s{1,3}to\\s{1,3}be)(?!\\w)|'s|\\s{0,2}=)"
              + "|(?:so|therefore|thus|hence|should\\s{1,3}be|i\\s{1,3}get|we\\s{1,3}get|make\\s{1,3}(?:that|it)|(?:that|which|this)\\s{1,3}(?:makes|gives))(?!\\w))"
              + "(?:\\s{1,3}it(?:\\s{1,3}(?:is|was|should\\s{1,3}be|must\\s{1,3}be)|'s)?(?!\\w))?[\\s:,*]{0,4}(?=([^\\n]{1,400}))"
              + "|(?:\u5e94\u8be5\u662f|\u5e94\u4e3a|\u662f|\u7b49\u4e8e|\u6240\u4ee5|\u56e0\u6b64)[\\s:\uff1a*]{0,4}(?=([^\\n]{1,400}))",
          WORDS);
  static final Pattern AFTER_CORRECTION =
      Pattern.compile("[\\s,:;.!\u2014*-]{0,6}(?=([^\\n]{1,400}))", UNICODE);
  static final Pattern SENTENCE_END =
      Pattern.compile(
          "(?<=\\S)(?:[.!?](?=\\s|$|[\"'*<)\\]\u201d])|[\u3002\uff01\uff1f\uff1b]|\u2026(?=\\s[A-Za-z]))",
          UNICODE);
  static final Pattern LEAD_IN =
      Pattern.compile(
          "(?:(?:therefore|thus|then|hence|so|indeed|now|simply|just|also|still|actually|in\\s+fact|clearly|obviously|of\\s+course"
              + "|exactly|approximately|about|equal\\s+to|given\\s+by|found\\s+to\\s+be|precisely|probably|likely)(?!\\w)|\u5c31\u662f|\u662f|\u4e3a)"
              + "[\\s,:]{0,4}",
          WORDS);
  static final Pattern REASON =
      Pattern.compile(
          "\\s{0,2},?\\s{1,2}(?:which|because|since|as(?!\\s(?:much|many"
              + "|large|long|high|old|fast))|not|but|where|when|so|after|given"
              + "|for|if|that|meaning|rather|instead|i\\.e\\.|namely|rounded|wait"
              + "|no|sorry|actually|i\\smean|and\\s(?:not|the|it|this|we|that))(?!\\w)"
              + "|\uff0c(?=[^0-9\uff10-\uff19(\uff08\\\\\\s\u4e14\u6216\u548c\u53ca\u4ee5-])"
              + "|,\\s{0,2}(?=[\u4e00-\u9fff])(?![\u4e14\u6216\u548c\u53ca\u4ee5])"
              + "|;\\s{1,2}(?!(?:or|and)(?!\\w))(?=[A-Za-z]{2})|\\s{0,2}</|<\\|"
              + "|\\s[\u2013\u2014-]{1,2}\\s{0,2}(?=[A-Za-z]{2})",
          WORDS);
  static final Pattern VALUE =
      Pattern.compile(
          "(?:[-+\u2212\u00b1]\\s?)?(?:[0-9.(\\[{$\u20ac\u00a3\u00a5\u221a\u03c0\u221e\u00bc-\u00be\\\\|\uff10-\uff19\uff08]"
              + "|[A-Za-z](?:_\\{?\\w\\}?)?\\s{0,2}(?:[=<>\u2264\u2265\u2208]|\\\\(?:le|ge|in|ne)(?![a-z]))|[A-J](?:[).:,\\]*]|\\s*$)|pi(?!\\w)|sqrt(?!\\w))",
          UNICODE);
  static final Pattern CLEAN =
      Pattern.compile(
          "(?![^\\n]*\\s(?:times|more|less|fewer|than|as)(?!\\w))\\S{1,60}(?:\\s\\S{1,20}){0,3}",
          UNICODE);
  static final Pattern SHORT = Pattern.compile("\\S{1,40}(?:\\s\\S{1,20})?", UNICODE);

  /** "not 7 but 5". */
  static final Pattern CONTRAST =
      Pattern.compile(
          ",?\\s{1,2}but(?:\\s{1,2}rather)?\\s{1,2}|[,;\u2014-]\\s{0,2}(?:rather"
              + "|it(?:'s|\\s{1,2}is))\\s{1,2}|[,\uff0c;]?\\s{0,2}(?:\u800c\u662f"
              + "|\u5e94\u8be5\u662f|\u5e94\u662f|\u5e94\u4e3a)\\s{0,2}|[,\uff0c]\\s{0,2}\u662f\\s{0,2}",
          WORDS);

  static final Pattern NOT_ONLY =
      Pattern.compile(
          "not\\s{1,2}(?:only|just|merely|simply)(?!\\w)|\u4e0d\u662f\u53ea" + "|\u4e0d\u53ea",
          WORDS);

  static final Pattern OPENS_FORMULA = Pattern.compile("\\s{0,4}(\\$\\$|\\\\\\[)\\s{0,4}", UNICODE);

  /** Words in capitals that do not begin a sentence: "New York". */
  static final Pattern NAME =
      Pattern.compile(
          "(?!(?:I|Yes|No|Ok|OK|Okay|Let|We|Wait|Actually|Sorry|Hmm|That"
              + "|This|It|The|Oh|So|But|My|Not|Right|Correct)(?!\\w))[A-Z][\\w'\u2019.-]{0,30}(?:\\s(?:(?:of"
              + "|the|and|de|la)\\s)?[A-Z][\\w'\u2019.-]{0,30}){0,3}",
          UNICODE);

  static final Pattern BLANKS = Pattern.compile("\\s+", UNICODE);

  private StatementPatterns() {}
}

package io.retort.answers;

/**
 * The expression for a number as texts write it: decimal, fraction, mixed number, power of ten,
 * with a sign, a currency or a percent sign. Bounded and without groups.
 *
 * <p>Identical to the expression of the trainer's {@code text_values.py}.
 */
final class NumberNotation {
  private static final String TEX_FRACTION =
      "\\\\[dtc]?frac\\s?(?:\\{\\s?[0-9]{1,20}\\s?\\}|[0-9])\\s?(?:\\{\\s?[0-9]{1,20}\\s?\\}"
          + "|[0-9])";

  private static final String FRACTION =
      "[0-9]{1,20}[ ]?(?:"
          + TEX_FRACTION
          + "|[\u00bc-\u00be\u2150-\u215e])|"
          + TEX_FRACTION
          + "|[\u00bc-\u00be\u2150-\u215e]|[0-9]{1,20}[ ][0-9]{1,2}/[0-9]{1,3}(?![0-9/])";

  private static final String DECIMAL =
      "(?:[0-9]{1,3}(?:(?:,|[ \u00a0\u2009\u202f])[0-9]{3}){1,10}(?![0-9])"
          + "|[0-9]{1,40})(?:\\.[0-9]{1,40})?|\\.[0-9]{1,40}";

  private static final String POWER =
      "[ ]?(?:\u00d7|\\\\times(?![a-z])|\\\\cdot(?![a-z])|\u00b7|\\*"
          + "|x)\\s?10\\s?(?:\\^\\s?(?:\\{\\s?[-\u2212]?[0-9]{1,4}\\s?\\}|[-\u2212]?[0-9]{1,4})"
          + "|[\u207b\u2070\u00b9\u00b2\u00b3\u2074-\u2079]{1,5})";

  /**
   * "How many million" is answered by "5 million" as well as by "5", so the word belongs only to a
   * decimal.
   */
  private static final String SCALED =
      "[0-9]{1,20}\\.[0-9]{1,20}[ ](?i:thousand|million|billion|trillion)(?!\\w)";

  /** A blank or a long dash is part of a sign only after a word that names a value. */
  private static final String SIGN =
      "(?:[-\u2212](?=[0-9.$\\\\\u00bc-\u00be\u2150-\u215e])|(?<==)[-\u2212\u2013]\\s?"
          + "|(?<==\\s)[-\u2212\u2013]\\s?|(?<=equals\\s)[-\u2212\u2013]\\s?"
          + "|(?<=is\\s)[-\u2212\u2013]\\s?|(?i:negative)\\s|(?<=is\\s)(?i:minus)\\s"
          + "|^(?i:minus)\\s)";

  static final String NUMBER =
      SIGN
          + "?\\$?(?:"
          + FRACTION
          + "|"
          + SCALED
          + "|(?:"
          + DECIMAL
          + ")(?:[eE][-+]?[0-9]{1,4})?(?:/[0-9]{1,20})?(?:"
          + POWER
          + ")?(?:[\u4e07\u4ebf]|\u5343(?![\u514b\u7c73\u74e6\u5361]))?)(?:\\s?\\\\?%)?";

  private NumberNotation() {}
}

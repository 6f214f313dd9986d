package io.retort.ingest;

import io.retort.failure.Failures;
import io.retort.v1.Sample;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import opennlp.tools.langdetect.Language;
import opennlp.tools.langdetect.LanguageDetector;
import opennlp.tools.langdetect.LanguageDetectorME;
import opennlp.tools.langdetect.LanguageDetectorModel;

/**
 * Keeps problems in the languages of the spec, detected by OpenNLP's model of 103 languages.
 *
 * <p>A problem is refused only if some other language is {@value #CLEARLY} times as likely as every
 * wanted language. Problems that are short, or consist almost only of formulas, are therefore kept:
 * for English problems the ratio of the best wrong guess reaches 1.25 ("Alani earned"), while
 * sentences in other languages exceed 1.4 from about five words.
 */
final class LanguageFilter implements SampleFilter {
  private static final double CLEARLY = 1.4;
  private static final String MODEL = "/langdetect-183.bin";

  private static final Pattern FORMULA =
      Pattern.compile(
          "(?s)\\[asy\\].*?\\[/asy\\]|```.*?```|\\$\\$.*?\\$\\$|\\$[^$]*\\$|\\\\\\[.*?\\\\\\]"
              + "|\\\\\\(.*?\\\\\\)|\\\\[a-zA-Z]+");

  /** Single letters, and everything that is not a letter. */
  private static final Pattern NO_WORD =
      Pattern.compile("(?<!\\p{L})[a-zA-Z](?!\\p{L})|[^\\p{L}\\p{M}'’]+");

  /** Codes of the model that are not the three-letter form of the two-letter code. */
  private static final Map<String, List<String>> OTHER_CODES =
      Map.of(
          "et", List.of("ekk"),
          "fa", List.of("pes"),
          "lv", List.of("lvs"),
          "mg", List.of("plt"),
          "no", List.of("nob", "nno"),
          "pa", List.of("pnb"),
          "zh", List.of("cmn", "nan"));

  private final LanguageDetector detector;
  private final Set<String> wanted = new HashSet<>();
  private final List<String> shownWanted;
  private final Map<String, String> shortCodes = new HashMap<>();

  /**
   * Loads the model, about 30 MB.
   *
   * @param languages ISO 639-1 codes, at least one
   * @throws io.temporal.failure.ApplicationFailure USER/LANGUAGE_UNKNOWN
   */
  LanguageFilter(List<String> languages) throws IOException {
    detector = new LanguageDetectorME(model());
    shownWanted = List.copyOf(languages);
    Set<String> known = Set.of(detector.getSupportedLanguages());
    for (String code : Locale.getISOLanguages()) {
      // Java lists some languages under withdrawn codes.
      String tag = Locale.forLanguageTag(code).toLanguageTag();
      codes(tag).forEach(longCode -> shortCodes.put(longCode, tag));
    }
    for (String language : languages) {
      List<String> codes = codes(language).stream().filter(known::contains).toList();
      if (codes.isEmpty()) {
        throw Failures.user(
            "LANGUAGE_UNKNOWN",
            "data.filters.languages: "
                + language
                + " (expected: one of "
                + known.stream()
                    .map(this::shown)
                    .filter(code -> code.length() == 2)
                    .distinct()
                    .sorted()
                    .toList()
                + ")");
      }
      wanted.addAll(codes);
    }
  }

  @Override
  public void check(Sample sample) throws RefusedRowException {
    String prose = FORMULA.matcher(sample.getProblem()).replaceAll(" ");
    String text = NO_WORD.matcher(prose).replaceAll(" ").strip();
    if (text.isEmpty()) {
      return;
    }
    Language[] guesses = detector.predictLanguages(text);
    Language best = guesses[0];
    double bestWanted =
        Arrays.stream(guesses)
            .filter(guess -> wanted.contains(guess.getLang()))
            .mapToDouble(Language::getConfidence)
            .max()
            .orElse(0);
    if (!wanted.contains(best.getLang()) && best.getConfidence() >= CLEARLY * bestWanted) {
      throw new RefusedRowException(
          QuarantineReason.LANGUAGE,
          "problem: " + shown(best.getLang()) + " (expected: one of " + shownWanted + ")");
    }
  }

  private String shown(String code) {
    return shortCodes.getOrDefault(code, code);
  }

  private static Set<String> codes(String language) {
    Set<String> codes = new HashSet<>(OTHER_CODES.getOrDefault(language, List.of()));
    try {
      codes.add(Locale.forLanguageTag(language).getISO3Language());
    } catch (java.util.MissingResourceException e) {
      // Java does not know the language; only the table applies.
    }
    return codes;
  }

  private static LanguageDetectorModel model() throws IOException {
    try (InputStream input = LanguageFilter.class.getResourceAsStream(MODEL)) {
      if (input == null) {
        throw new IllegalStateException(MODEL + ": not in the class path");
      }
      return new LanguageDetectorModel(input);
    }
  }
}

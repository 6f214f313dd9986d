package io.retort.judge.prompt;

import io.retort.enums.EnumText;
import io.retort.v1.CorruptionKind;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * All prompts of the worker.
 *
 * @param corrupt one for each kind
 */
public record Prompts(
    Prompt evaluate,
    Prompt expand,
    Prompt simplify,
    Prompt validate,
    Map<CorruptionKind, Prompt> corrupt,
    Prompt solve,
    Prompt follow,
    Prompt rate) {
  static final String CORRUPT = "corrupt-v1";
  static final List<String> NAMES =
      List.of(
          "evaluate-v1",
          "improve-expand-v1",
          "improve-simplify-v1",
          "validate-v1",
          CORRUPT,
          "solve-v1",
          "follow-v1",
          "rate-v1");

  /** The built-in prompts. */
  public static Prompts load() {
    return load(PromptTexts.builtIn());
  }

  static Prompts load(PromptTexts files) {
    return new Prompts(
        Prompt.load(files, "evaluate-v1"),
        Prompt.load(files, "improve-expand-v1"),
        Prompt.load(files, "improve-simplify-v1"),
        Prompt.load(files, "validate-v1"),
        loadCorrupt(files),
        Prompt.load(files, "solve-v1"),
        Prompt.load(files, "follow-v1"),
        Prompt.load(files, "rate-v1"));
  }

  /** Versions by method or variant, for example {@code corrupt-wrong-number}. */
  public Map<String, String> versions() {
    Map<String, String> versions = new TreeMap<>();
    versions.put("evaluate", evaluate.version());
    versions.put("improve-expand", expand.version());
    versions.put("improve-simplify", simplify.version());
    versions.put("validate", validate.version());
    versions.put("solve", solve.version());
    versions.put("follow", follow.version());
    versions.put("rate", rate.version());
    Map<CorruptionKind, String> variants = corruptVariants();
    corrupt.forEach(
        (kind, prompt) -> versions.put("corrupt-" + variants.get(kind), prompt.version()));
    return versions;
  }

  /** The name of each kind in files and versions, for example {@code wrong-number}. */
  static Map<CorruptionKind, String> corruptVariants() {
    Map<CorruptionKind, String> names = new EnumMap<>(CorruptionKind.class);
    for (CorruptionKind kind : CorruptionKind.values()) {
      if (kind == CorruptionKind.CORRUPTION_KIND_UNSPECIFIED
          || kind == CorruptionKind.UNRECOGNIZED) {
        continue;
      }
      names.put(kind, EnumText.shortName(kind).toLowerCase(Locale.ROOT).replace('_', '-'));
    }
    return names;
  }

  private static Map<CorruptionKind, Prompt> loadCorrupt(PromptTexts files) {
    Map<CorruptionKind, Prompt> prompts = new EnumMap<>(CorruptionKind.class);
    corruptVariants()
        .forEach((kind, variant) -> prompts.put(kind, Prompt.loadVariant(files, CORRUPT, variant)));
    return prompts;
  }
}

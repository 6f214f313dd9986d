package io.retort.judge.prompt;

import io.retort.v1.CorruptionKind;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

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
    Prompt follow) {
  public static Prompts load() {
    return new Prompts(
        Prompt.load("evaluate-v1"),
        Prompt.load("improve-expand-v1"),
        Prompt.load("improve-simplify-v1"),
        Prompt.load("validate-v1"),
        loadCorrupt(),
        Prompt.load("solve-v1"),
        Prompt.load("follow-v1"));
  }

  private static Map<CorruptionKind, Prompt> loadCorrupt() {
    Map<CorruptionKind, Prompt> prompts = new EnumMap<>(CorruptionKind.class);
    for (CorruptionKind kind : CorruptionKind.values()) {
      if (kind == CorruptionKind.CORRUPTION_KIND_UNSPECIFIED
          || kind == CorruptionKind.UNRECOGNIZED) {
        continue;
      }
      String name =
          kind.name().replace("CORRUPTION_KIND_", "").toLowerCase(Locale.ROOT).replace('_', '-');
      prompts.put(kind, Prompt.loadVariant("corrupt-v1", name));
    }
    return prompts;
  }
}

package io.retort.answers;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Fenced code blocks of a text.
 *
 * <p>Implements the same rules as the trainer's {@code code_blocks.py}.
 */
final class CodeBlocks {
  private static final Pattern FENCE =
      Pattern.compile(
          "(?m)^[ \\t]{0,3}(`{3,}+|~{3,}+)[ \\t]*+([A-Za-z0-9_+-]{0,20})[^\\n`]{0,200}$");
  private static final Set<String> PYTHON = Set.of("", "python", "python3", "py");

  /**
   * A block with its fences, {@code end} exclusive.
   *
   * @param code the text between the fences
   */
  record Block(int start, int end, String code) {}

  /**
   * The last Python block. A block without a language counts as Python, also if the text ends
   * before the closing fence. A fence with a language starts a block even if another block is open,
   * because that one was never closed.
   */
  static Optional<Block> last(String text) {
    Block found = null;
    Opening opening = null;
    Matcher fence = FENCE.matcher(text);
    while (fence.find()) {
      boolean same = opening == null || fence.group(1).startsWith(opening.mark());
      if (opening == null || (same && !fence.group(2).isEmpty())) {
        opening = new Opening(fence.start(), fence.end(), fence.group(1), fence.group(2));
      } else if (same) {
        found = opening.isPython() ? opening.block(text, fence.start(), fence.end()) : found;
        opening = null;
      }
    }
    if (opening != null && opening.isPython()) {
      found = opening.block(text, text.length(), text.length());
    }
    return Optional.ofNullable(found);
  }

  private record Opening(int start, int end, String mark, String language) {
    boolean isPython() {
      return PYTHON.contains(language.toLowerCase(Locale.ROOT));
    }

    @Nullable Block block(String text, int codeEnd, int blockEnd) {
      String code = text.substring(end, codeEnd);
      return code.isBlank() ? null : new Block(start, blockEnd, trimmed(code));
    }

    private static String trimmed(String code) {
      int start = 0;
      int end = code.length();
      while (start < end && code.charAt(start) == '\n') {
        start++;
      }
      while (end > start && code.charAt(end - 1) == '\n') {
        end--;
      }
      return code.substring(start, end);
    }
  }

  private CodeBlocks() {}
}

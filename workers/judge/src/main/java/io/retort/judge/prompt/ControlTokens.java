package io.retort.judge.prompt;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** The control tokens of chat templates and tokenizers. */
final class ControlTokens {
  private static final int LONGEST = 72;
  private static final Set<String> TOKENS =
      Set.of(
          "<s>",
          "</s>",
          "<bos>",
          "<eos>",
          "<eod>",
          "<pad>",
          "<unk>",
          "<mask>",
          "<cls>",
          "<sep>",
          "<sop>",
          "<eop>",
          "<reponame>",
          "<filename>",
          "<<SYS>",
          "<</SYS>",
          // Chat templates split an assistant's turn at these.
          "<think>",
          "</think>",
          "<thinking>",
          "</thinking>",
          "\u25C1think\u25B7",
          "\u25C1/think\u25B7");
  private static final Pattern FORMS =
      Pattern.compile(
          // <|word|>, and with one bar
          "<\\|[^<>]+\\|>|<\\|/?[a-z_]{2,}>|</?[a-z_]{2,}\\|>"
              // <fim_prefix>, <start_of_turn>, <tool_call>, <reserved_12>
              + "|</?[a-z]{2,}(?:_[a-z0-9]+)+>|<unused\\d+>|<0x[0-9A-Fa-f]{2}>"
              // <EOS_TOKEN>, <SPECIAL_11>, <minimax:tool_call>, <mask:0>, [|endofturn|]
              + "|</?[A-Z]{2,}(?:_[A-Z0-9]+)+>|<(?:BOS|EOS|EOT|PAD|UNK|PRE|SUF|MID)>"
              + "|</?[a-z]{2,}:[a-z0-9_]+>|\\[\\|[a-z]{4,}\\|\\]"
              + "|\\[/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|TOOL_CONTENT"
              + "|THINK|ARGS|CALL_ID|MODEL_SETTINGS|IMG|IMG_END|IMG_BREAK|AUDIO|BEGIN_AUDIO|PREFIX"
              + "|MIDDLE|SUFFIX|gMASK|sMASK|MASK|CLS|SEP|PAD|UNK|BOS|EOS|EOT|sop|eop|control_\\d+|(?:start|end)_header_id"
              + "|unused\\d+)\\]");

  // Not closed like the others, or with attributes.
  private static final List<String> BEGINNINGS =
      List.of("[e~[", "]~b]", "]~!b[", "<\uFF5CDSML\uFF5C", "</\uFF5CDSML\uFF5C");

  /** Whether one begins at {@code start}, possibly with look-alikes or invisible characters. */
  static boolean beginsAt(String text, int start) {
    for (String beginning : BEGINNINGS) {
      if (text.startsWith(beginning, start)) {
        return true;
      }
    }
    StringBuilder token = new StringBuilder();
    int index = start;
    while (index < text.length() && token.length() <= LONGEST) {
      int character = text.codePointAt(index);
      index += Character.charCount(character);
      if (LookAlikes.isInvisible(character)) {
        continue;
      }
      int plain = LookAlikes.ascii(character);
      boolean opens = plain == '<' || plain == '[' || plain == 0x25C1;
      if (Character.isWhitespace(character) || (opens && token.length() > 1)) {
        return false;
      }
      token.appendCodePoint(plain);
      if (plain == '>' || plain == ']' || plain == 0x25B7) {
        String whole = token.toString();
        return TOKENS.contains(whole) || FORMS.matcher(whole).matches();
      }
    }
    return false;
  }

  private ControlTokens() {}
}

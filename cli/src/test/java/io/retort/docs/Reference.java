package io.retort.docs;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Markdown of the generated pages. */
final class Reference {
  /** What regenerates the pages; also in CONTRIBUTING.md. */
  static final String COMMAND =
      "./mvnw -pl cli -am package -Dtest=ReferencePagesTest -Dsurefire.failIfNoSpecifiedTests=false"
          + " -Ddocs.write=true";

  static final String NOTICE = "<!-- Generated; see \"Documentation\" in CONTRIBUTING.md. -->\n\n";

  /** A line of a table; line breaks and bars in the cells would end them. */
  static String row(String... cells) {
    return Arrays.stream(cells)
        .map(cell -> cell.replaceAll("\\s*\\n\\s*", " ").replace("|", "\\|"))
        .collect(Collectors.joining(" | ", "| ", " |\n"))
        .replace("|  |", "| |");
  }

  /** The line below a table's head. */
  static String line(int columns) {
    return "|" + "---|".repeat(columns) + "\n";
  }

  /** Text in which only pairs of backquotes are markup; what else would be is escaped. */
  static String text(String plain) {
    String[] parts = plain.split("`", -1);
    StringBuilder text = new StringBuilder();
    for (int index = 0; index < parts.length; index++) {
      boolean isCode = index % 2 == 1 && index < parts.length - 1;
      boolean opens = index > 0 && index % 2 == 1 && !isCode;
      text.append(index == 0 ? "" : opens ? "\\`" : "`");
      text.append(isCode ? parts[index] : escaped(parts[index]));
    }
    return text.toString();
  }

  private static String escaped(String plain) {
    return plain.replaceAll("([\\\\*<>\\[\\]#]|(?<!\\w)_|_(?!\\w))", "\\\\$1");
  }

  /** The anchor that a heading gets. */
  static String anchor(String heading) {
    return heading
        .toLowerCase(java.util.Locale.ROOT)
        .replaceAll("[^\\p{L}\\p{N}\\- _]", "")
        .replace(' ', '-');
  }

  private Reference() {}
}

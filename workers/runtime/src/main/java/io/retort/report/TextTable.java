package io.retort.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A heading and lines of cells in aligned columns: the first column is left-aligned, the others are
 * right-aligned. Lines are indented by two blanks.
 */
final class TextTable {
  private static final String INDENT = "  ";
  private static final String GAP = "   ";

  private final List<List<String>> lines = new ArrayList<>();

  TextTable(String... headings) {
    lines.add(Stream.of(headings).map(TextTable::printable).toList());
  }

  /**
   * Adds a line; it may have fewer cells than others. Control characters become question marks, so
   * that no name can send terminal codes.
   */
  TextTable line(String... cells) {
    List<String> line = new ArrayList<>(Stream.of(cells).map(TextTable::printable).toList());
    line.set(0, INDENT + line.get(0));
    lines.add(line);
    return this;
  }

  /** The lines; the first is the heading. No line ends in blanks or a line feed. */
  List<String> render() {
    int columns = lines.stream().mapToInt(List::size).max().orElse(0);
    int[] widths = new int[columns];
    for (List<String> line : lines) {
      for (int column = 0; column < line.size(); column++) {
        widths[column] = Math.max(widths[column], width(line.get(column)));
      }
    }
    return lines.stream().map(line -> align(line, widths)).toList();
  }

  static String printable(String text) {
    return text.replaceAll("[\\p{Cc}\\p{Cf}\\u2028\\u2029]", "?");
  }

  private static String align(List<String> line, int[] widths) {
    StringBuilder aligned = new StringBuilder();
    for (int column = 0; column < line.size(); column++) {
      String cell = line.get(column);
      String padding = " ".repeat(widths[column] - width(cell));
      aligned.append(column == 0 ? cell + padding : GAP + padding + cell);
    }
    return aligned.toString().stripTrailing();
  }

  private static int width(String cell) {
    return cell.codePointCount(0, cell.length());
  }
}

package io.retort.bench;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Short word problems, each with a correct chain; all are different. */
final class ShortRows {
  static String problem(long number) {
    return "Box "
        + number
        + " holds "
        + apples(number)
        + " apples, and "
        + more(number)
        + " more are put into it. How many apples does the box hold now?";
  }

  static String chain(long number) {
    return "The box holds "
        + apples(number)
        + " apples at first.\n\nThen "
        + more(number)
        + " more are put into it: "
        + apples(number)
        + " + "
        + more(number)
        + " = "
        + answer(number)
        + ".";
  }

  static String answer(long number) {
    return String.valueOf(apples(number) + more(number));
  }

  /** Writes rows with the fields problem, chain and answer as JSON Lines. */
  static void write(Path file, int rows) throws IOException {
    try (BufferedWriter writer = Files.newBufferedWriter(file)) {
      for (int number = 0; number < rows; number++) {
        writer.write(
            "{\"problem\":\""
                + problem(number)
                + "\",\"chain\":\""
                + chain(number).replace("\n", "\\n")
                + "\",\"answer\":\""
                + answer(number)
                + "\"}\n");
      }
    }
  }

  private static long apples(long number) {
    return 11 + number % 89;
  }

  private static long more(long number) {
    return 3 + number % 61;
  }

  private ShortRows() {}
}

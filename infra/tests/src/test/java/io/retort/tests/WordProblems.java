package io.retort.tests;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Small sums with chains, and the layout of a training file with them. */
record WordProblems(List<WordProblem> problems) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** One problem whose answer is {@code first + second}. */
  record WordProblem(int number, int first, int second) {
    String problem() {
      return "Case "
          + number
          + ": Ann has "
          + first
          + " apples and gets "
          + second
          + " more. How many apples has she?";
    }

    String chain() {
      return "She starts with "
          + first
          + " apples. "
          + first
          + " + "
          + second
          + " = "
          + answer()
          + ".";
    }

    int answer() {
      return first + second;
    }
  }

  /**
   * @param from number of the first problem; files with disjoint ranges share no problem
   */
  static WordProblems range(int from, int count) {
    return new WordProblems(
        IntStream.range(from, from + count)
            .mapToObj(number -> new WordProblem(number, 2 + number % 7, 3 + number % 5))
            .toList());
  }

  /** Writes {problem, chain, answer} rows and returns the file. */
  Path write(Path file) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (WordProblem problem : problems) {
      lines
          .append(
              JSON.writeValueAsString(
                  Map.of(
                      "problem", problem.problem(),
                      "chain", problem.chain(),
                      "answer", String.valueOf(problem.answer()))))
          .append('\n');
    }
    return Files.writeString(file, lines);
  }

  /** The problem whose text occurs in {@code text}. */
  Optional<WordProblem> in(String text) {
    return problems.stream().filter(problem -> text.contains(problem.problem())).findFirst();
  }
}

package io.retort.tests;

import io.retort.tests.WordProblems.WordProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The durable records of a run so far, read without the workers. */
final class CurationRecordsOnDisk {
  /** The problems whose curation records are on disk. */
  static List<WordProblem> of(TestStack stack, String runId, WordProblems problems)
      throws IOException, InterruptedException {
    Path records = stack.store().resolve("runs").resolve(runId).resolve("curation");
    StringBuilder text = new StringBuilder();
    try (Stream<Path> files = Files.walk(records)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".jsonl.zst")).toList()) {
        text.append(
            TestStack.python(
                "import sys, zstandard; print(zstandard.open(sys.argv[1], 'rt').read())",
                file.toString()));
      }
    }
    return problems.problems().stream()
        .filter(problem -> text.indexOf(problem.problem()) >= 0)
        .toList();
  }

  private CurationRecordsOnDisk() {}
}

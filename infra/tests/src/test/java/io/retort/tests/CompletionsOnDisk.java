package io.retort.tests;

import java.io.IOException;
import java.nio.file.Path;

/**
 * What the store of completions holds of one evaluation of a run, read past the workers.
 *
 * @param written completions in all parts of its set
 * @param distinct of them, those that differ by prompt or index
 */
record CompletionsOnDisk(int written, int distinct) {
  private static final String COUNT =
      """
      import json, pathlib, sys, zstandard
      named = json.loads(pathlib.Path(sys.argv[1]).read_text())["completions_uri"]
      folder = pathlib.Path(named.removeprefix("file://"))
      found = []
      for part in folder.glob("part-*"):
          for line in zstandard.open(part, "rt"):
              row = json.loads(line)
              found.append((row["prompt_sha256"], row["index"]))
      print(len(found), len(set(found)))
      """;

  static CompletionsOnDisk of(TestStack stack, String runId, String model, String benchmark)
      throws IOException, InterruptedException {
    Path evaluation = stack.store().resolve("runs").resolve(runId).resolve("evaluation");
    Path named = evaluation.resolve(model).resolve(benchmark).resolve("completions.json");
    String[] counts = TestStack.python(COUNT, named.toString()).strip().split(" ");
    return new CompletionsOnDisk(Integer.parseInt(counts[0]), Integer.parseInt(counts[1]));
  }
}

package io.retort.stack;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A judge worker that detects one error in its file of endpoints: the word "wrong". */
public final class FakeJudge {
  public static void main(String[] arguments) throws Exception {
    String file = System.getenv("RETORT_ENDPOINTS");
    if (!List.of(arguments).equals(List.of("--check"))) {
      System.exit(3);
    }
    if (Files.readString(Path.of(file)).contains("wrong")) {
      System.err.println("judge worker: " + file + ": wrong (expected: right)");
      System.exit(2);
    }
  }

  private FakeJudge() {}
}

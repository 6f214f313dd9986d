package io.retort.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs the measurements one after the other and prints a line of a Markdown table for each. */
public final class Benchmark {
  private static final int ANSWER_MILLISECONDS = 200;
  private static final int ROWS = 60_000;
  private static final int CURATOR_ROWS = 6_000;
  private static final int MILLION = 1_000_000;

  private final Path repository;
  private final int rows;
  private final int curatorRows;
  private final boolean record;

  private Benchmark(Path repository, int rows, int curatorRows, boolean record) {
    this.repository = repository;
    this.rows = rows;
    this.curatorRows = curatorRows;
    this.record = record;
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of(arguments));
    int curatorRows = option(words, "--curator-rows", CURATOR_ROWS);
    boolean record = words.remove("--record");
    int rows = option(words, "--rows", words.contains("million") ? MILLION : ROWS);
    String what = words.isEmpty() ? "judging" : words.remove(0);
    if (!words.isEmpty()) {
      throw new IllegalArgumentException("arguments: " + words + " (expected: see bench/run.sh)");
    }
    Benchmark benchmark =
        new Benchmark(Path.of(System.getProperty("retort.repository")), rows, curatorRows, record);
    System.out.println(Result.HEAD);
    switch (what) {
      case "judging" -> {
        benchmark.wrk();
        benchmark.judges();
        benchmark.curation();
        benchmark.curator();
      }
      case "wrk" -> benchmark.wrk();
      case "judges" -> benchmark.judges();
      case "curation" -> benchmark.curation();
      case "curator" -> benchmark.curator();
      case "million" -> benchmark.million();
      default ->
          throw new IllegalArgumentException(
              what + " (expected: judging, wrk, judges, curation, curator or million)");
    }
  }

  private void wrk() throws IOException, InterruptedException {
    try (Workbench bench = workbench("wrk")) {
      System.out.println(new WrkMeasurement(bench).run(ANSWER_MILLISECONDS));
    }
  }

  private void judges() throws IOException, InterruptedException {
    try (Workbench bench = workbench("judges")) {
      System.out.println(new JudgesMeasurement(bench).run(ANSWER_MILLISECONDS));
    }
  }

  private void curation() throws IOException, InterruptedException {
    try (Workbench bench = workbench("curation")) {
      System.out.println(new CurationMeasurement(bench).run(rows, ANSWER_MILLISECONDS));
    }
  }

  private void curator() throws IOException, InterruptedException {
    try (Workbench bench = workbench("curator")) {
      System.out.println(new CuratorMeasurement(bench).run(curatorRows, ANSWER_MILLISECONDS));
    }
  }

  private void million() throws IOException, InterruptedException {
    try (Workbench bench = workbench("million")) {
      System.out.println(new CurationMeasurement(bench).run(rows, 0));
    }
  }

  private Workbench workbench(String name) throws IOException {
    Path results = Files.createDirectories(repository.resolve("bench/target/results"));
    return new Workbench(repository, Files.createTempDirectory(results, name + "-"), record);
  }

  private static int option(List<String> words, String name, int fallback) {
    int at = words.indexOf(name);
    if (at < 0) {
      return fallback;
    }
    words.remove(at);
    return Integer.parseInt(words.remove(at));
  }
}

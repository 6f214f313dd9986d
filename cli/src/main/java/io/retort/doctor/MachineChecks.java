package io.retort.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Java, Python, Ray, disk and the sandbox of this machine. */
public final class MachineChecks {
  private static final int OLDEST_JAVA = 17;
  private static final long GIB = 1L << 30;

  /** For a first set-up: Python packages, the small model and the build. */
  private static final long SET_UP_GIB = 12;

  /** For checkpoints of a small run. */
  private static final long RUN_GIB = 2;

  private static final Pattern RAY_VERSION = Pattern.compile("<version\\.ray>([^<]+)<");
  private static final String PYTHON_AND_RAY =
      """
      import platform
      try:
          from importlib.metadata import version
          ray = version("ray")
      except Exception:
          ray = "none"
      print(platform.python_version(), ray)
      """;

  public static Finding java() {
    int feature = Runtime.version().feature();
    return feature >= OLDEST_JAVA
        ? Finding.ok("java", "Java " + Runtime.version())
        : Finding.error(
            "java",
            "Java " + feature + " (expected: " + OLDEST_JAVA + " or newer)",
            "install a JDK " + OLDEST_JAVA + ", or set JAVA_HOME to one");
  }

  /**
   * Python and Ray of the trainers, and whether Ray is the version that the driver speaks to.
   *
   * @param repository a checkout
   */
  public static List<Finding> python(Path repository) throws IOException, InterruptedException {
    Path interpreter = repository.resolve("gpu-workers/trainer/.venv/bin/python");
    if (!Files.isExecutable(interpreter)) {
      return List.of(
          Finding.warning(
              "python",
              interpreter + ": is not there yet (expected: the trainers' environment)",
              "set it up: ./retort up, or infra/local/python-env.sh"));
    }
    Optional<Programs.Ended> ended =
        Programs.run(List.of(interpreter.toString(), "-c", PYTHON_AND_RAY));
    if (ended.isEmpty() || ended.get().status() != 0) {
      return List.of(
          Finding.error(
              "python",
              interpreter
                  + ": does not run"
                  + ended.map(program -> ": " + program.output()).orElse(""),
              "delete gpu-workers/trainer/.venv, and set it up again: infra/local/python-env.sh"));
    }
    String[] versions = ended.get().output().split(" ", 2);
    List<Finding> findings = new ArrayList<>();
    findings.add(
        versions[0].matches("3\\.1[12]\\..*")
            ? Finding.ok("python", "Python " + versions[0])
            : Finding.error(
                "python",
                "Python " + versions[0] + " (expected: 3.11 or 3.12)",
                "set RETORT_PYTHON_HOST to such a Python, and delete gpu-workers/trainer/.venv"));
    findings.add(ray(wantedRay(repository), versions.length < 2 ? "none" : versions[1]));
    return findings;
  }

  static Finding ray(String wanted, String found) {
    return found.equals(wanted)
        ? Finding.ok("ray", "Ray " + found + " in Java and Python")
        : Finding.error(
            "ray",
            "Ray " + found + " in Python (expected: " + wanted + ", that of the Java driver)",
            "install what the lock file says: infra/local/python-env.sh");
  }

  /**
   * @param home of the stack; its parents may have to be created
   */
  public static Finding disk(Path home, boolean isSetUp) throws IOException {
    Path existing = home.toAbsolutePath();
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    long free = Files.getFileStore(existing).getUsableSpace() / GIB;
    long needed = isSetUp ? RUN_GIB : SET_UP_GIB;
    String text = free + " GiB free at " + home;
    return free >= needed
        ? Finding.ok("disk", text)
        : Finding.error(
            "disk",
            text + " (expected: at least " + needed + ")",
            "free some, or set RETORT_HOME to a folder on a larger disk; ./retort store sweep lists"
                + " what no kept run needs");
  }

  /** bubblewrap, which only data with code answers needs. */
  public static Finding sandbox() throws IOException, InterruptedException {
    if (!System.getProperty("os.name", "").startsWith("Linux")) {
      return Finding.warning(
          "sandbox", "no Linux (expected for code answers: bubblewrap)", "grade code on Linux");
    }
    Optional<Programs.Ended> version = Programs.run(List.of("bwrap", "--version"));
    if (version.isEmpty()) {
      return Finding.warning(
          "sandbox",
          "bubblewrap is not installed: data with code answers cannot be graded here",
          "apt install bubblewrap");
    }
    Optional<Programs.Ended> started =
        Programs.run(List.of("bwrap", "--ro-bind", "/", "/", "--unshare-all", "true"));
    return started.isPresent() && started.get().status() == 0
        ? Finding.ok("sandbox", version.get().output())
        : Finding.warning(
            "sandbox",
            "bubblewrap cannot make namespaces: "
                + started.map(Programs.Ended::output).orElse("no answer"),
            "allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, or an AppArmor"
                + " profile for bwrap); see docs/code-grading.md");
  }

  private static String wantedRay(Path repository) throws IOException {
    Matcher matcher = RAY_VERSION.matcher(Files.readString(repository.resolve("pom.xml")));
    return matcher.find() ? matcher.group(1) : "unknown";
  }

  private MachineChecks() {}
}

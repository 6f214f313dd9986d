package io.retort.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.cli.Retort;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;

/** Links, anchors and commands of every Markdown page of the repository. */
class DocumentationTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Set<String> LEFT = Set.of("target", "node_modules", "runs");

  /** A benchmark of the reader's own, which has to be there. */
  private static final Pattern OWN_FILE = Pattern.compile("[\\w./-]+\\.jsonl");

  /** Anywhere in a line: behind "export X=1;", in "$(...)". */
  private static final Pattern COMMAND =
      Pattern.compile("(?:^|[\\s(;&|])(?:\\./)?retort ([^#;|&)>]*)");

  /** By page; a page may be the target of hundreds of links. */
  private static final Map<Path, Set<String>> ANCHORS = new ConcurrentHashMap<>();

  private static final CommandLine RETORT = Retort.commandLine();

  static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    Files.walkFileTree(
        ROOT,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            String name = Objects.requireNonNull(folder.getFileName()).toString();
            boolean skipped = !folder.equals(ROOT) && (name.startsWith(".") || LEFT.contains(name));
            return skipped ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(".md")) {
              pages.add(ROOT.relativize(file));
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return pages;
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyLinkLeadsSomewhere(Path page) throws IOException {
    Path file = ROOT.resolve(page);
    List<String> broken = new ArrayList<>();
    for (String link : Markdown.read(file).links()) {
      if (link.matches("[a-z]+:.*")) {
        continue;
      }
      String[] parts = link.split("#", 2);
      Path target =
          parts[0].isEmpty()
              ? file
              : Objects.requireNonNull(file.getParent()).resolve(parts[0]).normalize();
      boolean there =
          Files.exists(target) && (parts.length == 1 || anchors(target).contains(parts[1]));
      if (!there) {
        broken.add(link);
      }
    }
    assertThat(broken).as("links of %s", page).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyCommandIsOneThatThereIs(Path page) throws IOException {
    Markdown markdown = Markdown.read(ROOT.resolve(page));
    List<String> wrong = wrong(markdown.commands(), true);
    wrong.addAll(wrong(markdown.spans(), false));
    assertThat(wrong).as("commands of %s", page).isEmpty();
  }

  private static Set<String> anchors(Path page) throws IOException {
    Set<String> known = ANCHORS.get(page);
    if (known == null) {
      known = Markdown.read(page).anchors();
      ANCHORS.put(page, known);
    }
    return known;
  }

  private static List<String> wrong(List<String> lines, boolean complete) {
    List<String> wrong = new ArrayList<>();
    for (String line : lines) {
      Matcher matcher = COMMAND.matcher(line);
      while (matcher.find()) {
        String problem = problem(matcher.group(1).strip(), complete);
        if (!problem.isEmpty()) {
          wrong.add(line.strip() + ": " + problem);
        }
      }
    }
    return wrong;
  }

  /** The page is searched by what a program has printed. */
  @Test
  void everyMessageOfTroubleshootingIsOneOfTheCode() throws IOException {
    String code = code();
    List<String> unknown = new ArrayList<>();
    for (String line : Files.readAllLines(ROOT.resolve("docs/troubleshooting.md"))) {
      if (line.startsWith("| `")) {
        Matcher message = Pattern.compile("`([^`]+)`").matcher(line.split("\\|", -1)[1]);
        while (message.find()) {
          for (String part : message.group(1).split("\\.\\.\\.", -1)) {
            if (!code.contains(part.strip())) {
              unknown.add(part);
            }
          }
        }
      }
    }
    assertThat(unknown).isEmpty();
  }

  /** Java and Python sources and the launcher, with strings over several lines joined. */
  private static String code() throws IOException {
    StringBuilder code = new StringBuilder(Files.readString(ROOT.resolve("retort")));
    for (String folder :
        List.of("cli/src/main", "workflows/src/main", "workers", "gpu-workers/driver/src/main")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
        for (Path file : files.filter(DocumentationTest::isSource).toList()) {
          code.append(Files.readString(file)).append('\n');
        }
      }
    }
    try (Stream<Path> files = Files.walk(ROOT.resolve("gpu-workers/trainer/src/retort_trainer"))) {
      for (Path file : files.filter(file -> file.toString().endsWith(".py")).toList()) {
        code.append(Files.readString(file)).append('\n');
      }
    }
    return code.toString().replaceAll("\"\\s*\\+\\s*\"", "");
  }

  private static boolean isSource(Path file) {
    return file.toString().endsWith(".java") && file.toString().contains("src/main");
  }

  @Test
  void seesWhatIsWrong() {
    assertThat(problem("runs list --limit 3", true)).isEmpty();
    assertThat(problem("runs pause RUN", true)).isEmpty();
    assertThat(problem("runs list --none", true)).contains("--none");
    assertThat(problem("runs lst", true)).contains("lst");
    assertThat(problem("rnu spec.yaml", true)).contains("rnu");
    assertThat(problem("store sweep", true)).contains("--older-than");
    assertThat(problem("store sweep", false)).isEmpty();
  }

  /**
   * Empty for a command that can be parsed.
   *
   * @param complete whether it needs its arguments too; a text may name a command alone
   */
  private static String problem(String arguments, boolean complete) {
    List<String> words =
        Pattern.compile("\"[^\"]*\"|(?:[^\\s']|'[^']*')+")
            .matcher(arguments)
            .results()
            .map(word -> word.group().replace("\"", "").replace("'", ""))
            .map(word -> OWN_FILE.matcher(word).matches() ? "math500" : word)
            .toList();
    // A name alone is prose: "the command retort runs".
    if (words.isEmpty() || words.get(0).matches("COMMAND|\\.\\.\\.|\\W.*")) {
      return "";
    }
    try {
      CommandLine.ParseResult parsed = RETORT.parseArgs(words.toArray(String[]::new));
      return parsed.hasSubcommand() ? "" : "no such command";
    } catch (MissingParameterException e) {
      return complete ? String.valueOf(e.getMessage()) : "";
    } catch (ParameterException e) {
      return String.valueOf(e.getMessage());
    }
  }
}

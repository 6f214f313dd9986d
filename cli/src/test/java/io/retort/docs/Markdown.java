package io.retort.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the tests read of a Markdown page. */
final class Markdown {
  private static final Pattern LINK = Pattern.compile("(?<!\\\\)\\]\\(([^)\\s]+)\\)");
  private static final Pattern SPAN = Pattern.compile("`([^`]+)`");
  private static final Pattern HEADING = Pattern.compile("#{1,6} (.*)");
  private static final Pattern NAMED = Pattern.compile("<a (?:id|name)=\"([^\"]+)\"");

  private final List<String> prose = new ArrayList<>();
  private final List<String> code = new ArrayList<>();

  private Markdown() {}

  static Markdown read(Path file) throws IOException {
    Markdown page = new Markdown();
    boolean fenced = false;
    for (String line : Files.readAllLines(file)) {
      if (line.strip().startsWith("```")) {
        fenced = !fenced;
      } else {
        (fenced ? page.code : page.prose).add(line);
      }
    }
    return page;
  }

  /** Targets of links, outside of code. */
  List<String> links() {
    List<String> links = new ArrayList<>();
    for (String line : prose) {
      Matcher matcher = LINK.matcher(SPAN.matcher(line).replaceAll("x"));
      while (matcher.find()) {
        links.add(matcher.group(1));
      }
    }
    return links;
  }

  /** Anchors of headings, as GitHub gives them: a repeated one is numbered. */
  Set<String> anchors() {
    Set<String> anchors = new LinkedHashSet<>();
    Map<String, Integer> seen = new HashMap<>();
    for (String line : prose) {
      Matcher heading = HEADING.matcher(line);
      if (heading.matches()) {
        String plain = heading.group(1).replaceAll("\\[([^\\]]*)\\]\\([^)]*\\)", "$1");
        String anchor = Reference.anchor(plain.strip());
        int before = seen.merge(anchor, 1, Integer::sum) - 1;
        anchors.add(before == 0 ? anchor : anchor + "-" + before);
      }
      Matcher named = NAMED.matcher(line);
      while (named.find()) {
        anchors.add(named.group(1));
      }
    }
    return anchors;
  }

  /** Lines of fenced code, with continued lines joined. */
  List<String> commands() {
    List<String> commands = new ArrayList<>();
    StringBuilder open = new StringBuilder();
    for (String line : code) {
      if (line.endsWith("\\")) {
        open.append(line, 0, line.length() - 1).append(' ');
      } else {
        commands.add(open + line);
        open.setLength(0);
      }
    }
    return commands;
  }

  /** Code within lines of text. */
  List<String> spans() {
    return prose.stream()
        .flatMap(line -> SPAN.matcher(line).results())
        .map(span -> span.group(1))
        .toList();
  }
}

package io.retort.trigger;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.Optional;

/**
 * A glob over paths below a folder, matched in a time that is linear in the path. {@code *}, {@code
 * ?}, {@code [abc]} and {@code {a,b}} stay within a folder, {@code **} crosses folders, and {@code
 * **}{@code /} also matches none. A backslash takes the next character literally.
 */
public final class PathPattern {
  private static final String IN_FOLDER = "[^/]";

  private final Pattern compiled;

  private PathPattern(Pattern compiled) {
    this.compiled = compiled;
  }

  /** The reason why a text is no glob; empty for one. */
  public static Optional<String> problem(String glob) {
    try {
      PathPattern unused = of(glob);
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /**
   * @throws IllegalArgumentException for a text with a {@link #problem}
   */
  public static PathPattern of(String glob) {
    String expression = new Translation(glob).expression();
    try {
      return new PathPattern(Pattern.compile(expression));
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(String.valueOf(e.getDescription()), e);
    }
  }

  /**
   * @param path with slashes, none of them first
   */
  public boolean matches(String path) {
    return compiled.matcher(path).matches();
  }

  /** Makes an expression of RE2 without counted repetitions, so its size is that of the glob. */
  private static final class Translation {
    private final String glob;
    private final StringBuilder expression = new StringBuilder("(?s)");
    private int at;
    private boolean inChoice;

    Translation(String glob) {
      this.glob = glob;
    }

    String expression() {
      while (at < glob.length()) {
        char next = glob.charAt(at);
        at++;
        switch (next) {
          case '*' -> star();
          case '?' -> expression.append(IN_FOLDER);
          case '[' -> characters();
          case '{' -> {
            if (inChoice) {
              throw new IllegalArgumentException("\"{\" within \"{\"");
            }
            inChoice = true;
            expression.append("(?:");
          }
          case '}' -> {
            expression.append(inChoice ? ")" : "\\}");
            inChoice = false;
          }
          case ',' -> expression.append(inChoice ? "|" : ",");
          case '\\' -> literal(next("\\"));
          default -> literal(next);
        }
      }
      if (inChoice) {
        throw new IllegalArgumentException("\"{\" without \"}\"");
      }
      return expression.toString();
    }

    private void star() {
      if (!isAt('*')) {
        expression.append(IN_FOLDER).append('*');
        return;
      }
      while (isAt('*')) {
        at++;
      }
      if (isAt('/')) {
        at++;
        expression.append("(?:.*/)?");
      } else {
        expression.append(".*");
      }
    }

    private void characters() {
      boolean negated = isAt('!') || isAt('^');
      if (negated) {
        at++;
      }
      StringBuilder members = new StringBuilder();
      while (!isAt(']') || members.isEmpty()) {
        char member = next("[");
        if (member == '/') {
          throw new IllegalArgumentException("\"/\" within \"[\"");
        }
        boolean range = member == '-' && !members.isEmpty() && !isAt(']');
        members.append(range ? "-" : quoted(member));
      }
      at++;
      expression.append(negated ? "[^/" : "[").append(members).append(']');
    }

    private char next(String opened) {
      if (at == glob.length()) {
        throw new IllegalArgumentException("\"" + opened + "\" that does not end");
      }
      char next = glob.charAt(at);
      at++;
      return next;
    }

    private boolean isAt(char wanted) {
      return at < glob.length() && glob.charAt(at) == wanted;
    }

    private void literal(char character) {
      expression.append(quoted(character));
    }

    private static String quoted(char character) {
      boolean plain = Character.isLetterOrDigit(character) || character > 127 || character == '/';
      return plain ? String.valueOf(character) : "\\" + character;
    }
  }
}

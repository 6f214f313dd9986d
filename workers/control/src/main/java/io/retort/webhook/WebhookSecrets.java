package io.retort.webhook;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.error.RpcFailures;
import io.retort.spec.SpecViolation;
import io.retort.v1.FailureCategory;
import io.retort.worker.ConfigurationException;
import io.retort.worker.Environment;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Secrets by name, from the file {@code RETORT_WEBHOOK_SECRETS}: a line {@code NAME: whsec_BASE64}
 * or {@code NAME=whsec_BASE64} for each that every team may use, and {@code TEAM/NAME:
 * whsec_BASE64} for one that a single team may use. A team's own secret takes precedence over the
 * one of the same name that all may use.
 *
 * <p>The file is read again when it changes. What it does not hold then does not count any more:
 * while it cannot be read there are no secrets, and a line that is not valid is left out.
 */
public final class WebhookSecrets {
  private static final Logger LOG = LoggerFactory.getLogger(WebhookSecrets.class);
  private static final String VARIABLE = "RETORT_WEBHOOK_SECRETS";
  private static final long LARGEST = 1 << 20;

  /** As in {@code RunSpec.team} and {@code SubscriptionConfig.secrets}. */
  private static final Pattern LINE =
      Pattern.compile(
          "\\s*((?:[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?/)?[a-z0-9][a-z0-9-]{0,62})\\s*[:=]\\s*"
              + "([\"']?)(whsec_[A-Za-z0-9+/=]+)\\2\\s*(#.*)?");

  private static final Pattern BLANK = Pattern.compile("\\s*(#.*|---)?");

  /** A file that could not be read is tried again after this time at the earliest. */
  private static final Duration AGAIN_AFTER = Duration.ofSeconds(1);

  private final Optional<Path> file;
  private Map<String, WebhookSecret> secrets = Map.of();
  private Optional<String> problem = Optional.empty();
  private @Nullable Object version;
  private long readAt;

  private WebhookSecrets(Optional<Path> file) {
    this.file = file;
  }

  /**
   * Without the variable there are no secrets.
   *
   * @throws ConfigurationException if the file cannot be read or a line is not valid
   */
  public static WebhookSecrets of(Environment environment) {
    String name = environment.get(VARIABLE, "");
    WebhookSecrets secrets =
        new WebhookSecrets(name.isEmpty() ? Optional.empty() : Optional.of(Path.of(name)));
    List<String> problems = secrets.refresh();
    if (!problems.isEmpty()) {
      throw new ConfigurationException(VARIABLE + ": " + problems.get(0));
    }
    return secrets;
  }

  /** Those of the names that there are for the team, in their order. */
  public synchronized List<WebhookSecret> find(String team, List<String> names) {
    refreshAndComplain();
    return names.stream().flatMap(name -> find(team, name).stream()).toList();
  }

  /** Those of the names that there are not for the team. */
  public synchronized List<String> missing(String team, List<String> names) {
    refreshAndComplain();
    return names.stream().filter(name -> find(team, name).isEmpty()).toList();
  }

  /**
   * A violation for each of them, for requests that name secrets.
   *
   * @param field that names them
   * @throws StatusRuntimeException UNAVAILABLE while the file cannot be read, which may have them
   */
  public synchronized List<SpecViolation> violations(
      String field, String team, List<String> names) {
    List<String> missing = missing(team, names);
    if (!missing.isEmpty() && problem.isPresent()) {
      throw RpcFailures.of(
          Status.Code.UNAVAILABLE,
          FailureCategory.FAILURE_CATEGORY_PLATFORM,
          "SECRETS_UNREADABLE",
          "the secrets of webhooks cannot be read now (expected: the same call later)");
    }
    return missing.stream()
        .map(
            name ->
                new SpecViolation(
                    field,
                    name
                        + " (expected: a name in the file "
                        + VARIABLE
                        + " of the control plane, of all teams or of team "
                        + team
                        + ")"))
        .toList();
  }

  /** Why the file cannot be read now; empty where it can, also without a file. */
  public synchronized Optional<String> problem() {
    refreshAndComplain();
    return problem;
  }

  private Optional<WebhookSecret> find(String team, String name) {
    if (name.indexOf('/') >= 0) {
      // The key of one that belongs to a team.
      return Optional.empty();
    }
    WebhookSecret own = secrets.get(team + "/" + name);
    return Optional.ofNullable(own == null ? secrets.get(name) : own);
  }

  private void refreshAndComplain() {
    List<String> problems = refresh();
    if (problem.isPresent() && !problems.isEmpty()) {
      LOG.error("{}: {}; no secret counts until it can be read", VARIABLE, problems.get(0));
    } else if (!problems.isEmpty()) {
      LOG.error(
          "{}: {}; {} such lines are left out, the others count",
          VARIABLE,
          problems.get(0),
          problems.size());
    }
  }

  /** What is wrong with the file, where that was not known before. */
  private List<String> refresh() {
    if (file.isEmpty()) {
      return List.of();
    }
    Path path = file.get();
    BasicFileAttributes found;
    try {
      found = Files.readAttributes(path, BasicFileAttributes.class);
    } catch (IOException e) {
      return unreadable(null, path + " cannot be read (expected: a file)");
    }
    // A secret that is mounted is a link, which changes as a whole: another file at the same time.
    Object current =
        List.of(found.lastModifiedTime(), found.size(), String.valueOf(found.fileKey()));
    boolean readBefore = current.equals(version);
    if (readBefore && (problem.isEmpty() || System.nanoTime() - readAt < AGAIN_AFTER.toNanos())) {
      return List.of();
    }
    readAt = System.nanoTime();
    if (found.size() > LARGEST) {
      return unreadable(
          current, path + ": " + found.size() + " bytes (expected: at most " + LARGEST + ")");
    }
    List<String> lines;
    try {
      lines = Files.readAllLines(path);
    } catch (MalformedInputException e) {
      return unreadable(current, path + " is no text (expected: UTF-8)");
    } catch (IOException e) {
      return unreadable(current, path + " cannot be read (expected: a file): " + e.getMessage());
    }
    List<String> problems = new ArrayList<>();
    secrets = parse(path, lines, problems);
    problem = Optional.empty();
    version = current;
    LOG.info("{}: {} secrets", VARIABLE, secrets.size());
    return problems;
  }

  private List<String> unreadable(@Nullable Object current, String why) {
    boolean known = problem.equals(Optional.of(why));
    secrets = Map.of();
    problem = Optional.of(why);
    version = current;
    return known ? List.of() : List.of(why);
  }

  /** Messages name the line and never show it. */
  private static Map<String, WebhookSecret> parse(
      Path path, List<String> lines, List<String> problems) {
    Map<String, WebhookSecret> read = new LinkedHashMap<>();
    Set<String> twice = new HashSet<>();
    for (int index = 0; index < lines.size(); index++) {
      String line = lines.get(index);
      if (BLANK.matcher(line).matches()) {
        continue;
      }
      String place = path + ", line " + (index + 1) + ": ";
      Matcher matcher = LINE.matcher(line);
      Optional<WebhookSecret> secret =
          matcher.matches() ? WebhookSecret.parse(matcher.group(3)) : Optional.empty();
      if (secret.isEmpty()) {
        problems.add(
            place
                + "not a secret (expected: NAME: whsec_BASE64 or TEAM/NAME: whsec_BASE64, with 24"
                + " to 64 random bytes; make one with: echo \"whsec_$(openssl rand -base64 32)\")");
      } else if (read.put(matcher.group(1), secret.get()) != null) {
        problems.add(place + matcher.group(1) + " is there twice (expected: once)");
        twice.add(matcher.group(1));
      }
    }
    // Nobody can tell which of the two was meant.
    read.keySet().removeAll(twice);
    return Map.copyOf(read);
  }
}

package io.retort.webhook;

import io.retort.worker.ConfigurationException;
import io.retort.worker.Environment;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Secrets by name, from the file {@code RETORT_WEBHOOK_SECRETS}: a line {@code NAME: whsec_BASE64}
 * or {@code NAME=whsec_BASE64} for each. The file is read again when it changes; while what it then
 * holds is not valid, the secrets of before count.
 */
public final class WebhookSecrets {
  private static final Logger LOG = LoggerFactory.getLogger(WebhookSecrets.class);
  private static final String VARIABLE = "RETORT_WEBHOOK_SECRETS";
  private static final long LARGEST = 1 << 20;
  private static final Pattern LINE =
      Pattern.compile(
          "\\s*([a-z0-9][a-z0-9-]{0,62})\\s*[:=]\\s*([\"']?)(whsec_[A-Za-z0-9+/=]+)\\2\\s*(#.*)?");
  private static final Pattern BLANK = Pattern.compile("\\s*(#.*|---)?");

  private final Optional<Path> file;
  private Map<String, WebhookSecret> secrets = Map.of();
  private @Nullable Object version;

  private WebhookSecrets(Optional<Path> file) {
    this.file = file;
  }

  /**
   * Without the variable there are no secrets.
   *
   * @throws ConfigurationException if the file cannot be read or is not valid
   */
  public static WebhookSecrets of(Environment environment) {
    String name = environment.get(VARIABLE, "");
    WebhookSecrets secrets =
        new WebhookSecrets(name.isEmpty() ? Optional.empty() : Optional.of(Path.of(name)));
    try {
      secrets.refresh();
    } catch (IOException e) {
      throw new ConfigurationException(VARIABLE + ": " + e.getMessage(), e);
    }
    return secrets;
  }

  /** Those of the names that there are, in their order. */
  public synchronized List<WebhookSecret> find(List<String> names) {
    try {
      refresh();
    } catch (IOException e) {
      LOG.error("{}: {}; the secrets of before are used", VARIABLE, e.getMessage());
    }
    return names.stream().flatMap(name -> Optional.ofNullable(secrets.get(name)).stream()).toList();
  }

  /** Whether there is a secret of this name. */
  public boolean contains(String name) {
    return !find(List.of(name)).isEmpty();
  }

  private void refresh() throws IOException {
    if (file.isEmpty()) {
      return;
    }
    Path path = file.get();
    BasicFileAttributes found = attributes(path);
    // A secret that is mounted is a link, which changes as a whole: another file at the same time.
    Object current =
        List.of(found.lastModifiedTime(), found.size(), String.valueOf(found.fileKey()));
    if (!current.equals(version)) {
      // Also for a file that is not valid, so that it is complained of once.
      version = current;
      secrets = read(path, found.size());
      LOG.info("{}: {} secrets", VARIABLE, secrets.size());
    }
  }

  private static BasicFileAttributes attributes(Path path) throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class);
    } catch (IOException e) {
      throw new IOException(path + " cannot be read (expected: a file)", e);
    }
  }

  private static Map<String, WebhookSecret> read(Path path, long size) throws IOException {
    if (size > LARGEST) {
      throw new IOException(path + ": " + size + " bytes (expected: at most " + LARGEST + ")");
    }
    List<String> lines;
    try {
      lines = Files.readAllLines(path);
    } catch (MalformedInputException e) {
      throw new IOException(path + " is no text (expected: UTF-8)", e);
    }
    Map<String, WebhookSecret> read = new LinkedHashMap<>();
    for (int index = 0; index < lines.size(); index++) {
      if (!BLANK.matcher(lines.get(index)).matches()) {
        add(path, index + 1, lines.get(index), read);
      }
    }
    return Map.copyOf(read);
  }

  /** Messages name the line and never show it. */
  private static void add(Path path, int number, String line, Map<String, WebhookSecret> secrets)
      throws IOException {
    Matcher matcher = LINE.matcher(line);
    Optional<WebhookSecret> secret =
        matcher.matches() ? WebhookSecret.parse(matcher.group(3)) : Optional.empty();
    if (secret.isEmpty()) {
      throw new IOException(
          path
              + ", line "
              + number
              + ": not a secret (expected: NAME: whsec_BASE64, with 24 to 64 random bytes; make one"
              + " with: echo \"whsec_$(openssl rand -base64 32)\")");
    }
    if (secrets.put(matcher.group(1), secret.get()) != null) {
      throw new IOException(
          path + ", line " + number + ": " + matcher.group(1) + " is there twice (expected: once)");
    }
  }
}

package io.retort.judge.configuration;

import com.fasterxml.jackson.databind.JsonNode;
import io.retort.judge.configuration.EndpointConfiguration.MaxTokensField;
import io.retort.judge.configuration.EndpointConfiguration.OmittableField;
import io.retort.worker.Environment;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads one entry under {@code endpoints}. */
final class EndpointEntry {
  private static final Set<String> KEYS =
      Set.of(
          "api_key_env",
          "base_url",
          "ca_file",
          "extra_body",
          "headers",
          "json_schema",
          "max_in_flight",
          "max_tokens_field",
          "model",
          "omit",
          "proxy",
          "requests_per_minute",
          "revision",
          "timeout_seconds",
          "tokens_per_minute");
  private static final int LARGEST_MAX_IN_FLIGHT = 65_536;
  private static final long LARGEST_RATE = 1_000_000_000_000L;
  private static final long LONGEST_TIMEOUT_SECONDS = 86_400;

  private final EnvironmentValues variables;
  private final FileErrors errors;
  private final String path;
  private final JsonNode entry;

  EndpointEntry(Environment environment, FileErrors errors, String path, JsonNode entry) {
    variables = new EnvironmentValues(environment, errors);
    this.errors = errors;
    this.path = path;
    this.entry = entry;
  }

  /** Null if there are errors. */
  @Nullable EndpointConfiguration read(String name) {
    int before = errors.count();
    if (!entry.isObject()) {
      errors.add(path, FileErrors.shown(entry), "base_url, model, ...");
      return null;
    }
    errors.checkKeys(path, entry, KEYS);
    @Nullable URI baseUrl = baseUrl();
    String model = errors.text(path + ".model", entry.path("model"), "the model's name");
    EndpointConfiguration endpoint =
        new EndpointConfiguration(
            name,
            baseUrl == null ? URI.create("") : baseUrl,
            model,
            revision(),
            apiKey(),
            errors.bool(path + ".json_schema", entry.path("json_schema"), true),
            (int)
                integer("max_in_flight", LARGEST_MAX_IN_FLIGHT)
                    .orElse(EndpointConfiguration.DEFAULT_MAX_IN_FLIGHT),
            new RateLimits(
                integer("requests_per_minute", LARGEST_RATE),
                integer("tokens_per_minute", LARGEST_RATE)),
            Duration.ofSeconds(
                integer("timeout_seconds", LONGEST_TIMEOUT_SECONDS)
                    .orElse(EndpointConfiguration.DEFAULT_TIMEOUT.toSeconds())),
            entry.has("max_tokens_field")
                ? errors.constant(
                    path + ".max_tokens_field",
                    entry.path("max_tokens_field"),
                    MaxTokensField.MAX_TOKENS)
                : MaxTokensField.MAX_TOKENS,
            omitted(),
            new ExtrasEntry(variables, errors, path, entry).read());
    return errors.count() > before ? null : endpoint;
  }

  private String revision() {
    JsonNode node = entry.path("revision");
    return node.isMissingNode() || node.isNull()
        ? ""
        : errors.text(path + ".revision", node, "a text, such as v2 or a commit");
  }

  private OptionalLong integer(String key, long largest) {
    return errors.integer(path + "." + key, entry.path(key), 1, largest);
  }

  private @Nullable URI baseUrl() {
    JsonNode node = entry.path("base_url");
    String field = path + ".base_url";
    String expected = "an http or https address such as http://127.0.0.1:8080/v1";
    if (!node.isTextual()) {
      errors.add(field, FileErrors.shown(node), expected);
      return null;
    }
    try {
      URI uri = Addresses.parse(node.textValue().strip().replaceAll("/+$", ""));
      String error = error(uri);
      if (error == null) {
        return uri;
      }
      errors.add(field, error, expected);
    } catch (URISyntaxException e) {
      errors.add(field, "not an address", expected);
    }
    return null;
  }

  /**
   * The error of an address, null if there is none. It quotes no part of the address, which may
   * hold a key.
   */
  private static @Nullable String error(URI uri) {
    if (uri.getRawUserInfo() != null
        || (uri.getRawAuthority() != null && uri.getRawAuthority().contains("@"))) {
      return "holds credentials; name a variable in api_key_env";
    }
    if (!"http".equals(uri.getScheme()) && !"https".equals(uri.getScheme())) {
      return uri.getHost() == null ? "not an address" : "has a scheme that is not http or https";
    }
    if (uri.getHost() == null) {
      return uri.getRawAuthority() == null
          ? "has no host"
          : "has a host or port that is not valid; a host has letters, digits, '-' and '.', no '_'";
    }
    if (uri.getPort() != -1 && !Addresses.isPort(uri.getPort())) {
      return "has a port that is not 1 to 65535";
    }
    if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
      return "has a query or a fragment";
    }
    return null;
  }

  private Optional<String> apiKey() {
    JsonNode node = entry.path("api_key_env");
    if (node.isMissingNode() || node.isNull()) {
      return Optional.empty();
    }
    return variables.named(path + ".api_key_env", node, "key", false);
  }

  private Set<OmittableField> omitted() {
    JsonNode node = entry.path("omit");
    String field = path + ".omit";
    Set<OmittableField> fields = EnumSet.noneOf(OmittableField.class);
    if (!node.isMissingNode() && !node.isArray()) {
      errors.add(field, FileErrors.shown(node), "a list");
    }
    for (JsonNode item : node) {
      fields.add(errors.constant(field, item, OmittableField.TEMPERATURE));
    }
    return fields;
  }
}

package io.retort.judge.configuration;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.retort.worker.ConfigurationException;
import io.retort.worker.Environment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads the YAML file of endpoints and routes:
 *
 * <pre>{@code
 * endpoints:
 *   large:
 *     base_url: http://127.0.0.1:8080/v1
 *     model: qwen2.5-72b-instruct
 *     api_key_env: JUDGE_API_KEY   # optional: the variable that holds the key
 *     json_schema: true            # optional, default true
 *     max_in_flight: 512           # optional, largest number of concurrent calls of a worker, default 512
 *     requests_per_minute: 600     # optional: the provider's limit for all workers together
 *     tokens_per_minute: 400000    # optional: the same for prompt and completion tokens
 *     timeout_seconds: 120         # optional, default 600: a slower call fails over
 *     max_tokens_field: max_tokens # optional; max_completion_tokens for models that require it
 *     omit: [temperature, seed]    # optional: parameters that the model refuses
 *     headers:                     # optional: sent with every call
 *       X-Team: data
 *       X-Api-Key: {env: GATEWAY_KEY} # the variable that holds the value
 *     extra_body:                  # optional: fields of every request, which replace the worker's
 *       chat_template_kwargs: {enable_thinking: false}
 *     proxy: http://10.0.0.1:3128  # optional: http, https or socks5; or {env: NAME}
 *     ca_file: /etc/ssl/own.pem    # optional: trusted instead of the system's authorities
 *   spare: {base_url: "http://10.0.0.7:8080/v1", model: qwen2.5-72b-instruct}
 * routes:                          # optional: several endpoints under one name
 *   judge:
 *     - {endpoint: large, weight: 3} # default weight 1
 *     - {endpoint: spare, weight: 0} # only when the others fail
 * }</pre>
 *
 * A request names an endpoint or a route; names are unique over both. A route selects the first
 * endpoint of a row by weight, always the same one for the same row, and calls the next one when a
 * call fails. The remaining time of a call is divided equally among the endpoints of its route, so
 * that one that hangs leaves time for the next.
 *
 * <p>All errors are reported together, each with the field, the value and what was expected.
 */
public final class EndpointsFile {
  private static final Set<String> KEYS = Set.of("endpoints", "routes");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}");

  private final Environment environment;
  private final FileErrors errors = new FileErrors();

  private EndpointsFile(Environment environment) {
    this.environment = environment;
  }

  /**
   * @param environment holds the keys
   * @throws ConfigurationException with every error of the file
   */
  public static EndpointsConfiguration read(Path file, Environment environment) {
    String text;
    try {
      text = Files.readString(file);
    } catch (IOException e) {
      throw new ConfigurationException(
          file + ": cannot be read: " + e + " (expected: a YAML file of endpoints)", e);
    }
    return new EndpointsFile(environment).parse(text, file.toString());
  }

  private EndpointsConfiguration parse(String text, String where) {
    JsonNode root;
    try {
      root = YamlTree.read(text, errors);
    } catch (JsonProcessingException e) {
      throw new ConfigurationException(where + ": not YAML: " + notYaml(e));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (Map.Entry<String, JsonNode> entry : root.properties()) {
      if (!KEYS.contains(entry.getKey())) {
        errors.add(
            FileErrors.child("", entry.getKey(), root), "unknown key", "only endpoints and routes");
      }
    }
    Set<String> names = new LinkedHashSet<>();
    List<EndpointConfiguration> endpoints = endpoints(root.path("endpoints"), names);
    List<RouteConfiguration> routes = routes(root.path("routes"), names);
    if (errors.count() > 0) {
      throw new ConfigurationException(where + ":\n  " + String.join("\n  ", errors.all()));
    }
    return new EndpointsConfiguration(endpoints, routes);
  }

  /** Not the parser's message, which quotes the file, since that may hold a key. */
  private static String notYaml(JsonProcessingException e) {
    String message = e.getOriginalMessage();
    if (message.startsWith("Duplicate field") && !FileErrors.mayBeSecret(message)) {
      return message;
    }
    JsonLocation at = e.getLocation();
    return at == null ? "unreadable" : "line " + at.getLineNr() + ", column " + at.getColumnNr();
  }

  /**
   * @param names receives the names of all entries, including invalid ones
   */
  private List<EndpointConfiguration> endpoints(JsonNode entries, Set<String> names) {
    if (!entries.isObject() || entries.isEmpty()) {
      errors.add("endpoints", FileErrors.shown(entries), "at least one named endpoint");
      return List.of();
    }
    List<EndpointConfiguration> endpoints = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : entries.properties()) {
      String path = FileErrors.child("endpoints", entry.getKey(), entries);
      checkName(path, entry.getKey());
      names.add(entry.getKey());
      EndpointConfiguration endpoint =
          new EndpointEntry(environment, errors, path, entry.getValue()).read(entry.getKey());
      if (endpoint != null) {
        endpoints.add(endpoint);
      }
    }
    return endpoints;
  }

  private List<RouteConfiguration> routes(JsonNode entries, Set<String> endpoints) {
    if (entries.isMissingNode()) {
      return List.of();
    }
    if (!entries.isObject()) {
      errors.add("routes", FileErrors.shown(entries), "named lists of {endpoint, weight}");
      return List.of();
    }
    List<RouteConfiguration> routes = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : entries.properties()) {
      String path = FileErrors.child("routes", entry.getKey(), entries);
      checkName(path, entry.getKey());
      if (endpoints.contains(entry.getKey())) {
        errors.add(path, "also an endpoint", "a name that no endpoint has");
      }
      RouteConfiguration route =
          new RouteEntry(endpoints, errors, path, entry.getValue()).read(entry.getKey());
      if (route != null) {
        routes.add(route);
      }
    }
    return routes;
  }

  private void checkName(String path, String name) {
    if (!NAME.matcher(name).matches()) {
      errors.add(path, "a name", "letters, digits, '.', '_' and '-', at most 64");
    }
  }
}

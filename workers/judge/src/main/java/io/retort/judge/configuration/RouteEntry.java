package io.retort.judge.configuration;

import com.fasterxml.jackson.databind.JsonNode;
import io.retort.judge.configuration.RouteConfiguration.Target;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads one entry under {@code routes}. */
final class RouteEntry {
  private static final Set<String> KEYS = Set.of("endpoint", "weight");
  private static final int LARGEST_WEIGHT = 1_000_000;

  private final Set<String> endpoints;
  private final FileErrors errors;
  private final String path;
  private final JsonNode entry;

  /**
   * @param endpoints names that targets may have
   */
  RouteEntry(Set<String> endpoints, FileErrors errors, String path, JsonNode entry) {
    this.endpoints = endpoints;
    this.errors = errors;
    this.path = path;
    this.entry = entry;
  }

  /** Null if there are errors. */
  @Nullable RouteConfiguration read(String name) {
    int before = errors.count();
    if (!entry.isArray() || entry.isEmpty()) {
      errors.add(path, FileErrors.shown(entry), "a list of {endpoint, weight}");
      return null;
    }
    List<Target> targets = new ArrayList<>();
    for (int index = 0; index < entry.size(); index++) {
      targets.add(target(path + "[" + index + "]", entry.path(index)));
    }
    if (errors.count() > before) {
      return null;
    }
    checkTargets(targets);
    return errors.count() > before ? null : new RouteConfiguration(name, targets);
  }

  private Target target(String field, JsonNode node) {
    if (!node.isObject()) {
      errors.add(field, FileErrors.shown(node), "{endpoint, weight}");
      return new Target("", 1);
    }
    errors.checkKeys(field, node, KEYS);
    JsonNode endpoint = node.path("endpoint");
    if (!endpoint.isTextual() || !endpoints.contains(endpoint.textValue())) {
      errors.add(
          field + ".endpoint",
          FileErrors.shown(endpoint),
          "an endpoint of this file: " + shownEndpoints());
    }
    long weight =
        errors.integer(field + ".weight", node.path("weight"), 0, LARGEST_WEIGHT).orElse(1);
    return new Target(endpoint.asText(""), (int) weight);
  }

  private String shownEndpoints() {
    return endpoints.stream()
        .filter(name -> !FileErrors.mayBeSecret(name))
        .sorted()
        .collect(Collectors.joining(", "));
  }

  private void checkTargets(List<Target> targets) {
    Set<String> seen = new HashSet<>();
    for (Target target : targets) {
      if (!seen.add(target.endpoint())) {
        String name = FileErrors.mayBeSecret(target.endpoint()) ? "one" : target.endpoint();
        errors.add(path, name + " twice", "each endpoint once");
      }
    }
    if (targets.stream().allMatch(target -> target.weight() == 0)) {
      errors.add(path, "no weight above 0", "one endpoint with a weight above 0");
    }
  }
}

package io.retort.judge.client;

import io.retort.store.Hashes;
import io.retort.v1.DescribeResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the judge workers told of the endpoints that a stage asks.
 *
 * @param byEndpoint by the endpoint's name
 */
public record EndpointDescriptions(Map<String, DescribeResponse> byEndpoint) {
  public EndpointDescriptions {
    byEndpoint = Map.copyOf(byEndpoint);
  }

  /** Models that may answer, in a stable order; empty for an endpoint that was not described. */
  public List<String> models(String endpoint) {
    return description(endpoint).getModelsList();
  }

  /** Version of a prompt at an endpoint, empty where it has none of this name. */
  public String promptVersion(String endpoint, String prompt) {
    return description(endpoint).getPromptVersionsOrDefault(prompt, "");
  }

  /** Hash of the models and the prompt versions that decide a method's answers. */
  public String fingerprint(String endpoint, JudgeMethod<?, ?> method) {
    List<String> parts = new ArrayList<>(List.of(method.name()));
    parts.addAll(models(endpoint));
    new TreeMap<>(description(endpoint).getPromptVersionsMap())
        .forEach(
            (prompt, version) -> {
              if (method.asksWith(prompt)) {
                parts.add(prompt + "=" + version);
              }
            });
    return Hashes.sha256Hex(parts.toArray(String[]::new));
  }

  private DescribeResponse description(String endpoint) {
    return byEndpoint.getOrDefault(endpoint, DescribeResponse.getDefaultInstance());
  }
}

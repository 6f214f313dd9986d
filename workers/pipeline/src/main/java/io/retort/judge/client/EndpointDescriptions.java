package io.retort.judge.client;

import io.retort.store.Hashes;
import io.retort.v1.DescribeResponse;
import io.retort.v1.Provenance;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Descriptions by the judge workers of the endpoints that a stage asks.
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

  /** Cache identities of these models: their names, with revisions where the endpoints have any. */
  public List<String> modelVersions(String endpoint) {
    DescribeResponse description = description(endpoint);
    return description.getModelVersionsCount() == 0
        ? description.getModelsList()
        : description.getModelVersionsList();
  }

  /**
   * Whether an answer came from a model and a prompt that were described. A judge worker with
   * another configuration may have given it, during an upgrade for example.
   *
   * @param prompt that the request was asked with
   */
  public boolean hasDescribed(String endpoint, String prompt, Provenance provenance) {
    String version = promptVersion(endpoint, prompt);
    return (version.isEmpty() || version.equals(provenance.getPromptVersion()))
        && modelVersions(endpoint).containsAll(provenance.getAskedModelsList());
  }

  /** Version of a prompt at an endpoint, empty where it has none of this name. */
  public String promptVersion(String endpoint, String prompt) {
    return description(endpoint).getPromptVersionsOrDefault(prompt, "");
  }

  /** Hash of the models and the prompt versions that decide a method's answers. */
  public String fingerprint(String endpoint, JudgeMethod<?, ?> method) {
    List<String> parts = new ArrayList<>(List.of(method.name()));
    parts.addAll(modelVersions(endpoint));
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

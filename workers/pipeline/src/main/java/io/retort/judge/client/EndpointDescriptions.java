package io.retort.judge.client;

import io.retort.store.Hashes;
import io.retort.v1.DescribeResponse;
import io.retort.v1.Provenance;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The judge workers' descriptions of the endpoints that a stage calls.
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

  /**
   * Identities of these models in cache keys: their names, with revisions if the endpoints have
   * any.
   */
  public List<String> modelVersions(String endpoint) {
    DescribeResponse description = description(endpoint);
    return description.getModelVersionsCount() == 0
        ? description.getModelsList()
        : description.getModelVersionsList();
  }

  /**
   * Whether an answer came from a described model and prompt. A judge worker with another
   * configuration may have answered, for example during an upgrade.
   *
   * @param prompt of the request
   */
  public boolean hasDescribed(String endpoint, String prompt, Provenance provenance) {
    String version = promptVersion(endpoint, prompt);
    return (version.isEmpty() || version.equals(provenance.getPromptVersion()))
        && modelVersions(endpoint).containsAll(provenance.getAskedModelsList());
  }

  /** Version of a prompt at an endpoint; empty if it has no prompt with this name. */
  public String promptVersion(String endpoint, String prompt) {
    return description(endpoint).getPromptVersionsOrDefault(prompt, "");
  }

  /** Hash of the models and the prompt versions that determine a method's answers. */
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

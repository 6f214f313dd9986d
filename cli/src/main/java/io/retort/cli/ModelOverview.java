package io.retort.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.retort.output.OutputOptions;
import io.retort.report.ModelTable;
import io.retort.v1.GetModelRequest;
import io.retort.v1.ListVersionsRequest;
import io.retort.v1.ListVersionsResponse;
import io.retort.v1.Model;
import io.retort.v1.ModelVersion;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A model with its aliases, their history and its newest versions.
 *
 * @param more whether it has older versions
 */
record ModelOverview(Model model, List<ModelVersion> versions, boolean more) {
  private static final int VERSIONS = 20;

  static ModelOverview of(ControlClient client, String name) {
    Model model =
        client.models().getModel(GetModelRequest.newBuilder().setModel(name).build()).getModel();
    ListVersionsResponse newest =
        client
            .models()
            .listVersions(
                ListVersionsRequest.newBuilder().setModel(name).setPageSize(VERSIONS).build());
    return new ModelOverview(model, newest.getVersionsList(), !newest.getNextPageToken().isEmpty());
  }

  JsonNode data() {
    ObjectNode data = OutputOptions.object();
    data.set("model", OutputOptions.data(model));
    versions.forEach(version -> data.withArray("versions").add(OutputOptions.data(version)));
    data.withArray("versions");
    return data.put("more_versions", more);
  }

  String table() {
    StringBuilder text = new StringBuilder("Model ").append(model.getName()).append('\n');
    Map<String, Integer> aliases = new TreeMap<>(model.getAliases().getVersionsMap());
    text.append(
        aliases.isEmpty()
            ? "No alias names a version."
            : aliases.entrySet().stream()
                .map(alias -> alias.getKey() + ": v" + alias.getValue())
                .collect(Collectors.joining(", ")));
    text.append("\n\n").append(ModelTable.versions(versions));
    if (more) {
      text.append("\n... more: retort models list ").append(model.getName()).append(" --limit");
    }
    if (model.getAliases().getHistoryCount() > 0) {
      text.append("\n\n").append(ModelTable.history(model.getAliases().getHistoryList()));
    }
    return text.toString();
  }
}

package io.retort.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.retort.store.ProtoJson;
import io.retort.v1.RunSpec;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The fields that a spec sets, as text by path: {@code data.train[0].limit}. */
final class SpecFields {
  private static final ObjectMapper JSON = new ObjectMapper();

  static SortedMap<String, String> of(RunSpec spec) {
    SortedMap<String, String> fields = new TreeMap<>();
    try {
      add(JSON.readTree(ProtoJson.print(spec)), "", fields);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the printed spec is no JSON", e);
    }
    return fields;
  }

  private static void add(JsonNode node, String path, SortedMap<String, String> fields) {
    if (node.isObject()) {
      for (Map.Entry<String, JsonNode> field : node.properties()) {
        add(
            field.getValue(),
            path.isEmpty() ? field.getKey() : path + "." + field.getKey(),
            fields);
      }
    } else if (node.isArray()) {
      for (int index = 0; index < node.size(); index++) {
        add(node.get(index), path + "[" + index + "]", fields);
      }
    } else {
      fields.put(path, node.asText());
    }
  }

  private SpecFields() {}
}

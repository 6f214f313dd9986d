package io.retort.release.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.retort.store.ProtoJson;
import io.retort.v1.RunSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** The fields in which specs differ. */
final class SpecDifference {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LONGEST = 200;

  /** A row for each field that is not the same in all specs, by path. */
  static List<ComparisonView.FieldRow> of(List<RunSpec> specs) {
    List<Map<String, String>> fields = specs.stream().map(SpecDifference::fields).toList();
    TreeSet<String> paths = new TreeSet<>();
    fields.forEach(one -> paths.addAll(one.keySet()));
    List<ComparisonView.FieldRow> rows = new ArrayList<>();
    for (String path : paths) {
      List<String> values = fields.stream().map(one -> one.getOrDefault(path, "-")).toList();
      if (values.stream().distinct().count() > 1) {
        rows.add(
            new ComparisonView.FieldRow(
                path, values.stream().map(value -> Cut.end(value, LONGEST)).toList()));
      }
    }
    return rows;
  }

  private static Map<String, String> fields(RunSpec spec) {
    Map<String, String> fields = new TreeMap<>();
    try {
      add(JSON.readTree(ProtoJson.print(spec)), "", fields);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the printed spec is no JSON", e);
    }
    return fields;
  }

  private static void add(JsonNode node, String path, Map<String, String> fields) {
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

  private SpecDifference() {}
}

package io.retort.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.MessageOrBuilder;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The fields that a message sets, as text by path: {@code data.train[0].limit}. */
public final class MessageFields {
  private static final ObjectMapper JSON = new ObjectMapper();

  public static SortedMap<String, String> of(MessageOrBuilder message) {
    SortedMap<String, String> fields = new TreeMap<>();
    try {
      add(JSON.readTree(ProtoJson.print(message)), "", fields);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the printed message is not JSON", e);
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

  private MessageFields() {}
}

package io.retort.pages;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.google.protobuf.Message;
import io.retort.store.ProtoJson;

/** Messages as the YAML that the command line takes. */
final class YamlText {
  private static final JsonMapper JSON = new JsonMapper();
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .build();

  /** With the names of the contract's fields; without fields that have their default. */
  static String of(Message message) {
    try {
      return YAML.writeValueAsString(JSON.readTree(ProtoJson.print(message)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(message.getDescriptorForType().getFullName(), e);
    }
  }

  private YamlText() {}
}

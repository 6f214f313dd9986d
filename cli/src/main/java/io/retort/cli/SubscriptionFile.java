package io.retort.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.retort.output.ExitCode;
import io.retort.spec.SpecException;
import io.retort.v1.SubscriptionConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** A subscription on disk, in YAML or JSON; names of event types and phases may be short. */
final class SubscriptionFile {
  private static final Map<String, String> PREFIXES =
      Map.of("event_types", "EVENT_TYPE_", "phases", "RUN_PHASE_");

  /**
   * @throws CommandException for a file that is no subscription
   */
  static SubscriptionConfig read(Path file) throws IOException, SpecException {
    String text = SpecFile.text(file);
    try {
      JsonNode root = new YAMLMapper().readTree(text);
      if (!(root instanceof ObjectNode config)) {
        throw invalid(file, "no mapping");
      }
      PREFIXES.forEach((field, prefix) -> lengthen(config, field, prefix));
      SubscriptionConfig.Builder read = SubscriptionConfig.newBuilder();
      JsonFormat.parser().merge(config.toString(), read);
      return read.build();
    } catch (JsonProcessingException e) {
      throw invalid(file, e.getOriginalMessage());
    } catch (InvalidProtocolBufferException e) {
      throw invalid(file, String.valueOf(e.getMessage()));
    }
  }

  private static void lengthen(ObjectNode config, String field, String prefix) {
    if (config.get(field) instanceof ArrayNode names) {
      for (int index = 0; index < names.size(); index++) {
        String name = names.get(index).asText().toUpperCase(Locale.ROOT).replace('-', '_');
        names.set(index, config.textNode(name.startsWith(prefix) ? name : prefix + name));
      }
    }
  }

  private static CommandException invalid(Path file, String problem) {
    return new CommandException(
        ExitCode.USAGE,
        file
            + ": "
            + problem
            + " (expected: name, url and secrets, and if needed team, event_types, phases,"
            + " match_labels and description, in YAML or JSON)");
  }

  private SubscriptionFile() {}
}

package io.retort.output;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import java.io.PrintWriter;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/**
 * {@code -o table|json|yaml}, a mixin of every command that prints data. JSON and YAML have the
 * field names of the proto files; fields without presence are always there, also with their default
 * values, so that a script finds the same keys in every answer.
 */
public final class OutputOptions {
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer().preservingProtoFieldNames().alwaysPrintFieldsWithNoPresence();
  private static final JsonMapper JSON = new JsonMapper();
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final YAMLMapper YAML_WITHOUT_START =
      YAMLMapper.builder().disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER).build();

  @Option(
      names = {"-o", "--format"},
      paramLabel = "FORMAT",
      defaultValue = "table",
      description = "Print the data as one of: ${COMPLETION-CANDIDATES} (default: table).")
  private OutputFormat format = OutputFormat.TABLE;

  /** An empty object to fill with data that is no message. */
  public static ObjectNode object() {
    return JSON.createObjectNode();
  }

  /** The message as JSON and YAML show it. */
  public static JsonNode data(MessageOrBuilder message) {
    try {
      return JSON.readTree(json(message));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the printed message is not JSON", e);
    }
  }

  /** Whether the output is for people. */
  public boolean isTable() {
    return format == OutputFormat.TABLE;
  }

  /** Prints the message; {@code table} is asked only for a table. */
  public void print(PrintWriter out, MessageOrBuilder message, Supplier<String> table) {
    switch (format) {
      case TABLE -> out.println(table.get());
      case JSON -> out.println(json(message));
      case YAML -> out.print(yaml(YAML_WITHOUT_START, data(message)));
    }
    out.flush();
  }

  /** Prints data that is no message; its keys are in snake case. */
  public void print(PrintWriter out, JsonNode data, Supplier<String> table) {
    switch (format) {
      case TABLE -> out.println(table.get());
      case JSON -> out.println(data.toPrettyString());
      case YAML -> out.print(yaml(YAML_WITHOUT_START, data));
    }
    out.flush();
  }

  /**
   * Prints one of several messages: a line of JSON, or a YAML document that begins with {@code
   * ---}. Prints nothing for a table.
   */
  public void printNext(PrintWriter out, MessageOrBuilder message) {
    switch (format) {
      case TABLE -> {}
      case JSON -> out.println(data(message));
      case YAML -> out.print(yaml(YAML, data(message)));
    }
    out.flush();
  }

  private static String json(MessageOrBuilder message) {
    try {
      return PRINTER.print(message);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(
          "message of " + message.getDescriptorForType().getFullName(), e);
    }
  }

  private static String yaml(YAMLMapper mapper, JsonNode data) {
    try {
      return mapper.writeValueAsString(data);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the data is not YAML", e);
    }
  }
}

package io.retort.store;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;

/**
 * The JSON format that the store and the Python side share: proto3 JSON with the field names of the
 * proto files.
 */
public final class ProtoJson {
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer().preservingProtoFieldNames().omittingInsignificantWhitespace();
  private static final JsonFormat.Parser PARSER = JsonFormat.parser().ignoringUnknownFields();

  /** Prints one line of JSON; omits fields with their default value. */
  public static String print(MessageOrBuilder message) {
    try {
      return PRINTER.print(message);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(
          "message of " + message.getDescriptorForType().getFullName(), e);
    }
  }

  /**
   * Parses the output of {@link #print}, of this or a later version.
   *
   * @param where location for the error message
   */
  public static Message parse(String json, Message.Builder builder, String where)
      throws CorruptArtifactException {
    try {
      PARSER.merge(json, builder);
      return builder.build();
    } catch (InvalidProtocolBufferException e) {
      throw new CorruptArtifactException(where + ": " + e.getMessage());
    }
  }

  private ProtoJson() {}
}

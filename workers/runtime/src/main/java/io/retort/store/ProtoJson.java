package io.retort.store;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;

/**
 * The JSON that the store and the Python side share: proto3 JSON with the field names of the proto
 * files.
 */
public final class ProtoJson {
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer().preservingProtoFieldNames().omittingInsignificantWhitespace();
  private static final JsonFormat.Parser PARSER = JsonFormat.parser().ignoringUnknownFields();

  /** One line of JSON; fields with their default value are left out. */
  public static String print(MessageOrBuilder message) {
    try {
      return PRINTER.print(message);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(
          "message of " + message.getDescriptorForType().getFullName(), e);
    }
  }

  /**
   * Parses what {@link #print} wrote, or a later version of it.
   *
   * @param where named in the error
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

package io.retort.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.QueryParams;
import io.grpc.StatusRuntimeException;
import io.retort.spec.SpecViolation;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes the message of an rpc from path, query, body and headers of an HTTP request. */
final class RequestReader {
  static final String IDEMPOTENCY_KEY = "idempotency-key";
  static final String REQUEST_ID = "request_id";

  private final HttpRoute route;
  private final MessageReader reader = new MessageReader();

  private RequestReader(HttpRoute route) {
    this.route = route;
  }

  /**
   * @param prototype of the request's message
   * @throws StatusRuntimeException INVALID_ARGUMENT with every violation
   */
  static Message read(
      HttpRoutes.Match match,
      Message prototype,
      AggregatedHttpRequest request,
      QueryParams parameters) {
    return new RequestReader(match.route()).read(prototype, match.values(), request, parameters);
  }

  /** Whether a request's body may be read: it is empty, or says that it is JSON. */
  static boolean hasReadableBody(AggregatedHttpRequest request) {
    MediaType type = request.contentType();
    return request.content().isEmpty() || (type != null && type.isJson());
  }

  private Message read(
      Message prototype,
      Map<String, String> values,
      AggregatedHttpRequest request,
      QueryParams parameters) {
    Message.Builder builder = prototype.newBuilderForType();
    if (!request.content().isEmpty()) {
      readBody(builder, request.contentUtf8());
    }
    for (Map.Entry<String, String> value : values.entrySet()) {
      reader.set(builder, fieldOf(builder, value.getKey()), value.getValue(), value.getKey());
    }
    parameters.forEach((name, text) -> readParameter(builder, name, text));
    readIdempotencyKey(builder, request);
    if (!reader.violations().isEmpty()) {
      throw Refusals.invalid(reader.violations());
    }
    return builder.build();
  }

  private void readBody(Message.Builder builder, String text) {
    if (route.body().isEmpty()) {
      throw Refusals.invalid("body", text.length() + " characters (expected: no body)");
    }
    JsonNode json;
    try {
      json = Json.parse(text);
    } catch (JsonProcessingException e) {
      throw Refusals.invalid(
          "body",
          "line "
              + (e.getLocation() == null ? 1 : e.getLocation().getLineNr())
              + ": "
              + e.getOriginalMessage()
              + " (expected: JSON)");
    }
    if (route.body().equals(HttpRoute.WHOLE_BODY)) {
      reader.fill(builder, json, "");
    } else {
      reader.fill(builder.getFieldBuilder(fieldOf(builder, route.body())), json, route.body());
    }
  }

  private void readParameter(Message.Builder builder, String name, String text) {
    if (route.body().equals(HttpRoute.WHOLE_BODY)) {
      reader
          .violations()
          .add(new SpecViolation(name, "in the query (expected: in the body, as JSON)"));
      return;
    }
    Message.Builder parent = builder;
    List<String> path = List.of(name.split("\\.", -1));
    for (int depth = 0; depth < path.size(); depth++) {
      FieldDescriptor field = MessageReader.field(parent.getDescriptorForType(), path.get(depth));
      boolean last = depth == path.size() - 1;
      if (field == null || !isReadable(field, last)) {
        reader.unknown(name, parent.getDescriptorForType());
        return;
      }
      if (last) {
        reader.set(parent, field, text, name);
      } else {
        parent = parent.getFieldBuilder(field);
      }
    }
  }

  /** A value at the end of a parameter's path, a message before it. */
  private static boolean isReadable(FieldDescriptor field, boolean last) {
    if (field.getJavaType() != JavaType.MESSAGE) {
      return last;
    }
    return last ? WellKnownTypes.isText(field.getMessageType()) : !field.isRepeated();
  }

  private void readIdempotencyKey(Message.Builder builder, AggregatedHttpRequest request) {
    String header = request.headers().get(IDEMPOTENCY_KEY);
    FieldDescriptor field = builder.getDescriptorForType().findFieldByName(REQUEST_ID);
    if (header == null || field == null) {
      return;
    }
    String key = unquoted(header.strip());
    Object inBody = builder.getField(field);
    if (builder.getAllFields().containsKey(field) && !inBody.equals(key)) {
      reader
          .violations()
          .add(
              new SpecViolation(
                  REQUEST_ID, "not the Idempotency-Key (expected: one of the two, or the same)"));
      return;
    }
    builder.setField(field, key);
  }

  /** The header's value is a string of RFC 9651, in quotes; many clients leave them out. */
  private static String unquoted(String text) {
    return text.length() > 1 && text.startsWith("\"") && text.endsWith("\"")
        ? text.substring(1, text.length() - 1)
        : text;
  }

  private static FieldDescriptor fieldOf(Message.Builder builder, String name) {
    Descriptor type = builder.getDescriptorForType();
    @Nullable FieldDescriptor field = type.findFieldByName(name);
    if (field == null) {
      throw new IllegalStateException(type.getFullName() + " has no field " + name);
    }
    return field;
  }
}

package io.retort.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import io.retort.enums.EnumText;
import io.retort.spec.ProtoComments;
import io.retort.v1.AccessOptions;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The OpenAPI 3.1 document of the routes, with the comments and bounds of the proto files. */
final class OpenApi {
  private static final String PROBLEM = "Problem";

  private final Schemas schemas = new Schemas();

  private OpenApi() {}

  static String of(List<HttpRoute> routes) {
    return new OpenApi().document(routes).toString();
  }

  private ObjectNode document(List<HttpRoute> routes) {
    ObjectNode document = Json.MAPPER.createObjectNode().put("openapi", "3.1.0");
    document
        .putObject("info")
        .put("title", "Retort")
        .put("version", "v1")
        .put(
            "description",
            "The API of the control plane. Fields with their default value are left out of"
                + " answers. Every error is a problem document.")
        .putObject("license")
        .put("name", "Apache-2.0")
        .put("identifier", "Apache-2.0");
    document.putArray("servers").addObject().put("url", "/");
    ObjectNode paths = document.putObject("paths");
    routes.stream()
        .sorted(Comparator.comparing(HttpRoute::template))
        .forEach(
            route ->
                paths
                    .withObjectProperty(route.template())
                    .set(route.method().name().toLowerCase(Locale.ROOT), operation(route)));
    ObjectNode components = document.putObject("components");
    ObjectNode named = components.putObject("schemas");
    named.setAll(schemas.components());
    named.set(PROBLEM, problem());
    return document;
  }

  private ObjectNode operation(HttpRoute route) {
    MethodDescriptor rpc = route.rpc();
    ObjectNode operation = Json.MAPPER.createObjectNode().put("operationId", operationId(route));
    operation.putArray("tags").add(rpc.getService().getName());
    String comment = ProtoComments.of(rpc.getFullName());
    if (!comment.isEmpty()) {
      operation.put("description", comment);
    }
    operation.put(
        "x-required-role",
        EnumText.shortName(rpc.getOptions().getExtension(AccessOptions.requiredRole)));
    ArrayNode parameters = operation.putArray("parameters");
    Descriptor request = rpc.getInputType();
    for (String variable : route.variables()) {
      parameters.add(
          parameter("path", variable, request.findFieldByName(variable)).put("required", true));
    }
    addQueryAndBody(operation, parameters, route);
    if (request.findFieldByName(RequestReader.REQUEST_ID) != null) {
      parameters.add(
          parameter(
              "header", "Idempotency-Key", request.findFieldByName(RequestReader.REQUEST_ID)));
    }
    if (rpc.isServerStreaming()) {
      parameters
          .addObject()
          .put("name", "Last-Event-ID")
          .put("in", "header")
          .put("description", "The last event that was received; it is not sent again.")
          .putObject("schema")
          .put("type", "string");
    }
    addResponses(operation, rpc);
    return operation;
  }

  private void addQueryAndBody(ObjectNode operation, ArrayNode parameters, HttpRoute route) {
    Descriptor request = route.rpc().getInputType();
    if (route.body().equals(HttpRoute.WHOLE_BODY)) {
      ObjectNode body = operation.putObject("requestBody");
      ObjectNode schema = schemas.without(request, Set.copyOf(route.variables()));
      body.putObject("content").putObject("application/json").set("schema", schema);
      return;
    }
    for (FieldDescriptor field : request.getFields()) {
      if (field.getName().equals(route.body())) {
        operation
            .putObject("requestBody")
            .putObject("content")
            .putObject("application/json")
            .set("schema", schemas.field(field));
      } else if (!route.variables().contains(field.getName())) {
        addQuery(parameters, field, "");
      }
    }
  }

  private void addQuery(ArrayNode parameters, FieldDescriptor field, String prefix) {
    boolean message = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
    if (!message || WellKnownTypes.isText(field.getMessageType())) {
      parameters.add(parameter("query", prefix + field.getName(), field));
    } else if (!field.isRepeated() && prefix.isEmpty()) {
      // Deeper fields are read too; no request has any.
      field
          .getMessageType()
          .getFields()
          .forEach(member -> addQuery(parameters, member, field.getName() + "."));
    }
  }

  private ObjectNode parameter(String place, String name, FieldDescriptor field) {
    ObjectNode schema = schemas.field(field);
    ObjectNode parameter = Json.MAPPER.createObjectNode().put("name", name).put("in", place);
    JsonNode description = schema.remove("description");
    if (description != null) {
      parameter.set("description", description);
    }
    if (place.equals("path")) {
      // An empty segment is another path.
      schema.put("minLength", 1);
    }
    parameter.set("schema", schema);
    return parameter;
  }

  private void addResponses(ObjectNode operation, MethodDescriptor rpc) {
    ObjectNode responses = operation.putObject("responses");
    ObjectNode answer = responses.putObject("200");
    if (rpc.isServerStreaming()) {
      answer.put(
          "description",
          "Server-sent events; the data of each is a "
              + rpc.getOutputType().getName()
              + ". Ends with the event end, or problem.");
      ObjectNode event = answer.putObject("content").putObject("text/event-stream");
      event.set("schema", event());
      event.set("x-event-data", schemas.reference(rpc.getOutputType()));
    } else {
      answer.put("description", "OK");
      answer
          .putObject("content")
          .putObject("application/json")
          .set("schema", schemas.reference(rpc.getOutputType()));
    }
    ObjectNode failure = responses.putObject("default").put("description", "Any error.");
    failure
        .putObject("content")
        .putObject("application/problem+json")
        .putObject("schema")
        .put("$ref", "#/components/schemas/" + PROBLEM);
  }

  /** The fields of an event, as OpenAPI 3.2 describes a stream of them. */
  private static ObjectNode event() {
    ObjectNode schema = Json.MAPPER.createObjectNode().put("type", "object");
    ObjectNode properties = schema.putObject("properties");
    for (String text : List.of("data", "event", "id")) {
      properties.putObject(text).put("type", "string");
    }
    properties.putObject("retry").put("type", "integer");
    return schema;
  }

  private static ObjectNode problem() {
    ObjectNode schema =
        Json.MAPPER
            .createObjectNode()
            .put("type", "object")
            .put("description", "An error, as in RFC 9457.");
    ObjectNode properties = schema.putObject("properties");
    for (String text : List.of("type", "title", "detail", "code", "reason")) {
      properties.putObject(text).put("type", "string");
    }
    properties.putObject("status").put("type", "integer");
    ArrayNode categories =
        properties
            .putObject("category")
            .put("type", "string")
            .put("description", "Who can do something about it.")
            .putArray("enum");
    List.of("USER", "PLATFORM", "RESOURCE", "BUDGET", "TIMEOUT").forEach(categories::add);
    properties
        .putObject("details")
        .put("type", "array")
        .put("description", "Messages of google.rpc, such as BadRequest with every violation.")
        .putObject("items")
        .put("type", "object");
    ArrayNode required = schema.putArray("required");
    List.of("type", "title", "status", "detail", "code", "category", "reason", "details")
        .forEach(required::add);
    return schema;
  }

  /** Ids are unique: that of a second binding of an rpc ends in {@code _2}. */
  private static String operationId(HttpRoute route) {
    String id = route.rpc().getService().getName() + "_" + route.rpc().getName();
    List<String> templates = HttpRoute.of(route.rpc()).stream().map(HttpRoute::template).toList();
    int binding = templates.indexOf(route.template()) + 1;
    return binding == 1 ? id : id + "_" + binding;
  }
}

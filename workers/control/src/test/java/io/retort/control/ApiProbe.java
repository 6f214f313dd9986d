package io.retort.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.ExtensionRegistry;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.ErrorDetailsProto;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import io.retort.v1.AccessOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Calls any rpc with a request in JSON, over gRPC and over the HTTP path of its option; it knows
 * the proto files alone.
 */
final class ApiProbe {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Their streams do not end by themselves: the first message is the answer. */
  private static final Set<String> ENDLESS = Set.of("RunService/WatchRuns");

  private final Channel channel;
  private final HttpClientOfApi http;
  private final Map<String, MethodDescriptor> rpcs = rpcs();

  ApiProbe(Channel channel, int port) {
    this.channel = channel;
    http = new HttpClientOfApi(port);
  }

  /**
   * @param code of gRPC; {@code OK} for an answer
   * @param body the answer, or the last one of a stream that ends, or the first one of a stream
   *     that does not; of an error, message and details
   */
  record Outcome(String code, JsonNode body) {}

  /** Every rpc that the control plane serves, by {@code Service/Method}. */
  static Map<String, MethodDescriptor> rpcs() {
    ExtensionRegistry registry = ExtensionRegistry.newInstance();
    AnnotationsProto.registerAllExtensions(registry);
    AccessOptions.registerAllExtensions(registry);
    Map<String, FileDescriptor> files = new HashMap<>();
    Map<String, MethodDescriptor> rpcs = new TreeMap<>();
    try (InputStream stream = ApiProbe.class.getResourceAsStream("/retort/v1/descriptors.binpb")) {
      for (FileDescriptorProto file : FileDescriptorSet.parseFrom(stream, registry).getFileList()) {
        FileDescriptor[] imports =
            file.getDependencyList().stream().map(files::get).toArray(FileDescriptor[]::new);
        FileDescriptor built = FileDescriptor.buildFrom(file, imports);
        files.put(file.getName(), built);
        built.getServices().stream()
            .flatMap(service -> service.getMethods().stream())
            .filter(rpc -> rpc.getOptions().hasExtension(AccessOptions.requiredRole))
            .forEach(rpc -> rpcs.put(rpc.getService().getName() + "/" + rpc.getName(), rpc));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (DescriptorValidationException e) {
      throw new IllegalStateException(e);
    }
    return rpcs;
  }

  Outcome overGrpc(String name, String request) {
    MethodDescriptor rpc = rpc(name);
    io.grpc.MethodDescriptor<DynamicMessage, DynamicMessage> method =
        io.grpc.MethodDescriptor.<DynamicMessage, DynamicMessage>newBuilder()
            .setType(
                rpc.isServerStreaming()
                    ? io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING
                    : io.grpc.MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(
                io.grpc.MethodDescriptor.generateFullMethodName(
                    rpc.getService().getFullName(), rpc.getName()))
            .setRequestMarshaller(marshaller(rpc.getInputType()))
            .setResponseMarshaller(marshaller(rpc.getOutputType()))
            .build();
    try {
      DynamicMessage.Builder message = DynamicMessage.newBuilder(rpc.getInputType());
      JsonFormat.parser().merge(request, message);
      DynamicMessage answer =
          rpc.isServerStreaming()
              ? streamed(name, method, message.build())
              : ClientCalls.blockingUnaryCall(
                  channel, method, CallOptions.DEFAULT, message.build());
      return new Outcome("OK", json(answer));
    } catch (StatusRuntimeException e) {
      com.google.rpc.Status status = StatusProto.fromThrowable(e);
      ObjectNode body = JSON.createObjectNode().put("detail", status.getMessage());
      body.set("details", JSON.createArrayNode());
      status.getDetailsList().forEach(detail -> body.withArray("details").add(json(detail)));
      return new Outcome(e.getStatus().getCode().name(), body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private DynamicMessage streamed(
      String name,
      io.grpc.MethodDescriptor<DynamicMessage, DynamicMessage> method,
      DynamicMessage request) {
    Context.CancellableContext context = Context.current().withCancellation();
    Context before = context.attach();
    try {
      Iterator<DynamicMessage> answers =
          ClientCalls.blockingServerStreamingCall(channel, method, CallOptions.DEFAULT, request);
      DynamicMessage answer = answers.next();
      while (!ENDLESS.contains(name) && answers.hasNext()) {
        answer = answers.next();
      }
      return answer;
    } finally {
      context.detach(before);
      context.cancel(null);
    }
  }

  Outcome overHttp(String name, String request) {
    MethodDescriptor rpc = rpc(name);
    HttpRule rule = rpc.getOptions().getExtension(AnnotationsProto.http);
    ObjectNode fields = (ObjectNode) parse(request);
    String method = rule.getPatternCase().name();
    String template =
        (String)
            rule.getField(
                HttpRule.getDescriptor().findFieldByNumber(rule.getPatternCase().getNumber()));
    String path = path(template, fields);
    HttpRequest.Builder call =
        rule.getBody().isEmpty()
            ? http.request(method, withQuery(path, fields), "")
            : http.request(method, path, fields.toString());
    HttpResponse<Stream<String>> response = http.send(call, HttpResponse.BodyHandlers.ofLines());
    // Leaves a stream that goes on.
    try (Stream<String> lines = response.body()) {
      if (response.statusCode() == 200 && rpc.isServerStreaming()) {
        return new Outcome("OK", event(name, lines));
      }
      JsonNode answer = parse(lines.collect(Collectors.joining("\n")));
      if (response.statusCode() == 200) {
        return new Outcome("OK", answer);
      }
      ObjectNode body = JSON.createObjectNode();
      body.set("detail", answer.get("detail"));
      body.set("details", answer.get("details"));
      return new Outcome(answer.get("code").asText(), body);
    }
  }

  private MethodDescriptor rpc(String name) {
    MethodDescriptor rpc = rpcs.get(name);
    if (rpc == null) {
      throw new IllegalArgumentException(name);
    }
    return rpc;
  }

  /** The path with its variables filled in, which are removed from the fields. */
  private static String path(String template, ObjectNode fields) {
    String path = template;
    for (String name : List.copyOf(fields.properties().stream().map(Map.Entry::getKey).toList())) {
      if (path.contains("{" + name + "}")) {
        path = path.replace("{" + name + "}", encode(fields.remove(name).asText()));
      }
    }
    return path;
  }

  private static String withQuery(String path, ObjectNode fields) {
    List<String> parameters = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : fields.properties()) {
      if (field.getValue().isArray()) {
        field
            .getValue()
            .forEach(item -> parameters.add(field.getKey() + "=" + encode(item.asText())));
      } else {
        parameters.add(field.getKey() + "=" + encode(field.getValue().asText()));
      }
    }
    return parameters.isEmpty() ? path : path + "?" + String.join("&", parameters);
  }

  private static JsonNode event(String name, Stream<String> lines) {
    Stream<String> events = lines.filter(line -> line.startsWith("data:"));
    if (ENDLESS.contains(name)) {
      return parse(events.findFirst().orElseThrow().substring(5));
    }
    List<String> all = events.toList();
    // The last one is the end.
    return parse(all.get(all.size() - 2).substring(5));
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static io.grpc.MethodDescriptor.Marshaller<DynamicMessage> marshaller(Descriptor type) {
    return ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(type));
  }

  private static JsonNode json(com.google.protobuf.Message message) {
    try {
      return parse(
          JsonFormat.printer()
              .preservingProtoFieldNames()
              .usingTypeRegistry(
                  TypeRegistry.newBuilder()
                      .add(ErrorDetailsProto.getDescriptor().getMessageTypes())
                      .build())
              .print(message));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode parse(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new AssertionError("no JSON: " + text, e);
    }
  }
}

package io.retort.docs;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.ExtensionRegistry;
import io.retort.spec.ProtoComments;
import io.retort.v1.AccessOptions;
import io.retort.v1.EventData;
import io.retort.v1.HookAnswer;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** docs/api-reference.md: services of the control plane, their methods, and every message. */
final class ApiPage {
  private static final String RESOURCE = "/retort/v1/descriptors.binpb";
  private static final String PACKAGE = "retort.v1";
  private static final String SPEC = "RunSpec";
  private static final String HEAD =
      """
      # API reference

      The control plane serves these gRPC services of package `retort.v1`; the contract is in
      [`proto/`](../proto/src/main/proto/retort/v1/run_service.proto). *Path* is the method's path in HTTP and JSON. *Role* is
      the least role that may call the method; each role includes those before it: viewer, operator, approver, admin.

      Errors have a gRPC code and google.rpc details: `ErrorInfo` with a reason and a category (USER, PLATFORM, RESOURCE,
      BUDGET or TIMEOUT), and `BadRequest` with every violation of a request at once.
      """;

  private static final String HOOKS =
      """

      ## Webhooks

      `POST /v1/hooks/{trigger}` launches a run of a trigger with a webhook or Alertmanager source. It is not a gRPC method, and
      its answer is [HookAnswer](#hookanswer). The `data` of events that subscriptions deliver is [EventData](#eventdata). How
      both are signed: [events](events.md).
      """;

  private final Map<String, Descriptor> messages = new TreeMap<>();
  private final Map<String, EnumDescriptor> enums = new TreeMap<>();

  static String render() throws IOException {
    return new ApiPage().page();
  }

  private String page() throws IOException {
    StringBuilder page = new StringBuilder(Reference.NOTICE).append(HEAD);
    for (ServiceDescriptor service : services()) {
      page.append("\n## ").append(service.getName()).append("\n\n");
      comment(page, service.getFullName());
      page.append(Reference.row("method", "path", "role", "meaning")).append(Reference.line(4));
      service.getMethods().forEach(method -> page.append(method(method)));
    }
    page.append(HOOKS);
    collect(EventData.getDescriptor());
    collect(HookAnswer.getDescriptor());
    page.append("\n## Messages\n");
    messages.values().forEach(message -> message(page, message));
    page.append("\n## Enums\n");
    enums.values().forEach(type -> enumeration(page, type));
    return page.toString();
  }

  private String method(MethodDescriptor method) {
    collect(method.getInputType());
    collect(method.getOutputType());
    String answer =
        (method.isServerStreaming() ? "a stream of " : "") + link(method.getOutputType().getName());
    return Reference.row(
        '`' + method.getName() + '`',
        path(method.getOptions().getExtension(AnnotationsProto.http)),
        method
            .getOptions()
            .getExtension(AccessOptions.requiredRole)
            .name()
            .replace("ROLE_", "")
            .toLowerCase(Locale.ROOT),
        Reference.text(ProtoComments.of(method.getFullName()))
            + " "
            + link(method.getInputType().getName())
            + " → "
            + answer);
  }

  private static String path(HttpRule rule) {
    return switch (rule.getPatternCase()) {
      case GET -> "`GET " + rule.getGet() + '`';
      case PUT -> "`PUT " + rule.getPut() + '`';
      case POST -> "`POST " + rule.getPost() + '`';
      case DELETE -> "`DELETE " + rule.getDelete() + '`';
      case PATCH -> "`PATCH " + rule.getPatch() + '`';
      case CUSTOM -> '`' + rule.getCustom().getKind() + " " + rule.getCustom().getPath() + '`';
      case PATTERN_NOT_SET -> "";
    };
  }

  private void collect(Descriptor message) {
    if (!message.getFile().getPackage().equals(PACKAGE)
        || message.getName().equals(SPEC)
        || (!message.getOptions().getMapEntry()
            && messages.putIfAbsent(message.getName(), message) != null)) {
      return;
    }
    for (FieldDescriptor field : message.getFields()) {
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        collect(field.getMessageType());
      } else if (field.getJavaType() == FieldDescriptor.JavaType.ENUM) {
        enums.put(field.getEnumType().getName(), field.getEnumType());
      }
    }
  }

  private void message(StringBuilder page, Descriptor message) {
    page.append("\n### ").append(message.getName()).append("\n\n");
    comment(page, message.getFullName());
    if (message.getFields().isEmpty()) {
      page.append("No fields.\n");
      return;
    }
    page.append(Reference.row("field", "type", "meaning")).append(Reference.line(3));
    for (FieldDescriptor field : message.getFields()) {
      page.append(
          Reference.row(
              '`' + field.getName() + '`',
              type(field),
              Reference.text(ProtoComments.of(field.getFullName()))));
    }
  }

  private String type(FieldDescriptor field) {
    if (field.isMapField()) {
      Descriptor entry = field.getMessageType();
      return "map of "
          + one(entry.findFieldByName("key"))
          + " to "
          + one(entry.findFieldByName("value"));
    }
    return (field.isRepeated()
            ? "list of "
            : field.toProto().getProto3Optional() ? "optional " : "")
        + one(field);
  }

  private String one(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case MESSAGE -> link(field.getMessageType());
      case ENUM -> link(field.getEnumType().getName());
      case INT, LONG, FLOAT, DOUBLE, BOOLEAN, STRING, BYTE_STRING ->
          field.getType().name().toLowerCase(Locale.ROOT);
    };
  }

  private String link(Descriptor message) {
    if (message.getName().equals(SPEC)) {
      return "[RunSpec](spec.md)";
    }
    return message.getFile().getPackage().equals(PACKAGE)
        ? link(message.getName())
        : message.getFullName();
  }

  private static String link(String name) {
    return "[" + name + "](#" + Reference.anchor(name) + ")";
  }

  private static void enumeration(StringBuilder page, EnumDescriptor type) {
    page.append("\n### ").append(type.getName()).append("\n\n");
    comment(page, type.getFullName());
    page.append(Reference.row("value", "meaning")).append(Reference.line(2));
    type.getValues().stream()
        .filter(value -> value.getNumber() != 0)
        .forEach(
            value ->
                page.append(
                    Reference.row(
                        '`' + value.getName() + '`',
                        Reference.text(
                            ProtoComments.of(type.getFullName() + "." + value.getName())))));
  }

  private static void comment(StringBuilder page, String fullName) {
    String comment = ProtoComments.of(fullName);
    if (!comment.isEmpty()) {
      page.append(Reference.text(comment)).append("\n\n");
    }
  }

  /** Those of the control plane: every method of theirs has a role. */
  private static List<ServiceDescriptor> services() throws IOException {
    List<ServiceDescriptor> services = new ArrayList<>();
    for (FileDescriptor file : files()) {
      file.getServices().stream()
          .filter(
              service ->
                  service.getMethods().stream()
                      .allMatch(
                          method -> method.getOptions().hasExtension(AccessOptions.requiredRole)))
          .forEach(services::add);
    }
    services.sort(java.util.Comparator.comparing(ServiceDescriptor::getName));
    return services;
  }

  private static List<FileDescriptor> files() throws IOException {
    ExtensionRegistry registry = ExtensionRegistry.newInstance();
    registry.add(AnnotationsProto.http);
    registry.add(AccessOptions.requiredRole);
    Map<String, FileDescriptorProto> protos = new LinkedHashMap<>();
    try (InputStream content = ApiPage.class.getResourceAsStream(RESOURCE)) {
      FileDescriptorSet.parseFrom(Objects.requireNonNull(content, RESOURCE), registry)
          .getFileList()
          .forEach(file -> protos.put(file.getName(), file));
    }
    Map<String, FileDescriptor> built = new HashMap<>();
    List<FileDescriptor> ours = new ArrayList<>();
    for (FileDescriptorProto proto : protos.values()) {
      if (proto.getPackage().equals(PACKAGE)) {
        ours.add(build(proto, protos, built));
      }
    }
    return ours;
  }

  private static FileDescriptor build(
      FileDescriptorProto proto,
      Map<String, FileDescriptorProto> protos,
      Map<String, FileDescriptor> built) {
    FileDescriptor known = built.get(proto.getName());
    if (known != null) {
      return known;
    }
    FileDescriptor[] dependencies =
        proto.getDependencyList().stream()
            .map(name -> build(Objects.requireNonNull(protos.get(name), name), protos, built))
            .toArray(FileDescriptor[]::new);
    try {
      FileDescriptor file = FileDescriptor.buildFrom(proto, dependencies);
      built.put(proto.getName(), file);
      return file;
    } catch (DescriptorValidationException e) {
      throw new IllegalStateException(proto.getName(), e);
    }
  }
}

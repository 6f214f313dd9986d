package io.retort.spec;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.DescriptorProtos.SourceCodeInfo;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The comments of the contract's messages, fields, enum values, services and methods. Generated
 * classes have none; the build keeps them in a descriptor set beside the classes.
 */
public final class ProtoComments {
  private static final String RESOURCE = "/retort/v1/descriptors.binpb";
  private static final Map<String, String> COMMENTS = load();

  /**
   * @param fullName {@code retort.v1.RunSpec.seed}; of an enum value that of its enum, a dot and
   *     the value's name
   * @return one paragraph without line breaks; empty without a comment
   */
  public static String of(String fullName) {
    return COMMENTS.getOrDefault(fullName, "");
  }

  private static Map<String, String> load() {
    try (InputStream content = ProtoComments.class.getResourceAsStream(RESOURCE)) {
      if (content == null) {
        throw new IllegalStateException(
            RESOURCE + " is not on the class path (expected: written by the build of proto)");
      }
      Map<String, String> comments = new HashMap<>();
      for (FileDescriptorProto file : FileDescriptorSet.parseFrom(content).getFileList()) {
        new OneFile(file).addTo(comments);
      }
      return Map.copyOf(comments);
    } catch (IOException e) {
      throw new UncheckedIOException(RESOURCE, e);
    }
  }

  /** Walks one file; a location's path are numbers of fields and indices of descriptor.proto. */
  private static final class OneFile {
    private final FileDescriptorProto file;
    private final Map<List<Integer>, String> byPath;

    private OneFile(FileDescriptorProto file) {
      this.file = file;
      byPath =
          file.getSourceCodeInfo().getLocationList().stream()
              .filter(SourceCodeInfo.Location::hasLeadingComments)
              .collect(
                  Collectors.toMap(
                      SourceCodeInfo.Location::getPathList,
                      location -> paragraph(location.getLeadingComments()),
                      (first, second) -> first));
    }

    private void addTo(Map<String, String> comments) {
      for (int index = 0; index < file.getMessageTypeCount(); index++) {
        message(
            file.getMessageType(index),
            file.getPackage(),
            List.of(FileDescriptorProto.MESSAGE_TYPE_FIELD_NUMBER, index),
            comments);
      }
      for (int index = 0; index < file.getEnumTypeCount(); index++) {
        enumeration(
            file.getEnumType(index),
            file.getPackage(),
            List.of(FileDescriptorProto.ENUM_TYPE_FIELD_NUMBER, index),
            comments);
      }
      for (int index = 0; index < file.getServiceCount(); index++) {
        service(
            file.getService(index),
            List.of(FileDescriptorProto.SERVICE_FIELD_NUMBER, index),
            comments);
      }
    }

    private void message(
        DescriptorProto message, String scope, List<Integer> path, Map<String, String> comments) {
      String name = scope + "." + message.getName();
      put(name, path, comments);
      for (int index = 0; index < message.getFieldCount(); index++) {
        put(
            name + "." + message.getField(index).getName(),
            longer(path, DescriptorProto.FIELD_FIELD_NUMBER, index),
            comments);
      }
      for (int index = 0; index < message.getNestedTypeCount(); index++) {
        message(
            message.getNestedType(index),
            name,
            longer(path, DescriptorProto.NESTED_TYPE_FIELD_NUMBER, index),
            comments);
      }
      for (int index = 0; index < message.getEnumTypeCount(); index++) {
        enumeration(
            message.getEnumType(index),
            name,
            longer(path, DescriptorProto.ENUM_TYPE_FIELD_NUMBER, index),
            comments);
      }
    }

    private void enumeration(
        EnumDescriptorProto type, String scope, List<Integer> path, Map<String, String> comments) {
      String name = scope + "." + type.getName();
      put(name, path, comments);
      for (int index = 0; index < type.getValueCount(); index++) {
        put(
            name + "." + type.getValue(index).getName(),
            longer(path, EnumDescriptorProto.VALUE_FIELD_NUMBER, index),
            comments);
      }
    }

    private void service(
        ServiceDescriptorProto service, List<Integer> path, Map<String, String> comments) {
      String name = file.getPackage() + "." + service.getName();
      put(name, path, comments);
      for (int index = 0; index < service.getMethodCount(); index++) {
        put(
            name + "." + service.getMethod(index).getName(),
            longer(path, ServiceDescriptorProto.METHOD_FIELD_NUMBER, index),
            comments);
      }
    }

    private void put(String name, List<Integer> path, Map<String, String> comments) {
      String comment = byPath.get(path);
      if (comment != null) {
        comments.put(name, comment);
      }
    }

    private static List<Integer> longer(List<Integer> path, int number, int index) {
      List<Integer> longer = new java.util.ArrayList<>(path);
      longer.add(number);
      longer.add(index);
      return longer;
    }

    private static String paragraph(String comment) {
      return comment.strip().replaceAll("\\s+", " ");
    }
  }

  private ProtoComments() {}
}

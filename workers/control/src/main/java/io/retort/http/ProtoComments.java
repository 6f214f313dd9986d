package io.retort.http;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.SourceCodeInfo.Location;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Comments of the proto files, by the full names of what they are about. */
final class ProtoComments {
  private static final String RESOURCE = "/retort/v1/api.binpb";
  private static final String PACKAGE = "retort.v1";

  private final Map<String, String> comments = new HashMap<>();

  private ProtoComments() {}

  /** Of the files that this build was made from. */
  static ProtoComments load() {
    ProtoComments comments = new ProtoComments();
    try (InputStream stream = ProtoComments.class.getResourceAsStream(RESOURCE)) {
      if (stream == null) {
        throw new IllegalStateException(RESOURCE + " is missing in this build");
      }
      for (FileDescriptorProto file : FileDescriptorSet.parseFrom(stream).getFileList()) {
        if (file.getPackage().equals(PACKAGE)) {
          comments.add(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(RESOURCE + " cannot be read", e);
    }
    return comments;
  }

  /** Empty where there is none. */
  String of(String fullName) {
    return comments.getOrDefault(fullName, "");
  }

  private void add(FileDescriptorProto file) {
    Map<List<Integer>, String> byPath =
        file.getSourceCodeInfo().getLocationList().stream()
            .filter(Location::hasLeadingComments)
            .collect(
                Collectors.toMap(
                    Location::getPathList,
                    location -> oneParagraph(location.getLeadingComments()),
                    (first, second) -> first));
    byPath.forEach((path, comment) -> comments.put(name(file, path), comment));
  }

  /** Lines of a comment are wrapped at the width of the file. */
  private static String oneParagraph(String comment) {
    return comment.strip().replaceAll("\\s*\\n\\s*", " ");
  }

  /** A path is pairs of a field number in the descriptor and an index. */
  private static String name(FileDescriptorProto file, List<Integer> path) {
    StringBuilder name = new StringBuilder(file.getPackage());
    if (path.size() < 2) {
      return name.append("/file").toString();
    }
    int index = path.get(1);
    switch (path.get(0)) {
      case FileDescriptorProto.MESSAGE_TYPE_FIELD_NUMBER ->
          append(name, file.getMessageType(index), path.subList(2, path.size()));
      case FileDescriptorProto.ENUM_TYPE_FIELD_NUMBER ->
          append(name, file.getEnumType(index), path.subList(2, path.size()));
      case FileDescriptorProto.SERVICE_FIELD_NUMBER -> {
        name.append('.').append(file.getService(index).getName());
        if (path.size() == 4) {
          name.append('.').append(file.getService(index).getMethod(path.get(3)).getName());
        }
      }
      default -> name.append("/other");
    }
    return name.toString();
  }

  private static void append(StringBuilder name, DescriptorProto message, List<Integer> path) {
    name.append('.').append(message.getName());
    if (path.size() < 2) {
      return;
    }
    int index = path.get(1);
    switch (path.get(0)) {
      case DescriptorProto.FIELD_FIELD_NUMBER ->
          name.append('.').append(message.getField(index).getName());
      case DescriptorProto.NESTED_TYPE_FIELD_NUMBER ->
          append(name, message.getNestedType(index), path.subList(2, path.size()));
      case DescriptorProto.ENUM_TYPE_FIELD_NUMBER ->
          append(name, message.getEnumType(index), path.subList(2, path.size()));
      default -> name.append("/other");
    }
  }

  private static void append(StringBuilder name, EnumDescriptorProto type, List<Integer> path) {
    name.append('.').append(type.getName());
    if (path.size() == 2) {
      name.append('.').append(type.getValue(path.get(1)).getName());
    }
  }
}

package io.retort.identity;

import com.google.common.base.CharMatcher;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a call is about, in the words of its request or response. */
final class AuditedObjects {
  private static final List<String> NAMES =
      List.of("run_id", "run_ids", "reference", "model", "token_id", "trigger_id", "lane", "name");
  private static final int LONGEST = 200;

  /** Empty for a request that names nothing. */
  static String ofRequest(Message request) {
    for (String name : NAMES) {
      FieldDescriptor field = request.getDescriptorForType().findFieldByName(name);
      if (field != null && field.getJavaType() == FieldDescriptor.JavaType.STRING) {
        String text = text(request, field);
        if (!text.isEmpty()) {
          // Shown on terminals, which characters of control would steer.
          return CharMatcher.javaIsoControl()
              .replaceFrom(text.substring(0, Math.min(LONGEST, text.length())), '?');
        }
      }
    }
    FieldDescriptor config = request.getDescriptorForType().findFieldByName("config");
    return config != null && config.getJavaType() == FieldDescriptor.JavaType.MESSAGE
        ? ofRequest((Message) request.getField(config))
        : "";
  }

  /** The id of the run or token that a call has made. */
  static Optional<String> ofResponse(Message response) {
    for (String name : List.of("run", "token")) {
      FieldDescriptor field = response.getDescriptorForType().findFieldByName(name);
      if (field != null
          && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
          && !field.isRepeated()) {
        String id = ofRequest((Message) response.getField(field));
        if (!id.isEmpty()) {
          return Optional.of(id);
        }
      }
    }
    return Optional.empty();
  }

  private static String text(Message request, FieldDescriptor field) {
    if (field.isRepeated()) {
      return ((List<?>) request.getField(field))
          .stream().map(String::valueOf).collect(Collectors.joining(","));
    }
    return (String) request.getField(field);
  }

  private AuditedObjects() {}
}

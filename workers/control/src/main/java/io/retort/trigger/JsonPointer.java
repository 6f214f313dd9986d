package io.retort.trigger;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** A place in a JSON document (RFC 6901). */
record JsonPointer(List<String> tokens) {
  private static final Pattern VALID = Pattern.compile("(?:/(?:[^~/]|~[01])*+)*+", Pattern.DOTALL);
  private static final Pattern INDEX = Pattern.compile("0|[1-9][0-9]{0,8}");

  JsonPointer {
    tokens = List.copyOf(tokens);
  }

  /** Empty for a text that is no pointer; the empty text points to the whole document. */
  static Optional<JsonPointer> parse(String text) {
    if (!VALID.matcher(text).matches()) {
      return Optional.empty();
    }
    List<String> tokens = new ArrayList<>();
    for (int start = 0; start < text.length(); ) {
      int end = text.indexOf('/', start + 1);
      end = end < 0 ? text.length() : end;
      tokens.add(text.substring(start + 1, end).replace("~1", "/").replace("~0", "~"));
      start = end;
    }
    return Optional.of(new JsonPointer(tokens));
  }

  /** The value at the place; empty where there is none, and for null. */
  Optional<Value> in(Struct document) {
    Value value = Value.newBuilder().setStructValue(document).build();
    for (String token : tokens) {
      Optional<Value> inner =
          switch (value.getKindCase()) {
            case STRUCT_VALUE ->
                Optional.ofNullable(value.getStructValue().getFieldsMap().get(token));
            case LIST_VALUE -> item(value.getListValue(), token);
            case NULL_VALUE, NUMBER_VALUE, STRING_VALUE, BOOL_VALUE, KIND_NOT_SET ->
                Optional.empty();
          };
      if (inner.isEmpty()) {
        return inner;
      }
      value = inner.get();
    }
    return switch (value.getKindCase()) {
      case NULL_VALUE, KIND_NOT_SET -> Optional.empty();
      default -> Optional.of(value);
    };
  }

  private static Optional<Value> item(ListValue list, String token) {
    if (!INDEX.matcher(token).matches()) {
      return Optional.empty();
    }
    int index = Integer.parseInt(token);
    return index < list.getValuesCount() ? Optional.of(list.getValues(index)) : Optional.empty();
  }
}

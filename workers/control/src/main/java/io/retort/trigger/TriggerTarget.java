package io.retort.trigger;

import com.google.common.base.Splitter;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import io.retort.annotation.RunLabels;
import io.retort.v1.RunSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Where the value of a parameter goes. */
sealed interface TriggerTarget {
  String APPEND_TRAIN = "append_train";
  String LABEL = "label.";

  /**
   * Empty for a text that is no target. The team is none: a payload must not choose whose run it
   * is.
   */
  static Optional<TriggerTarget> parse(String text) {
    if (text.equals(APPEND_TRAIN)) {
      return Optional.of(new AppendTrain());
    }
    if (text.startsWith(LABEL)) {
      String key = text.substring(LABEL.length());
      return RunLabels.isKey(key) && !TriggerLabel.isReserved(key)
          ? Optional.of(new Label(key))
          : Optional.empty();
    }
    if (text.equals("team")) {
      return Optional.empty();
    }
    List<FieldDescriptor> fields = new ArrayList<>();
    Descriptor type = RunSpec.getDescriptor();
    List<String> names = Splitter.on('.').splitToList(text);
    for (int depth = 0; depth < names.size(); depth++) {
      FieldDescriptor field = type.findFieldByName(names.get(depth));
      boolean last = depth == names.size() - 1;
      if (field == null
          || field.isRepeated()
          || (field.getJavaType() == JavaType.MESSAGE) == last) {
        return Optional.empty();
      }
      fields.add(field);
      if (!last) {
        type = field.getMessageType();
      }
    }
    return Optional.of(new SpecField(text, fields));
  }

  /** Whether a text that goes there may name a file, a model or an endpoint. */
  default boolean needsPattern() {
    return false;
  }

  default boolean isNumber() {
    return false;
  }

  /** A training file is added. */
  record AppendTrain() implements TriggerTarget {
    @Override
    public boolean needsPattern() {
      return true;
    }
  }

  /** A label of the run. */
  record Label(String key) implements TriggerTarget {}

  /**
   * A field of the spec that has one value.
   *
   * @param fields from the spec to the field
   */
  record SpecField(String path, List<FieldDescriptor> fields) implements TriggerTarget {
    public SpecField {
      fields = List.copyOf(fields);
    }

    FieldDescriptor field() {
      return fields.get(fields.size() - 1);
    }

    @Override
    public boolean needsPattern() {
      return field().getJavaType() == JavaType.STRING;
    }

    @Override
    public boolean isNumber() {
      return switch (field().getJavaType()) {
        case INT, LONG, FLOAT, DOUBLE -> true;
        case BOOLEAN, STRING, BYTE_STRING, ENUM, MESSAGE -> false;
      };
    }

    void set(RunSpec.Builder spec, Object value) {
      Message.Builder parent = spec;
      for (FieldDescriptor field : fields.subList(0, fields.size() - 1)) {
        parent = parent.getFieldBuilder(field);
      }
      Message.Builder unused = parent.setField(field(), value);
    }
  }
}

package io.retort.spec;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DoubleValue;
import com.google.protobuf.ListValue;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.retort.v1.RunSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class FiniteNumbersTest {
  private static final SpecValidator VALIDATOR = new SpecValidator();
  private static final String DATA = "data: {train: [{path: /d.jsonl}]}";

  @ParameterizedTest
  @MethodSource("numbers")
  void everyNumberOfASpecIsFinite(String path, double number) throws SpecException {
    RunSpec.Builder spec = SpecReader.read(DATA).toBuilder();
    set(spec, List.of(path.replaceAll("\\[\\d+]", "").split("\\.")), number);

    assertThat(VALIDATOR.validate(spec.build()))
        .filteredOn(violation -> violation.field().equals(path))
        .isNotEmpty()
        .allSatisfy(
            violation -> assertThat(violation.description()).startsWith(number + " (expected: "));
  }

  @Test
  void aNegativePriceIsRefused() throws SpecException {
    RunSpec.Builder spec = SpecReader.read(DATA).toBuilder();
    spec.getJudgeBuilder().addPricesBuilder().setModel("a").setPrompt(1);
    spec.getJudgeBuilder().addPricesBuilder().setModel("b").setCompletion(-1);

    assertThat(VALIDATOR.validate(spec.build()))
        .extracting(SpecViolation::toString)
        .containsExactly("judge.prices[1].completion: -1 (expected: >= 0)");
  }

  /** No field of a spec is a map so far. */
  @Test
  void entriesOfMapsAndItemsOfListsAreNamed() {
    Struct struct =
        Struct.newBuilder()
            .putFields("a", Value.newBuilder().setNumberValue(Double.NaN).build())
            .putFields(
                "b",
                Value.newBuilder()
                    .setListValue(
                        ListValue.newBuilder()
                            .addValues(Value.newBuilder().setNumberValue(1))
                            .addValues(Value.newBuilder().setNumberValue(Double.NEGATIVE_INFINITY)))
                    .build())
            .build();

    assertThat(FiniteNumbers.check(struct))
        .extracting(SpecViolation::toString)
        .containsExactlyInAnyOrder(
            "fields[\"a\"].number_value: NaN (expected: a finite number)",
            "fields[\"b\"].list_value.values[1].number_value: -Infinity (expected: a finite"
                + " number)");
    assertThat(FiniteNumbers.check(DoubleValue.of(1))).isEmpty();
  }

  private static Stream<Arguments> numbers() {
    List<Arguments> cases = new ArrayList<>();
    for (String path : paths(RunSpec.newBuilder(), "")) {
      for (double number :
          List.of(Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN)) {
        cases.add(Arguments.of(path, number));
      }
    }
    assertThat(cases)
        .extracting(arguments -> arguments.get()[0])
        .contains("judge.prices[0].prompt", "resources.custom[0].amount", "judge.budget");
    return cases.stream();
  }

  private static List<String> paths(Message.Builder message, String prefix) {
    List<String> paths = new ArrayList<>();
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      String path = prefix + field.getName() + (field.isRepeated() ? "[0]" : "");
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        paths.addAll(paths(message.newBuilderForField(field), path + "."));
      } else if (field.getJavaType() == FieldDescriptor.JavaType.DOUBLE
          || field.getJavaType() == FieldDescriptor.JavaType.FLOAT) {
        paths.add(path);
      }
    }
    return paths;
  }

  private static void set(Message.Builder message, List<String> path, double number) {
    FieldDescriptor field = message.getDescriptorForType().findFieldByName(path.get(0));
    if (path.size() == 1) {
      message.setField(field, number);
      return;
    }
    List<String> rest = path.subList(1, path.size());
    if (!field.isRepeated()) {
      Message.Builder inner = ((Message) message.getField(field)).toBuilder();
      set(inner, rest, number);
      message.setField(field, inner.build());
      return;
    }
    Message.Builder inner = message.newBuilderForField(field);
    set(inner, rest, number);
    if (message.getRepeatedFieldCount(field) == 0) {
      message.addRepeatedField(field, inner.build());
    } else {
      message.setRepeatedField(field, 0, inner.build());
    }
  }
}

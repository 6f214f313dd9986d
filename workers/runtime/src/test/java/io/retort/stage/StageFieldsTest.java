package io.retort.stage;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.retort.run.RunStages;
import io.retort.spec.SpecDefaults;
import io.retort.spec.SpecException;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.CustomResource;
import io.retort.v1.DataSource;
import io.retort.v1.EndpointHeader;
import io.retort.v1.FieldMapping;
import io.retort.v1.GateCondition;
import io.retort.v1.ModelPrice;
import io.retort.v1.RunSpec;
import io.retort.v1.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Changes every field of a spec, one at a time, and looks at which stages would run anew. */
final class StageFieldsTest {
  private static final Path PAGE = Path.of("../../docs/stages.md");
  private static final String HEAD = "| field | stages that read it |\n|---|---|\n";
  private static final SpecDefaults DEFAULTS = new SpecDefaults("/models/student");

  @Test
  void everyFieldIsReadByAStageOrSaysWhyNot() throws Exception {
    SortedMap<String, List<Stage>> readers = readers();

    assertThat(readers).isNotEmpty();
    readers.forEach(
        (path, stages) -> {
          boolean operational =
              OperationalFields.paths().stream()
                  .anyMatch(listed -> path.equals(listed) || path.startsWith(listed + "."));
          assertThat(stages.isEmpty())
              .as(
                  "%s is read by %s (expected: a stage that declares it, or an entry of"
                      + " OperationalFields with its reason)",
                  path, stages)
              .isEqualTo(operational);
        });
    assertThat(OperationalFields.paths())
        .allSatisfy(
            listed ->
                assertThat(readers.keySet())
                    .as("a field of the spec")
                    .anyMatch(path -> path.equals(listed) || path.startsWith(listed + ".")));
  }

  @Test
  void thePageOfStagesNamesTheReadersOfEveryField() throws Exception {
    StringBuilder table = new StringBuilder(HEAD);
    readers()
        .forEach(
            (path, stages) ->
                table
                    .append("| `")
                    .append(path)
                    .append("` | ")
                    .append(stages.isEmpty() ? "none: " + reason(path) : names(stages))
                    .append(" |\n"));

    assertThat(page()).as("docs/stages.md holds this table:%n%s", table).contains(table);
  }

  @Test
  void aSpecThatIsEqualHasEqualFieldsWhateverItsOrder() throws Exception {
    RunSpec spec = filled(builder -> {});
    for (RunStage stage : RunStages.ALL) {
      assertThat(Fingerprint.fields(stage, RunSpec.parseFrom(spec.toByteArray())))
          .isEqualTo(Fingerprint.fields(stage, spec));
    }
  }

  private static String page() throws IOException {
    return Files.readString(PAGE);
  }

  private static String reason(String path) {
    return OperationalFields.REASONS.entrySet().stream()
        .filter(entry -> path.equals(entry.getKey()) || path.startsWith(entry.getKey() + "."))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("?");
  }

  private static String names(List<Stage> stages) {
    return stages.stream()
        .map(stage -> stage.name().replace("STAGE_", "").toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(", "));
  }

  private static SortedMap<String, List<Stage>> readers() throws SpecException {
    RunSpec before = filled(builder -> {});
    SortedMap<String, List<Stage>> readers = new TreeMap<>();
    for (List<FieldDescriptor> leaf : leaves()) {
      RunSpec after = filled(builder -> change(builder, leaf, 0, before));
      readers.put(
          path(leaf),
          RunStages.ALL.stream()
              .filter(
                  stage ->
                      !Fingerprint.fields(stage, before).equals(Fingerprint.fields(stage, after)))
              .map(RunStage::stage)
              .toList());
    }
    return readers;
  }

  private static RunSpec filled(Consumer<RunSpec.Builder> change) throws SpecException {
    RunSpec.Builder spec = RunSpec.newBuilder();
    spec.getDataBuilder().addTrain(DataSource.newBuilder().setPath("/data/train.jsonl"));
    spec.getEvaluationBuilder()
        .addBenchmarks(
            BenchmarkSpec.newBuilder()
                .setName("unseen")
                .setSource(DataSource.newBuilder().setPath("/data/eval.jsonl")))
        .getEngineBuilder()
        .getEndpointBuilder()
        .setBaseUrl("http://models/v1")
        .setModel("{model}");
    change.accept(spec);
    return DEFAULTS.fill(spec.build());
  }

  private static List<List<FieldDescriptor>> leaves() {
    List<List<FieldDescriptor>> leaves = new ArrayList<>();
    RunSpec.getDescriptor().getFields().forEach(field -> collect(List.of(field), leaves));
    return leaves;
  }

  private static void collect(List<FieldDescriptor> path, List<List<FieldDescriptor>> leaves) {
    FieldDescriptor last = path.get(path.size() - 1);
    if (last.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
      leaves.add(path);
      return;
    }
    for (FieldDescriptor field : last.getMessageType().getFields()) {
      List<FieldDescriptor> longer = new ArrayList<>(path);
      longer.add(field);
      collect(longer, leaves);
    }
  }

  private static String path(List<FieldDescriptor> leaf) {
    return leaf.stream().map(FieldDescriptor::getName).collect(Collectors.joining("."));
  }

  /** Sets the leaf to another value than it has once every default is filled in. */
  private static void change(
      Message.Builder builder, List<FieldDescriptor> leaf, int depth, Message filled) {
    FieldDescriptor field = leaf.get(depth);
    if (depth == leaf.size() - 1) {
      if (field.isRepeated()) {
        builder.addRepeatedField(field, other(field, null));
      } else {
        builder.setField(field, other(field, filled.getField(field)));
      }
      return;
    }
    if (!field.isRepeated()) {
      change(builder.getFieldBuilder(field), leaf, depth + 1, (Message) filled.getField(field));
      return;
    }
    if (builder.getRepeatedFieldCount(field) == 0) {
      Message element = element(field);
      Message.Builder changed = element.toBuilder();
      change(changed, leaf, depth + 1, element);
      builder.addRepeatedField(field, changed.build());
      return;
    }
    Message.Builder changed = ((Message) builder.getRepeatedField(field, 0)).toBuilder();
    change(changed, leaf, depth + 1, (Message) filled.getRepeatedField(field, 0));
    builder.setRepeatedField(field, 0, changed.build());
  }

  private static Message element(FieldDescriptor field) {
    return switch (field.getName()) {
      case "prices" -> ModelPrice.newBuilder().setModel("m").build();
      case "custom" -> CustomResource.newBuilder().setName("fpga").setAmount(1).build();
      case "conditions" -> GateCondition.getDefaultInstance();
      case "headers" -> EndpointHeader.newBuilder().setName("n").setValue("v").build();
      case "fields" -> FieldMapping.getDefaultInstance();
      default -> throw new IllegalArgumentException("no element for " + field.getFullName());
    };
  }

  private static Object other(FieldDescriptor field, @Nullable Object value) {
    return switch (field.getJavaType()) {
      case INT -> value == null ? 1 : (Integer) value + 1;
      case LONG -> value == null ? 1L : (Long) value + 1;
      case DOUBLE -> value == null ? 0.25 : (Double) value / 2 + 0.0625;
      case FLOAT -> 0.25f;
      case BOOLEAN -> value == null || !(Boolean) value;
      case STRING -> "other";
      case ENUM -> otherEnum(field, value);
      case BYTE_STRING, MESSAGE -> throw new IllegalArgumentException(field.getFullName());
    };
  }

  private static EnumValueDescriptor otherEnum(FieldDescriptor field, @Nullable Object value) {
    return field.getEnumType().getValues().stream()
        .filter(candidate -> candidate.getNumber() > 0 && !candidate.equals(value))
        .findFirst()
        .orElseThrow();
  }
}

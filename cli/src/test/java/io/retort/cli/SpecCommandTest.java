package io.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.retort.output.ExitCode;
import io.retort.spec.SpecCheck;
import io.retort.spec.SpecDefaults;
import io.retort.spec.SpecReader;
import io.retort.v1.RunSpec;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code retort spec}, in this process: it asks no control plane. */
class SpecCommandTest {
  private final StringWriter output = new StringWriter();

  @TempDir private Path folder = Path.of("");

  @Test
  void writesATemplateThatIsValidAndOverwritesNothing() throws Exception {
    Path file = folder.resolve("new.yaml");

    assertThat(retort("spec", "init", file.toString())).isZero();
    Files.writeString(file, Files.readString(file).replace("seed", "seed "));
    String kept = Files.readString(file);
    assertThat(retort("spec", "init", file.toString())).isEqualTo(ExitCode.REFUSED.number());

    assertThat(file).hasContent(kept);
    assertThat(output.toString()).contains("is there already (expected: the name of a new file)");
    assertThat(retort("spec", "validate", file.toString())).isZero();
  }

  @Test
  void everyLineOfTheTemplateThatIsCommentedOutIsValid() throws Exception {
    String active = uncommented(line -> true);

    assertThat(SpecCheck.of(active, List.of(), folder)).isEmpty();
    assertThat(SpecReader.read(active).hasJudge()).isTrue();
  }

  @Test
  void whatTheTemplateDoesNotCallAnExampleIsTheDefault() throws Exception {
    RunSpec required = SpecReader.read(SpecCommand.template());
    String defaults = uncommented(line -> !line.contains("example"));
    SpecDefaults filling = new SpecDefaults("/models/student");

    assertThat(filling.fill(SpecReader.read(withoutEmptyLists(defaults))))
        .isEqualTo(filling.fill(required));
  }

  @Test
  void printsEveryViolationWithItsLine() throws Exception {
    Path file = folder.resolve("bad.yaml");
    Files.writeString(file, "name: Bad\nsead: 7\ndata:\n  train:\n  - limit: 0\n");

    assertThat(retort("spec", "validate", file.toString()))
        .isEqualTo(ExitCode.SPEC_INVALID.number());
    assertThat(output.toString().lines())
        .anySatisfy(line -> assertThat(line).startsWith(file + ":1: name: \"Bad\" (expected: "))
        .anySatisfy(
            line -> assertThat(line).isEqualTo(file + ":2: sead: unknown key (expected: seed)"))
        .anySatisfy(line -> assertThat(line).startsWith(file + ":5: data.train[0].path: missing"))
        .anySatisfy(line -> assertThat(line).startsWith(file + ":5: data.train[0].limit: 0"));
    JsonNode data = json("spec", "validate", file.toString(), "--set", "name=good", "-o", "json");
    assertThat(data.get("valid").asBoolean()).isFalse();
    assertThat(data.get("violations").size()).isEqualTo(3);
    assertThat(data.get("violations").get(0).get("line").asInt()).isEqualTo(2);
  }

  @Test
  void explainsAFieldAMappingAndTheWholeSpec() throws Exception {
    assertThat(retort("spec", "explain", "data.train[0].limit")).isZero();
    assertThat(output.toString())
        .contains("type     whole number", "bounds   > 0", "read by  ingest")
        .contains("Maximum number of rows");
    assertThat(retort("spec", "explain", "judge.cache")).isZero();
    assertThat(output.toString())
        .contains("default  use", "read by  none: where answers come from")
        .contains("  off: Neither reads nor writes the cache.");
    assertThat(retort("spec", "explain", "sft.lora")).isZero();
    assertThat(output.toString()).containsPattern("sft.lora.rank +whole number, default 16");
    JsonNode all = json("spec", "explain", "-o", "json");
    assertThat(all.get("fields").findValuesAsText("field")).startsWith("name", "team", "seed");
  }

  @Test
  void suggestsTheFieldThatWasMeant() {
    assertThat(retort("spec", "explain", "sft.learningrate"))
        .isEqualTo(ExitCode.NOT_FOUND.number());
    assertThat(output.toString())
        .contains("FIELD: sft.learningrate (expected: a field of a spec, for example sft.learning");
  }

  /** The template with the lines active that are YAML behind their number sign. */
  private static String uncommented(java.util.function.Predicate<String> wanted)
      throws IOException {
    return SpecCommand.template()
        .lines()
        .skip(2)
        .map(line -> line.startsWith("# ") && wanted.test(line) ? line.substring(2) : line)
        .collect(Collectors.joining("\n"));
  }

  /** A mapping all of whose lines are examples is left without a value, which is none. */
  private static String withoutEmptyLists(String text) {
    return text.replaceAll("(?m)^ *(prices|benchmarks|filters):\\s*$", "");
  }

  private JsonNode json(String... arguments) throws IOException {
    StringWriter before = new StringWriter();
    before.append(output.toString());
    output.getBuffer().setLength(0);
    int unused = retort(arguments);
    JsonNode data = new ObjectMapper().readTree(output.toString());
    output.getBuffer().insert(0, before);
    return data;
  }

  private int retort(String... arguments) {
    CommandLine command = Retort.commandLine();
    command.setOut(new PrintWriter(output, true)).setErr(new PrintWriter(output, true));
    return command.execute(arguments);
  }
}

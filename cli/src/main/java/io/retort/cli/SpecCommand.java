package io.retort.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.retort.output.ExitCode;
import io.retort.output.OutputOptions;
import io.retort.spec.SpecCheck;
import io.retort.spec.SpecField;
import io.retort.spec.SpecLines;
import io.retort.spec.SpecReference;
import io.retort.spec.SpecViolation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code retort spec}: needs no control plane. */
@Command(
    name = "spec",
    description = "Write, check and explain specs, without a control plane.",
    mixinStandardHelpOptions = true)
public final class SpecCommand {
  private static final String TEMPLATE = "spec-template.yaml";

  @Spec private CommandSpec spec;

  @Command(name = "init", description = "Write a spec with the common fields and their defaults.")
  int init(
      @Parameters(
              paramLabel = "FILE",
              arity = "0..1",
              defaultValue = "spec.yaml",
              description = "Where it is written (default: spec.yaml).")
          Path file)
      throws IOException {
    try {
      Files.writeString(file, template(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (FileAlreadyExistsException e) {
      throw new CommandException(
          ExitCode.REFUSED, file + ": is there already (expected: the name of a new file)");
    }
    spec.commandLine()
        .getOut()
        .println(file + " is written. Set data.train, then: retort run " + file);
    return ExitCode.OK.number();
  }

  @Command(
      name = "validate",
      description = {
        "Print every violation of a spec, with its line.",
        "Does not check what only the control plane knows: the default student, and whether files"
            + " and models exist."
      })
  int validate(
      @Parameters(paramLabel = "FILE", description = "YAML or JSON file.") Path file,
      @Option(
              names = "--set",
              paramLabel = "FIELD=VALUE",
              description = "Replace a field: data.train[0].limit=64.")
          @Nullable List<String> overrides,
      @Mixin OutputOptions output)
      throws Exception {
    String text = SpecFile.text(file);
    SpecLines lines = SpecLines.of(text);
    List<SpecViolation> violations =
        SpecCheck.of(
                text,
                overrides == null ? List.of() : overrides,
                Objects.requireNonNull(file.toAbsolutePath().getParent()))
            .stream()
            .sorted(Comparator.comparingInt(violation -> lines.line(violation.field()).orElse(0)))
            .toList();
    ObjectNode data = OutputOptions.object();
    data.put("valid", violations.isEmpty());
    for (SpecViolation violation : violations) {
      ObjectNode one = data.withArray("violations").addObject();
      one.put("field", violation.field()).put("description", violation.description());
      lines.line(violation.field()).ifPresent(line -> one.put("line", line));
    }
    data.withArray("violations");
    output.print(
        spec.commandLine().getOut(),
        data,
        () ->
            violations.isEmpty()
                ? file + ": no violation"
                : violations.stream()
                    .map(violation -> place(file, lines.line(violation.field())) + violation)
                    .collect(Collectors.joining("\n")));
    return (violations.isEmpty() ? ExitCode.OK : ExitCode.SPEC_INVALID).number();
  }

  private static String place(Path file, OptionalInt line) {
    return file + (line.isPresent() ? ":" + line.getAsInt() : "") + ": ";
  }

  @Command(
      name = "explain",
      description = {
        "Show type, default, bounds and meaning of a field, and the stages that read it.",
        "For a mapping, lists its fields. Without FIELD, lists the fields of a spec."
      })
  int explain(
      @Parameters(
              paramLabel = "FIELD",
              arity = "0..1",
              description = "As in a spec: sft.learning_rate.")
          @Nullable String path,
      @Mixin OutputOptions output) {
    String asked = path == null ? "" : path;
    List<SpecField> fields = fields(asked);
    ObjectNode data = OutputOptions.object();
    fields.forEach(field -> data.withArray("fields").add(FieldExplanation.data(field)));
    output.print(spec.commandLine().getOut(), data, () -> FieldExplanation.text(asked, fields));
    return ExitCode.OK.number();
  }

  /** The field itself, or a mapping and everything in it; without a path the top level. */
  private static List<SpecField> fields(String path) {
    if (path.isEmpty()) {
      return SpecReference.all().stream().filter(field -> !field.path().contains(".")).toList();
    }
    SpecField field =
        SpecReference.find(path)
            .orElseThrow(
                () -> new CommandException(ExitCode.NOT_FOUND, FieldExplanation.unknown(path)));
    List<SpecField> fields = new ArrayList<>(List.of(field));
    fields.addAll(SpecReference.below(path));
    return fields;
  }

  /** A spec in which only what is required is set. */
  static String template() throws IOException {
    try (InputStream template = SpecCommand.class.getResourceAsStream(TEMPLATE)) {
      return new String(
          Objects.requireNonNull(template, TEMPLATE).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}

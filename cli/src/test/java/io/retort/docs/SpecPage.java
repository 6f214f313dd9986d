package io.retort.docs;

import io.retort.spec.SpecField;
import io.retort.spec.SpecReference;
import io.retort.v1.Stage;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** docs/spec.md: every field of a spec. */
final class SpecPage {
  private static final String HEAD =
      """
      # Spec reference

      A spec is a YAML or JSON file. Only `data` is required, or `models` where nothing is trained. The same text is printed
      by `./retort spec explain FIELD`; `./retort spec validate FILE` checks a file without a control plane.

      - A default is what the control plane fills in for a field that is not set. A field without one stays unset.
      - *Read by* names the stages whose results depend on the field. When it changes, these stages run again, and those that
        use their results; all other results are reused ([stages](stages.md)). A field that no stage reads changes no result:
        the reason is given instead.
      - Names of values may be written in any case.
      """;

  static String render() {
    StringBuilder page = new StringBuilder(Reference.NOTICE).append(HEAD);
    page.append("\n## Top level\n\n")
        .append(Reference.row("field", "type", "default", "read by", "meaning"));
    page.append(Reference.line(5));
    for (SpecField field : SpecReference.all()) {
      if (!field.path().contains(".")) {
        boolean mapping = field.type().endsWith("mapping");
        page.append(
            row(
                mapping
                    ? "[`" + field.path() + "`](#" + field.path() + ")"
                    : '`' + field.path() + '`',
                field));
      }
    }
    for (SpecField top : SpecReference.all()) {
      if (!top.path().contains(".") && top.type().endsWith("mapping")) {
        section(page, top);
      }
    }
    return page.toString();
  }

  private static void section(StringBuilder page, SpecField top) {
    page.append("\n## ").append(top.path()).append("\n\n");
    if (!top.comment().isEmpty()) {
      page.append(Reference.text(top.comment())).append("\n\n");
    }
    page.append(Reference.row("field", "type", "default", "read by", "meaning"))
        .append(Reference.line(5));
    for (SpecField field : SpecReference.below(top.path())) {
      page.append(row('`' + field.path() + '`', field));
    }
  }

  private static String row(String name, SpecField field) {
    return Reference.row(
        name,
        type(field),
        field.defaultValue().isEmpty() ? "" : Reference.text(field.defaultValue()),
        readers(field),
        meaning(field));
  }

  private static String type(SpecField field) {
    String type =
        field.values().isEmpty()
            ? field.type()
            : field.type().replaceFirst("one of .*", "one of ")
                + field.values().stream()
                    .map(value -> '`' + value.name() + '`')
                    .collect(Collectors.joining(", "));
    return field.bounds().isEmpty() ? type : type + "; " + Reference.text(field.bounds());
  }

  private static String readers(SpecField field) {
    if (field.type().endsWith("mapping")) {
      return "";
    }
    return field.readers().isEmpty() ? "none: " + field.operational() : names(field.readers());
  }

  private static String meaning(SpecField field) {
    String values =
        field.values().stream()
            .filter(value -> !value.comment().isEmpty())
            .map(value -> '`' + value.name() + "`: " + Reference.text(value.comment()))
            .collect(Collectors.joining(" "));
    return (Reference.text(field.comment()) + " " + values).strip();
  }

  private static String names(List<Stage> stages) {
    return stages.stream()
        .map(stage -> stage.name().replace("STAGE_", "").toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(", "));
  }

  private SpecPage() {}
}

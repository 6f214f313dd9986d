package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java blocks of docs/java-client.md are one program, against a control plane. */
class JavaClientDocsTest {
  private static final Pattern BLOCK =
      Pattern.compile("^```java\\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
  private static final Pattern IMPORT = Pattern.compile("(?m)^import .*;\\n");

  @Test
  void everyExampleWorks(@TempDir Path store, @TempDir Path folder) throws Exception {
    StringBuilder imports = new StringBuilder();
    StringBuilder statements = new StringBuilder();
    Matcher blocks =
        BLOCK.matcher(Files.readString(PythonTools.REPOSITORY.resolve("docs/java-client.md")));
    while (blocks.find()) {
      Matcher lines = IMPORT.matcher(blocks.group(1));
      while (lines.find()) {
        imports.append(lines.group());
      }
      statements.append(lines.replaceAll(""));
    }
    Path program = folder.resolve("Examples.java");
    Files.writeString(
        program,
        imports
            + "public class Examples {\n"
            + "  public static void main(String[] arguments) throws Exception {\n"
            + statements
            + "    client.close();\n  }\n}\n");
    try (ControlHarness control = new ControlHarness(store)) {
      String output =
          PythonTools.runAny(
              folder,
              Map.of("RETORT_CONTROL_ADDRESS", "127.0.0.1:" + control.port()),
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-XX:TieredStopAtLevel=1",
              "-cp",
              System.getProperty("java.class.path"),
              program.toString());
      assertThat(output)
          .contains(": RUN_PHASE_SUCCEEDED")
          .contains("STAGE_INGEST: 0 of 3")
          .contains(" is made from demo-")
          .contains("INVALID_ARGUMENT FAILURE_CATEGORY_USER SPEC_INVALID")
          .contains("sft.epochs: ");
    }
  }
}

package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.spec.TriggerReader;
import io.retort.v1.FiringOutcome;
import io.retort.v1.ListFiringsRequest;
import io.retort.v1.SetTriggerRequest;
import io.retort.v1.TriggerFiring;
import io.retort.v1.TriggerServiceGrpc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** The triggers and the calls of "Webhooks in" of docs/events.md, against a control plane. */
@Timeout(240)
final class HookDocsTest {
  private static final String SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
  private static final Pattern BLOCK =
      Pattern.compile("^```(\\w+)\\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

  @Test
  @EnabledIf(
      value = "io.retort.control.ApiDocsTest#hasTools",
      disabledReason = "curl or jq is not installed")
  void everyExampleWorks(@TempDir Path store, @TempDir Path folder) throws Exception {
    Path secrets = Files.writeString(folder.resolve("secrets.yaml"), "desk: " + SECRET + "\n");
    try (ControlHarness control =
        new ControlHarness(
            store, Deadlines.DEFAULT, Map.of("RETORT_WEBHOOK_SECRETS", secrets.toString()))) {
      TriggerServiceGrpc.TriggerServiceBlockingStub triggers =
          control.client(TriggerServiceGrpc.TriggerServiceBlockingStub.class);
      Map<String, String> variables =
          Map.of(
              "RETORT_CONTROL_ADDRESS",
              "http://127.0.0.1:" + control.port(),
              "RETORT_TOKEN",
              "none",
              "WEBHOOK_SECRET",
              SECRET);
      StringBuilder answers = new StringBuilder();
      Matcher blocks = BLOCK.matcher(section());
      while (blocks.find()) {
        String text = blocks.group(2);
        switch (blocks.group(1)) {
          case "yaml" -> {
            if (text.contains("launch:")) {
              assertThat(
                      triggers
                          .setTrigger(
                              SetTriggerRequest.newBuilder()
                                  .setConfig(TriggerReader.read(text, folder))
                                  .build())
                          .hasTrigger())
                  .isTrue();
            }
          }
          case "sh" ->
              answers.append(
                  PythonTools.runAny(
                      folder, variables, "bash", "-c", "set -euo pipefail\n" + text));
          default -> answers.append(PythonTools.run(folder, variables, "python", "-c", text));
        }
      }

      assertThat(answers).contains("FIRING_OUTCOME_LAUNCHED");
      assertThat(runLabels(control, triggers, "refresh", "ticket"))
          .containsExactlyInAnyOrder("DATA-17", "DATA-18");
      assertThat(runLabels(control, triggers, "drift", "severity")).containsExactly("page");
    }
  }

  private static List<String> runLabels(
      ControlHarness control,
      TriggerServiceGrpc.TriggerServiceBlockingStub triggers,
      String trigger,
      String label) {
    List<TriggerFiring> firings =
        triggers
            .listFirings(ListFiringsRequest.newBuilder().setName(trigger).build())
            .getFiringsList();
    assertThat(firings)
        .extracting(TriggerFiring::getOutcome)
        .containsOnly(FiringOutcome.FIRING_OUTCOME_LAUNCHED);
    return firings.stream()
        .map(firing -> control.get(firing.getRunId()).getLabelsOrDefault(label, ""))
        .toList();
  }

  private static String section() throws Exception {
    String page = Files.readString(PythonTools.REPOSITORY.resolve("docs/events.md"));
    return page.substring(page.indexOf("## Webhooks in"));
  }
}

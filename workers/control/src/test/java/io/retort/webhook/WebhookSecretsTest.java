package io.retort.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.worker.ConfigurationException;
import io.retort.worker.Environment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WebhookSecretsTest {
  private static final String FIRST = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
  private static final String SECOND = "whsec_QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8=";

  @TempDir Path folder = Path.of("");

  @Test
  void readsYamlAndProperties() throws IOException {
    WebhookSecrets secrets =
        open(
            "---\n# of the team\nyaml: "
                + FIRST
                + "\n\nquoted: '"
                + SECOND
                + "' # new\nplain="
                + FIRST
                + "\n");

    assertThat(has(secrets, "nlp", "yaml")).isTrue();
    assertThat(has(secrets, "nlp", "absent")).isFalse();
    assertThat(secrets.find("nlp", List.of("quoted", "absent", "plain"))).hasSize(2);
    assertThat(secrets.missing("nlp", List.of("quoted", "absent"))).containsExactly("absent");
    assertThat(secrets.find("nlp", List.of("yaml")).toString()).isEqualTo("[whsec_...]");
  }

  @Test
  void aSecretOfATeamIsThereForThatTeamAlone() throws IOException {
    WebhookSecrets secrets =
        open("nlp/desk: " + FIRST + "\ndesk: " + SECOND + "\nnlp/own=" + FIRST + "\n");

    assertThat(has(secrets, "nlp", "own")).isTrue();
    assertThat(has(secrets, "vision", "own")).isFalse();
    assertThat(has(secrets, "vision", "nlp/own")).isFalse();
    assertThat(signature(secrets, "nlp", "desk")).isEqualTo(signature(secrets, "nlp", "own"));
    assertThat(signature(secrets, "vision", "desk")).isNotEqualTo(signature(secrets, "nlp", "own"));
  }

  @Test
  void readsTheFileAgainWhenItChangesAndLeavesOutWhatIsWrong() throws IOException {
    WebhookSecrets secrets = open("a: " + FIRST + "\n");
    write("b: " + SECOND + "\nc: " + FIRST + "\n", 1);
    assertThat(has(secrets, "nlp", "a")).isFalse();
    assertThat(has(secrets, "nlp", "b")).isTrue();

    write("nonsense\nc: " + FIRST + "\nd: " + FIRST + "\nd: " + SECOND + "\n", 2);
    assertThat(has(secrets, "nlp", "b")).as("a secret that was removed").isFalse();
    assertThat(has(secrets, "nlp", "c")).as("the other lines count").isTrue();
    assertThat(has(secrets, "nlp", "d")).as("one that is there twice").isFalse();
    assertThat(secrets.problem()).isEmpty();
  }

  @Test
  void withoutAReadableFileNoSecretCounts() throws IOException {
    WebhookSecrets secrets = open("a: " + FIRST + "\n");

    Files.delete(folder.resolve("secrets.yaml"));
    assertThat(has(secrets, "nlp", "a")).isFalse();
    assertThat(secrets.problem()).hasValueSatisfying(why -> assertThat(why).contains("cannot be"));

    write("a: " + FIRST + "\n", 0);
    assertThat(has(secrets, "nlp", "a")).as("the same file as before").isTrue();
    assertThat(secrets.problem()).isEmpty();

    Files.write(folder.resolve("secrets.yaml"), new byte[] {(byte) 0xff});
    assertThat(has(secrets, "nlp", "a")).isFalse();
    assertThat(secrets.problem()).hasValueSatisfying(why -> assertThat(why).contains("UTF-8"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "name: AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "name: whsec_c2hvcnQ=",
        "name: whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB=QUFB",
        "Name: whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "name whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "Team/name: whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "a/b/name: whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
      })
  void namesTheLineThatIsWrongAndShowsNothingOfIt(String line) {
    assertThatThrownBy(() -> open("# first\n" + line + "\n"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("RETORT_WEBHOOK_SECRETS: ")
        .hasMessageContaining("line 2: not a secret")
        .message()
        .doesNotContain(line.substring(line.length() - 8));
  }

  @Test
  void refusesANameThatIsThereTwiceAndAFileThatIsNotThere() {
    assertThatThrownBy(() -> open("a: " + FIRST + "\na: " + SECOND + "\n"))
        .hasMessageContaining("line 2: a is there twice");
    assertThatThrownBy(
            () ->
                WebhookSecrets.of(
                    new Environment(Map.of("RETORT_WEBHOOK_SECRETS", folder + "/none"))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("cannot be read");
    WebhookSecrets none = WebhookSecrets.of(new Environment(Map.of()));
    assertThat(has(none, "nlp", "a")).isFalse();
    assertThat(none.problem()).isEmpty();
  }

  private static boolean has(WebhookSecrets secrets, String team, String name) {
    return !secrets.find(team, List.of(name)).isEmpty();
  }

  private static String signature(WebhookSecrets secrets, String team, String name) {
    return WebhookSignature.sign(
        "id", Instant.EPOCH, new byte[0], secrets.find(team, List.of(name)));
  }

  private WebhookSecrets open(String content) throws IOException {
    write(content, 0);
    return WebhookSecrets.of(
        new Environment(
            Map.of("RETORT_WEBHOOK_SECRETS", folder.resolve("secrets.yaml").toString())));
  }

  private void write(String content, int second) throws IOException {
    Path file = folder.resolve("secrets.yaml");
    Files.writeString(file, content);
    FileTime unused =
        Files.getLastModifiedTime(
            Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000L + 1000L * second)));
  }
}

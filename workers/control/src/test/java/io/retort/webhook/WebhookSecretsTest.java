package io.retort.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.worker.ConfigurationException;
import io.retort.worker.Environment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
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

    assertThat(secrets.contains("yaml")).isTrue();
    assertThat(secrets.contains("absent")).isFalse();
    assertThat(secrets.find(List.of("quoted", "absent", "plain"))).hasSize(2);
    assertThat(secrets.find(List.of("yaml")).toString()).isEqualTo("[whsec_...]");
  }

  @Test
  void readsTheFileAgainWhenItChangesAndKeepsTheSecretsWhileItIsWrong() throws IOException {
    WebhookSecrets secrets = open("a: " + FIRST + "\n");
    write("b: " + SECOND + "\nc: " + FIRST + "\n", 1);
    assertThat(secrets.contains("a")).isFalse();
    assertThat(secrets.contains("b")).isTrue();

    write("nonsense\n", 2);
    assertThat(secrets.contains("b")).isTrue();
    Files.delete(folder.resolve("secrets.yaml"));
    assertThat(secrets.contains("b")).isTrue();

    write("a: " + FIRST + "\n", 3);
    assertThat(secrets.contains("a")).isTrue();
    assertThat(secrets.contains("b")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "name: AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "name: whsec_c2hvcnQ=",
        "name: whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB=QUFB",
        "Name: whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "name whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
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
    assertThat(WebhookSecrets.of(new Environment(Map.of())).contains("a")).isFalse();
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

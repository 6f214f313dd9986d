package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages of lanes, as a browser without script gets them. */
final class LanePagesTest {
  private static ControlHarness control;

  private PageClient client;

  @BeforeAll
  static void start(@TempDir Path store) {
    control = new ControlHarness(store);
  }

  @AfterAll
  static void stop() {
    control.close();
  }

  @BeforeEach
  void open() {
    client = new PageClient(control.address());
  }

  @Test
  void aPersonMakesALaneAndChangesItsPolicy() {
    assertThat(client.get("/lanes").body()).contains("action=\"/lanes\"", "strict sequential");

    HttpResponse<String> made =
        client.post("/lanes", Map.of("name", "nightly", "policy", "PARALLEL", "parallelism", "3"));

    assertThat(made.statusCode()).as(made.body()).isEqualTo(303);
    assertThat(made.headers().firstValue("location")).contains("/lanes/nightly");
    assertThat(client.get("/lanes/nightly").body())
        .contains("Policy: parallel", "3 at once", "Revision 1", "by local", "No run waits");
    // What is left in the field of another policy does no harm.
    assertThat(
            client
                .post(
                    "/lanes", Map.of("name", "nightly", "policy", "LAST_ONLY", "parallelism", "3"))
                .statusCode())
        .isEqualTo(303);
    assertThat(client.get("/lanes/nightly").body())
        .contains("Policy: last only", "Revision 2", "<option value=\"LAST_ONLY\" selected>");
    assertThat(client.get("/lanes").body()).contains("href=\"/lanes/nightly\"", "last only");
  }

  @Test
  void anExistingLaneIsNotReplacedByANewOne() {
    String blank = client.get("/lanes").body();
    assertThat(blank).contains("name=\"revision\" value=\"0\"");
    Map<String, String> mine =
        Map.of("name", "taken", "policy", "PARALLEL", "parallelism", "3", "revision", "0");
    assertThat(client.post("/lanes", mine).statusCode()).isEqualTo(303);
    client.get("/lanes");

    HttpResponse<String> refused =
        client.post(
            "/lanes",
            Map.of(
                "name",
                "taken",
                "policy",
                "LAST_ONLY",
                "team",
                "nlp",
                "parallelism",
                "7",
                "revision",
                "0"));

    assertThat(refused.statusCode()).isEqualTo(409);
    assertThat(refused.body())
        .contains("there is one, of revision 1, set by local", "name=\"name\"")
        .contains("value=\"taken\"", "value=\"nlp\"", "value=\"7\"")
        .contains("<option value=\"LAST_ONLY\" selected>");
    assertThat(client.get("/lanes/taken").body())
        .contains("Policy: parallel", "For runs of every team", "name=\"revision\" value=\"1\"");
  }

  @Test
  void aLaneThatAnotherPersonHasChangedSinceIsNotReplaced() {
    client.get("/lanes");
    Map<String, String> change = Map.of("name", "moved", "policy", "SEQUENTIAL", "team", "nlp");
    assertThat(client.post("/lanes", change).statusCode()).isEqualTo(303);
    assertThat(client.get("/lanes").body()).contains("<td class=\"left\">nlp</td>");
    client.get("/lanes/moved");
    assertThat(client.post("/lanes", change).statusCode()).isEqualTo(303);
    client.get("/lanes/moved");

    HttpResponse<String> refused =
        client.post("/lanes", Map.of("name", "moved", "policy", "FIRST_ONLY", "revision", "1"));

    assertThat(refused.statusCode()).isEqualTo(409);
    assertThat(refused.body())
        .contains("there is one, of revision 2", "For runs of team nlp")
        .contains("<option value=\"FIRST_ONLY\" selected>", "name=\"revision\" value=\"2\"");
  }

  @Test
  void aPersonUnblocksALane() {
    String failed = control.blockLane("strict");

    assertThat(client.get("/lanes/strict").body())
        .contains("Blocked", "the run before failed", "href=\"/runs/" + failed + "\"")
        .contains("action=\"/lanes/strict/unblock\"");
    assertThat(client.get("/lanes/strict", "hx-request", "true").body())
        .contains("Blocked")
        .doesNotContain("<html");
    assertThat(client.post("/lanes/strict/unblock", Map.of()).statusCode()).isEqualTo(303);
    assertThat(client.get("/lanes/strict").body()).doesNotContain("Blocked");
    assertThat(client.post("/lanes/strict/unblock", Map.of()).statusCode())
        .as("what is not blocked")
        .isEqualTo(409);
  }

  @Test
  void aRefusedFormLeadsToItsProblemAndTheFieldSaysWhatIsWrong() {
    client.get("/lanes");

    String name = client.post("/lanes", Map.of("name", "A b", "policy", "SEQUENTIAL")).body();

    assertThat(name)
        .containsPattern("id=\"lane-refusal\"[^>]* autofocus")
        .contains("<a href=\"#lane-name\">")
        .containsPattern("<input id=\"lane-name\"[^>]*lane-name-problem\" aria-invalid=\"true\"")
        .containsPattern("id=\"lane-name-problem\">does not match")
        .doesNotContain("lane-slots-problem", "role=\"alert\"");
    for (String slots : List.of("many", "101", "0")) {
      client.get("/lanes");
      assertThat(
              client
                  .post("/lanes", Map.of("name", "a", "policy", "PARALLEL", "parallelism", slots))
                  .body())
          .as(slots)
          .contains("<a href=\"#lane-slots\">", "id=\"lane-slots-problem\"")
          .doesNotContain("lane-name-problem");
    }
  }

  @Test
  void whatIsWrongIsRefused() {
    client.get("/lanes");
    assertThat(client.get("/lanes/nobody").statusCode()).isEqualTo(404);
    assertThat(client.get("/lanes/..%2F..%2Fetc").statusCode()).isIn(400, 404);
    client.get("/lanes");
    for (Map<String, String> wrong :
        Map.of(
                "name", Map.of("name", "A b", "policy", "SEQUENTIAL"),
                "policy", Map.of("name", "a", "policy", "RANDOM"),
                "parallelism", Map.of("name", "a", "policy", "PARALLEL", "parallelism", "many"))
            .values()) {
      assertThat(client.post("/lanes", wrong).statusCode()).as("%s", wrong).isEqualTo(400);
      client.get("/lanes");
    }
    client.forgetToken();
    assertThat(client.post("/lanes", Map.of("name", "a", "policy", "SEQUENTIAL")).statusCode())
        .isEqualTo(403);
  }
}

package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.retort.identity.TokenStore;
import io.retort.registry.ModelVersions;
import io.retort.store.ProtoJson;
import io.retort.store.Store;
import io.retort.v1.CreateRunRequest;
import io.retort.v1.Grant;
import io.retort.v1.ModelServiceGrpc;
import io.retort.v1.PromoteAliasRequest;
import io.retort.v1.ReleaseProvenance;
import io.retort.v1.Role;
import io.retort.v1.RunPhase;
import io.retort.v1.RunServiceGrpc;
import io.retort.v1.RunSpec;
import io.retort.v1.SetTriggerRequest;
import io.retort.v1.Trigger;
import io.retort.v1.TriggerConfig;
import io.retort.v1.TriggerServiceGrpc;
import io.retort.v1.WatchRunRequest;
import io.retort.v1.WatchRunResponse;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every button, for every role in the team that owns the run, in another, in all. */
final class PageMatrixTest {
  private static final String OWN = "nlp";
  private static final String EVERY = "*";

  private static ControlHarness control;
  private static TokenStore tokens;
  private static List<Button> buttons = List.of();

  /**
   * A form of a page, with fields that change nothing that another test needs.
   *
   * @param everywhere whether the role is needed in every team
   */
  private record Button(
      String page, String action, Role role, boolean everywhere, Map<String, String> fields) {
    boolean isFor(Role held, String team) {
      return held.getNumber() >= role.getNumber()
          && (team.equals(EVERY) || (team.equals(OWN) && !everywhere));
    }
  }

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException {
    control = new ControlHarness(folder, Deadlines.DEFAULT, Map.of("RETORT_AUTH", "required"));
    tokens = new TokenStore(Store.open(control.storeUri), control.storeUri, Clock.systemUTC());
    String running = "/runs/" + launch("waits");
    String asking = "/runs/" + launch("awaits");
    PageClient admin = client(EVERY, Role.ROLE_ADMIN);
    admin.get("/lanes");
    assertThat(admin.post("/lanes", Map.of("name", "nightly", "policy", "SEQUENTIAL")).statusCode())
        .isEqualTo(303);
    assertThat(
            admin
                .post("/lanes", Map.of("name", "own", "team", OWN, "policy", "SEQUENTIAL"))
                .statusCode())
        .isEqualTo(303);
    publish("ours", 1, OWN);
    publish("both", 1, OWN);
    publish("both", 2, "vision");
    setTrigger("hourly");
    Map<String, String> launch =
        Map.of("spec.name", "waits", "spec.team", OWN, "spec.data.train[0].path", "/a.jsonl");
    buttons =
        List.of(
            // A budget below what is spent, a decision about another report, a lane as it is.
            button(running, running + "/budget", Role.ROLE_OPERATOR, Map.of("budget", "1")),
            button(
                running + "/retrain",
                running + "/retrain/plan",
                Role.ROLE_OPERATOR,
                PageClient.filledIn(admin.get(running + "/retrain").body())),
            button("/new", "/new/plan", Role.ROLE_OPERATOR, launch),
            button(asking, asking + "/approve", Role.ROLE_APPROVER, Map.of("report_digest", "x")),
            button(asking, asking + "/reject", Role.ROLE_APPROVER, Map.of("report_digest", "x")),
            button(
                asking + "/approval",
                asking + "/approve",
                Role.ROLE_APPROVER,
                Map.of("report_digest", "x")),
            button("/triggers/hourly", "/triggers/hourly/test", Role.ROLE_VIEWER, Map.of()),
            button(
                "/triggers/hourly",
                "/triggers/hourly/fire",
                Role.ROLE_OPERATOR,
                Map.of("request_id", "once")),
            new Button(
                "/lanes/nightly",
                "/lanes",
                Role.ROLE_OPERATOR,
                true,
                Map.of("name", "nightly", "policy", "SEQUENTIAL")),
            button(
                "/models/ours",
                "/models/ours/promote",
                Role.ROLE_APPROVER,
                Map.of("alias", "prod", "version", "1", "reason", "as it is")),
            button(
                "/models/ours",
                "/models/ours/roll-back",
                Role.ROLE_APPROVER,
                Map.of("alias", "prod", "expected_version", "7")),
            new Button(
                "/models/both",
                "/models/both/promote",
                Role.ROLE_APPROVER,
                true,
                Map.of("alias", "prod", "version", "1", "reason", "as it is")),
            button(
                "/lanes",
                "/lanes",
                Role.ROLE_OPERATOR,
                Map.of("name", "own", "team", OWN, "policy", "SEQUENTIAL")),
            button(
                "/lanes/own",
                "/lanes",
                Role.ROLE_OPERATOR,
                Map.of("name", "own", "team", OWN, "policy", "SEQUENTIAL")));
  }

  @AfterAll
  static void stop() {
    control.close();
  }

  @ParameterizedTest
  @EnumSource(names = {"ROLE_VIEWER", "ROLE_OPERATOR", "ROLE_APPROVER", "ROLE_ADMIN"})
  void aButtonIsThereForThoseWhoMayPressIt(Role role) throws IOException {
    List<String> wrong = new ArrayList<>();
    for (String team : List.of(OWN, "vision", EVERY)) {
      PageClient client = client(team, role);
      for (Button button : buttons) {
        HttpResponse<String> page = client.get(button.page());
        boolean shown = page.body().contains("action=\"" + button.action() + "\"");
        // A form of a new run or lane is for a team that is written into it.
        boolean somewhere =
            List.of("/new", "/lanes").contains(button.page()) && role != Role.ROLE_VIEWER;
        if (shown != (somewhere || button.isFor(role, team))) {
          wrong.add((shown ? "shown: " : "missing: ") + button + " as " + role + " in " + team);
        }
        client.get("/runs");
        client.get("/lanes");
        client.get("/new");
        int status = client.post(button.action(), button.fields()).statusCode();
        boolean refused = status == 403 || status == 404;
        if (refused == button.isFor(role, team)) {
          wrong.add(status + ": " + button + " as " + role + " in " + team);
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void aRunThatWaitsForADecisionIsShownToThoseWhoMayOnlyReadItsReport() throws IOException {
    String run = launch("asks");
    ControlHarness.awaitListed(
        control.api.withInterceptors(as(OWN, Role.ROLE_VIEWER)),
        run,
        RunPhase.RUN_PHASE_AWAITING_APPROVAL);
    String decision = "href=\"/runs/" + run + "/approval\"";

    assertThat(client(OWN, Role.ROLE_APPROVER).get("/approvals").body())
        .contains(decision, "Decide beside the report");
    assertThat(client(OWN, Role.ROLE_VIEWER).get("/approvals").body())
        .contains(decision, "Read the report")
        .doesNotContain("No run waits", "Decide beside");
    assertThat(client("vision", Role.ROLE_APPROVER).get("/approvals").body())
        .contains("No run waits for a decision.")
        .doesNotContain(run);
  }

  @Test
  void nobodySeesAPageWithoutASession() {
    PageClient nobody = new PageClient(control.address());
    for (String page :
        List.of(
            "/runs",
            "/new",
            "/lanes",
            "/lanes/nightly",
            "/approvals",
            "/datasets",
            "/models",
            "/triggers",
            "/triggers/hourly")) {
      assertThat(nobody.get(page).statusCode()).as(page).isEqualTo(401);
    }
  }

  private static Button button(String page, String action, Role role, Map<String, String> fields) {
    return new Button(page, action, role, false, fields);
  }

  private static void publish(String model, int version, String team) throws IOException {
    Store store = Store.open(control.storeUri);
    ModelVersions versions = new ModelVersions(store, control.storeUri, model);
    assertThat(versions.reserve("run-" + version)).isEqualTo(version);
    String provenance =
        ProtoJson.print(
            ReleaseProvenance.newBuilder()
                .setRunId("run-" + version)
                .setModel(model)
                .setVersion(version)
                .setSpec(ControlHarness.spec("a").toBuilder().setTeam(team))
                .putFiles("model.safetensors", "sha-" + version)
                .build());
    store.write(
        Store.resolve(versions.folder(version), ModelVersions.PROVENANCE),
        output -> output.write(provenance.getBytes(StandardCharsets.UTF_8)));
    if (version == 1) {
      control
          .client(ModelServiceGrpc.ModelServiceBlockingStub.class)
          .withInterceptors(as(EVERY, Role.ROLE_APPROVER))
          .promoteAlias(
              PromoteAliasRequest.newBuilder()
                  .setReference(model + ":v1")
                  .setAlias("prod")
                  .setReason("the first one")
                  .build());
    }
  }

  private static void setTrigger(String name) throws IOException {
    TriggerConfig.Builder config = TriggerConfig.newBuilder().setName(name);
    config
        .getLaunchBuilder()
        .setSpec(ControlHarness.spec("waits").toBuilder().setTeam(OWN).build());
    Trigger trigger =
        control
            .client(TriggerServiceGrpc.TriggerServiceBlockingStub.class)
            .withInterceptors(as(OWN, Role.ROLE_OPERATOR))
            .setTrigger(SetTriggerRequest.newBuilder().setConfig(config).build())
            .getTrigger();
    assertThat(trigger.getTeam()).isEqualTo(OWN);
  }

  private static ClientInterceptor as(String team, Role role) throws IOException {
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), bearer(team, role));
    return MetadataUtils.newAttachHeadersInterceptor(headers);
  }

  private static String launch(String name) throws IOException {
    RunSpec spec = ControlHarness.spec(name).toBuilder().setTeam(OWN).build();
    RunServiceGrpc.RunServiceBlockingStub api =
        control.api.withInterceptors(as(OWN, Role.ROLE_OPERATOR));
    String run =
        api.createRun(CreateRunRequest.newBuilder().setSpec(spec).build()).getRun().getRunId();
    Iterator<WatchRunResponse> watch =
        api.watchRun(WatchRunRequest.newBuilder().setRunId(run).build());
    RunPhase phase = RunPhase.RUN_PHASE_QUEUED;
    while (phase == RunPhase.RUN_PHASE_QUEUED) {
      phase = watch.next().getRun().getPhase();
    }
    return run;
  }

  private static PageClient client(String team, Role role) throws IOException {
    return new PageClient(control.address(), Map.of("authorization", bearer(team, role)));
  }

  private static String bearer(String team, Role role) throws IOException {
    return "Bearer "
        + tokens
            .create(
                "test",
                List.of(Grant.newBuilder().setTeam(team).setRole(role).build()),
                Duration.ofHours(1),
                "test",
                new SecureRandom())
            .secret()
            .reveal();
  }
}

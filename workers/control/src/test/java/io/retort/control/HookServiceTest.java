package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.Value;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.identity.TokenStore;
import io.retort.store.ProtoJson;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
import io.retort.v1.AlertmanagerSource;
import io.retort.v1.AuditEntry;
import io.retort.v1.FiringOutcome;
import io.retort.v1.Grant;
import io.retort.v1.LaunchTemplate;
import io.retort.v1.ListFiringsRequest;
import io.retort.v1.ListFiringsResponse;
import io.retort.v1.Role;
import io.retort.v1.SetTriggerRequest;
import io.retort.v1.Trigger;
import io.retort.v1.TriggerConfig;
import io.retort.v1.TriggerFiring;
import io.retort.v1.TriggerParameter;
import io.retort.v1.TriggerRecord;
import io.retort.v1.TriggerServiceGrpc;
import io.retort.v1.WebhookSource;
import io.retort.webhook.WebhookSecret;
import io.retort.webhook.WebhookSignature;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
final class HookServiceTest {
  private static final String OLD = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
  private static final String NEW = "whsec_QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8=";
  private static final String STRANGE = "whsec_ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
  private static final String THEIRS = "whsec_CCEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
  private static final String BODY = "{\"kind\": \"new-data\"}";

  private static ControlHarness control;
  private static HttpClientOfApi http;
  private static TriggerServiceGrpc.TriggerServiceBlockingStub triggers;

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException {
    Path secrets =
        Files.writeString(
            folder.resolve("secrets.yaml"),
            "old: " + OLD + "\nnew: " + NEW + "\nvision/theirs: " + THEIRS + "\n");
    control =
        new ControlHarness(
            folder.resolve("store"),
            Deadlines.DEFAULT,
            Map.of("RETORT_WEBHOOK_SECRETS", secrets.toString(), "RETORT_CALLS_PER_SECOND", "0"));
    http = new HttpClientOfApi(control.port());
    triggers = control.client(TriggerServiceGrpc.TriggerServiceBlockingStub.class);
    WebhookSource both = WebhookSource.newBuilder().addSecrets("old").addSecrets("new").build();
    set(config("hook").setWebhook(both).build());
    set(config("by-api").build());
    // As one of before secrets had teams.
    store(
        Store.open(control.storeUri),
        control.storeUri,
        Trigger.newBuilder()
            .setTeam("default")
            .setRevision(1)
            .setConfig(
                config("borrows").setWebhook(WebhookSource.newBuilder().addSecrets("theirs")))
            .build());
    set(
        config("alerts")
            .setAlertmanager(
                AlertmanagerSource.newBuilder()
                    .putMatchLabels("alertname", "Drift")
                    .putMatchLabels("team", "nlp"))
            .build());
  }

  @AfterAll
  static void stop() {
    control.close();
  }

  @Test
  void aSignedCallLaunchesOnceHoweverOftenItIsSent() {
    HttpResponse<String> first = post("hook", "msg-1", Instant.now(), BODY, BODY, OLD);
    HttpResponse<String> again = post("hook", "msg-1", Instant.now(), BODY, BODY, NEW);

    JsonNode firing = HttpClientOfApi.json(first).get("firings").get(0);
    assertThat(first.statusCode()).isEqualTo(200);
    assertThat(firing.get("outcome").asText()).isEqualTo("FIRING_OUTCOME_LAUNCHED");
    assertThat(again.body()).isEqualTo(first.body());
    assertThat(control.get(firing.get("run_id").asText()).getLabelsMap())
        .containsEntry("kind", "new-data");
    assertThat(firings("hook"))
        .filteredOn(found -> found.getFiringId().equals("webhook-msg-1"))
        .extracting(TriggerFiring::getDetail)
        .containsExactly("webhook msg-1");
  }

  @Test
  void whatIsNotSignedLearnsNothing() {
    Instant now = Instant.now();
    List<HttpResponse<String>> refused = new ArrayList<>();
    refused.add(post("hook", "msg-x", now, BODY, BODY, STRANGE));
    refused.add(post("hook", "msg-x", now, BODY, BODY.replace("new", "old"), OLD));
    refused.add(post("hook", "msg-x", now.minus(Duration.ofMinutes(6)), BODY, BODY, OLD));
    refused.add(post("hook", "msg-x", now.plus(Duration.ofMinutes(6)), BODY, BODY, OLD));
    refused.add(http.post("/v1/hooks/hook", BODY));
    refused.add(post("absent", "msg-x", now, BODY, BODY, OLD));
    refused.add(post("by-api", "msg-x", now, BODY, BODY, OLD));
    refused.add(post("borrows", "msg-x", now, BODY, BODY, THEIRS));
    refused.add(post("No_Name", "msg-x", now, BODY, BODY, OLD));

    assertThat(refused).extracting(HttpResponse::statusCode).containsOnly(401);
    assertThat(new TreeSet<>(refused.stream().map(HttpResponse::body).toList())).hasSize(1);
    assertThat(HttpClientOfApi.json(refused.get(0)).get("reason").asText())
        .isEqualTo("UNAUTHENTICATED");
    assertThat(firings("hook"))
        .extracting(TriggerFiring::getFiringId)
        .doesNotContain("webhook-msg-x");
  }

  @Test
  void aSecretOfAnotherTeamIsRefused() {
    TriggerConfig config =
        config("asks").setWebhook(WebhookSource.newBuilder().addSecrets("theirs")).build();

    StatusRuntimeException thrown =
        catchThrowableOfType(StatusRuntimeException.class, () -> set(config));

    assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(thrown.getStatus().getDescription())
        .startsWith("config.webhook.secrets: theirs (expected: a name in the file")
        .contains("of all teams or of team default");
  }

  /** Senders repeat what is not answered 2xx for days, which would not help. */
  @Test
  void aRunThatIsRefusedIsAnsweredWithSuccess() {
    HttpResponse<String> refused =
        post("hook", "msg-2", Instant.now(), "{\"kind\": [1]}", "{\"kind\": [1]}", OLD);

    assertThat(refused.statusCode()).isEqualTo(200);
    assertThat(HttpClientOfApi.json(refused).get("firings").get(0).get("outcome").asText())
        .isEqualTo("FIRING_OUTCOME_REFUSED");
    assertThat(refused.body()).as("a sender may belong to no team").doesNotContain("failure");
    assertThat(post("hook", "msg-3", Instant.now(), "[]", "[]", OLD).statusCode()).isEqualTo(400);
  }

  /** The platform signs its events for every team, with any secret of the file. */
  @Test
  void anEventOfThePlatformFiresNothing() {
    String event = "{\"type\": \"dev.retort.subscription.test.v1\", \"kind\": \"new\"}";

    assertThat(post("hook", "msg-own", Instant.now(), event, event, OLD).statusCode())
        .isEqualTo(400);
    assertThat(firings("hook"))
        .extracting(TriggerFiring::getFiringId)
        .doesNotContain("webhook-msg-own");
  }

  @Test
  void theBodyIsBoundedAndOriginsDoNotMatter() {
    String large = "{\"a\": \"" + "x".repeat(300 << 10) + "\"}";
    assertThat(post("hook", "msg-4", Instant.now(), large, large, OLD).statusCode()).isEqualTo(413);
    assertThat(
            http.send(
                    signed("hook", "msg-5", Instant.now(), BODY, BODY, OLD)
                        .header("Origin", "https://elsewhere.test"))
                .statusCode())
        .isEqualTo(200);
    assertThat(http.get("/v1/hooks/hook").statusCode()).isIn(404, 405);
  }

  @Test
  void anAlertFiresOnceHoweverOftenItIsRepeated() {
    String storm = alerts(String.join(",", repeated(alert("Drift", "firing", "1"), 50)));
    for (int call = 0; call < 20; call++) {
      assertThat(http.post("/v1/hooks/alerts", storm).statusCode()).isEqualTo(200);
    }
    HttpResponse<String> others =
        http.post(
            "/v1/hooks/alerts",
            alerts(
                alert("Drift", "resolved", "2")
                    + ","
                    + alert("Other", "firing", "3")
                    + ","
                    + alert("Drift", "firing", "4")));

    assertThat(HttpClientOfApi.json(others).get("firings")).hasSize(1);
    assertThat(firings("alerts"))
        .extracting(TriggerFiring::getFiringId)
        .containsExactlyInAnyOrder(
            "alert:a1:2026-01-01T00:00:01Z", "alert:a1:2026-01-01T00:00:04Z");
    TriggerFiring firing = firings("alerts").get(0);
    assertThat(firing.getOutcome()).isEqualTo(FiringOutcome.FIRING_OUTCOME_LAUNCHED);
    assertThat(firing.getDetail()).isEqualTo("alert Drift, sent by local");
    assertThat(http.post("/v1/hooks/alerts", "{}").statusCode()).isEqualTo(400);
    assertThat(
            http.post(
                    "/v1/hooks/alerts", alerts(alert("Drift", "firing", "1").replace("a1", "../a")))
                .statusCode())
        .isEqualTo(400);
  }

  @Test
  void anAlertmanagerNeedsATokenOfAnOperatorOfTheTeam(@TempDir Path folder) throws IOException {
    try (ControlHarness guarded =
        new ControlHarness(folder, Deadlines.DEFAULT, Map.of("RETORT_AUTH", "required"))) {
      Store store = Store.open(guarded.storeUri);
      store(
          store,
          guarded.storeUri,
          Trigger.newBuilder()
              .setTeam("nlp")
              .setRevision(1)
              .setConfig(config("alerts").setAlertmanager(AlertmanagerSource.getDefaultInstance()))
              .build());
      TokenStore tokens = new TokenStore(store, guarded.storeUri, Clock.systemUTC());
      String body = alerts(alert("Drift", "resolved", "1"));

      assertThat(withToken(guarded, "", body)).isEqualTo(401);
      assertThat(withToken(guarded, token(tokens, "nlp", Role.ROLE_VIEWER), body)).isEqualTo(401);
      assertThat(withToken(guarded, token(tokens, "vision", Role.ROLE_ADMIN), body)).isEqualTo(401);
      assertThat(withToken(guarded, token(tokens, "nlp", Role.ROLE_OPERATOR), body)).isEqualTo(200);
    }
    assertThat(audited(folder))
        .filteredOn(entry -> entry.getMethod().equals("/v1/hooks/"))
        .extracting(AuditEntry::getObject, AuditEntry::getOutcome, AuditEntry::getCount)
        .containsExactlyInAnyOrder(tuple("alerts", "OK", 1), tuple("alerts", "UNAUTHENTICATED", 3));
  }

  /** Whoever calls what is not there chooses no word of the log. */
  @Test
  void acceptedAndRefusedCallsAreAudited(@TempDir Path folder) throws IOException {
    Path secrets = Files.writeString(folder.resolve("secrets.yaml"), "old: " + OLD + "\n");
    Path store = folder.resolve("store");
    try (ControlHarness own =
        new ControlHarness(
            store,
            Deadlines.DEFAULT,
            Map.of("RETORT_WEBHOOK_SECRETS", secrets.toString(), "RETORT_AUTH", "off"))) {
      TriggerConfig hook =
          config("hook").setWebhook(WebhookSource.newBuilder().addSecrets("old")).build();
      assertThat(
              own.client(TriggerServiceGrpc.TriggerServiceBlockingStub.class)
                  .setTrigger(SetTriggerRequest.newBuilder().setConfig(hook).build())
                  .hasTrigger())
          .isTrue();
      HttpClientOfApi client = new HttpClientOfApi(own.port());
      Instant now = Instant.now();
      assertThat(client.send(signed(client, "hook", "msg-1", now, BODY, BODY, OLD)).statusCode())
          .isEqualTo(200);
      for (int call = 0; call < 5; call++) {
        HttpRequest.Builder strange =
            signed(client, "hook", "msg-" + call, now, BODY, BODY, STRANGE);
        assertThat(client.send(strange).statusCode()).isEqualTo(401);
        assertThat(client.post("/v1/hooks/guess-" + call, BODY).statusCode()).isEqualTo(401);
      }
    }

    List<AuditEntry> calls =
        audited(store).stream().filter(entry -> entry.getMethod().equals("/v1/hooks/")).toList();
    assertThat(calls)
        .extracting(AuditEntry::getObject, AuditEntry::getOutcome, AuditEntry::getCount)
        .containsExactlyInAnyOrder(
            tuple("hook", "OK", 1),
            tuple("hook", "UNAUTHENTICATED", 5),
            tuple("", "UNAUTHENTICATED", 5));
    AuditEntry accepted =
        calls.stream().filter(entry -> entry.getOutcome().equals("OK")).findFirst().orElseThrow();
    assertThat(accepted.getCallerId()).isEqualTo("webhook:msg-1");
    assertThat(accepted.getTeamsList()).containsExactly("default");
    assertThat(calls.toString()).as("the payload").doesNotContain("new-data");
  }

  private static List<AuditEntry> audited(Path folder) throws IOException {
    String audit = "file://" + folder.toAbsolutePath() + "/access/audit";
    Store store = Store.open(audit);
    List<AuditEntry> entries = new ArrayList<>();
    for (String object : store.listBelow(audit)) {
      String lines =
          new String(
              store.read(Store.resolve(audit, object)).readAllBytes(), StandardCharsets.UTF_8);
      for (String line : lines.lines().toList()) {
        entries.add((AuditEntry) ProtoJson.parse(line, AuditEntry.newBuilder(), object));
      }
    }
    return entries;
  }

  private static void store(Store store, String storeUri, Trigger trigger) throws IOException {
    byte[] bytes = StoredMessages.bytes(TriggerRecord.newBuilder().setTrigger(trigger).build());
    String uri = Store.resolve(storeUri, "triggers/" + trigger.getConfig().getName() + ".json");
    assertThat(store.write(uri, output -> output.write(bytes))).isNotNull();
  }

  private static int withToken(ControlHarness guarded, String token, String body) {
    HttpClientOfApi client = new HttpClientOfApi(guarded.port());
    HttpRequest.Builder request = client.request("POST", "/v1/hooks/alerts", body);
    return client
        .send(token.isEmpty() ? request : request.header("Authorization", "Bearer " + token))
        .statusCode();
  }

  private static String token(TokenStore tokens, String team, Role role) throws IOException {
    return tokens
        .create(
            "alerts",
            List.of(Grant.newBuilder().setTeam(team).setRole(role).build()),
            Duration.ofHours(1),
            "test",
            new SecureRandom())
        .secret()
        .reveal();
  }

  private static HttpResponse<String> post(
      String trigger, String id, Instant time, String body, String signed, String secret) {
    return http.send(signed(trigger, id, time, body, signed, secret));
  }

  private static HttpRequest.Builder signed(
      String trigger, String id, Instant time, String body, String signed, String secret) {
    return signed(http, trigger, id, time, body, signed, secret);
  }

  private static HttpRequest.Builder signed(
      HttpClientOfApi client,
      String trigger,
      String id,
      Instant time,
      String body,
      String signed,
      String secret) {
    return client
        .request("POST", "/v1/hooks/" + trigger, body)
        .header(WebhookSignature.ID, id)
        .header(WebhookSignature.TIMESTAMP, Long.toString(time.getEpochSecond()))
        .header(
            WebhookSignature.SIGNATURE,
            WebhookSignature.sign(
                id,
                time,
                signed.getBytes(StandardCharsets.UTF_8),
                List.of(WebhookSecret.parse(secret).orElseThrow())));
  }

  private static String alerts(String alerts) {
    return "{\"version\": \"4\", \"status\": \"firing\", \"alerts\": [" + alerts + "]}";
  }

  private static List<String> repeated(String text, int times) {
    return java.util.Collections.nCopies(times, text);
  }

  private static String alert(String name, String status, String second) {
    return "{\"status\": \""
        + status
        + "\", \"fingerprint\": \"a1\", \"startsAt\": \"2026-01-01T00:00:0"
        + second
        + "Z\", \"labels\": {\"alertname\": \""
        + name
        + "\", \"team\": \"nlp\"}}";
  }

  private static List<TriggerFiring> firings(String trigger) {
    ListFiringsResponse response =
        triggers.listFirings(ListFiringsRequest.newBuilder().setName(trigger).build());
    return response.getFiringsList();
  }

  private static void set(TriggerConfig config) {
    Trigger made =
        triggers.setTrigger(SetTriggerRequest.newBuilder().setConfig(config).build()).getTrigger();
    assertThat(made.getRevision()).isEqualTo(1);
  }

  private static TriggerConfig.Builder config(String name) {
    return TriggerConfig.newBuilder()
        .setName(name)
        .setLaunch(
            LaunchTemplate.newBuilder()
                .setSpec(ControlHarness.spec("waits"))
                .addParameters(
                    TriggerParameter.newBuilder()
                        .setName("kind")
                        .setPointer("/kind")
                        .setTarget("label.kind")
                        .setDefaultValue(Value.newBuilder().setStringValue("none"))));
  }
}

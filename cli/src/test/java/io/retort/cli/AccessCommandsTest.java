package io.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.stub.StreamObserver;
import io.retort.identity.TokenSecret;
import io.retort.identity.TokenStore;
import io.retort.store.Store;
import io.retort.v1.AccessServiceGrpc;
import io.retort.v1.Grant;
import io.retort.v1.Role;
import io.retort.v1.StoredToken;
import io.retort.v1.WhoAmIRequest;
import io.retort.v1.WhoAmIResponse;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Logins, and the commands that work on the store itself. */
class AccessCommandsTest {
  private static final String TOKEN = "rtk_" + "a".repeat(72);

  @TempDir Path folder = Path.of("");

  @Test
  void keepsALoginForItsOwnerAlone() throws Exception {
    Map<String, String> environment = Map.of("XDG_CONFIG_HOME", folder.toString());
    assertThat(SavedLogin.read(environment)).isEmpty();
    SavedLogin login = new SavedLogin("https://retort.example", TOKEN, "/ca.pem");
    Path file = login.write(environment);
    assertThat(file).isEqualTo(folder.resolve("retort/login.json"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(SavedLogin.read(environment)).contains(login);
    assertThat(login.toString()).doesNotContain(TOKEN);

    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> SavedLogin.read(environment))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("expected: mode 600");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    Files.writeString(file, TOKEN);
    assertThatThrownBy(() -> SavedLogin.read(environment))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("is damaged")
        .hasMessageNotContaining(TOKEN);
  }

  @Test
  void sendsASavedTokenToItsOwnAddressAlone() throws Exception {
    Map<String, String> saved = Map.of("XDG_CONFIG_HOME", folder.toString());
    Path unused = new SavedLogin("https://retort.example", TOKEN, "/ca.pem").write(saved);
    ControlTarget target = ControlTarget.of(saved, () -> Optional.of("127.0.0.1:7400"));
    assertThat(target)
        .isEqualTo(new ControlTarget("https://retort.example", TOKEN, "/ca.pem", "", ""));
    assertThat(target.toString()).doesNotContain(TOKEN);
    ControlTarget other =
        ControlTarget.of(
            Map.of("XDG_CONFIG_HOME", folder.toString(), "RETORT_CONTROL_ADDRESS", "127.0.0.1:1"),
            Optional::empty);
    assertThat(other.token()).isEmpty();
    ControlTarget overridden =
        ControlTarget.of(
            Map.of("XDG_CONFIG_HOME", folder.toString(), "RETORT_TOKEN", "rtk_other"),
            Optional::empty);
    assertThat(overridden.token()).isEqualTo("rtk_other");
  }

  @Test
  void sendsNoTokenInTheClearToAnotherMachine() {
    ControlTarget target = new ControlTarget("192.0.2.1:7400", TOKEN, "", "", "");
    assertThatThrownBy(() -> target.open())
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("expected: https://192.0.2.1:7400")
        .hasMessageNotContaining(TOKEN);
  }

  @Test
  void sendsTheTokenWithEachCall() throws Exception {
    List<String> received = new CopyOnWriteArrayList<>();
    Server server =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(new FakeAccessService())
            .intercept(new HeaderReader(received))
            .build()
            .start();
    try (ControlClient client =
        ControlClient.open(new ControlTarget("127.0.0.1:" + server.getPort(), TOKEN, "", "", ""))) {
      WhoAmIResponse me = client.access().whoAmI(WhoAmIRequest.getDefaultInstance());
      assertThat(LoginCommand.describe(me)).isEqualTo("ana: operator in nlp, viewer in every team");
      assertThat(received).containsExactly("Bearer " + TOKEN);
    } finally {
      server.shutdownNow();
    }
  }

  @Test
  void theFirstTokenComesFromTheStore() throws Exception {
    StringWriter out = new StringWriter();
    CommandLine command = Retort.commandLine();
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(new StringWriter()));
    int status =
        command.execute(
            "tokens", "create", "--bootstrap", "--store", folder.toString(), "--lifetime", "1d");
    assertThat(status).isZero();
    TokenSecret secret = TokenSecret.parse(out.toString().strip()).orElseThrow();
    String uri = "file://" + folder;
    StoredToken stored =
        new TokenStore(Store.open(uri), uri, Clock.systemUTC())
            .read(secret.tokenId())
            .orElseThrow();
    assertThat(stored.getToken().getGrantsList())
        .containsExactly(Grant.newBuilder().setTeam("*").setRole(Role.ROLE_ADMIN).build());
    assertThat(secret.matches(stored.getSecretSha256())).isTrue();
  }

  @Test
  void aChangedAuditLogFailsTheCheck() throws Exception {
    Path chain = Files.createDirectories(folder.resolve("access/audit/20260301T120000Z-00000000"));
    Path object = chain.resolve("000000000001.jsonl");
    Files.writeString(object, "{\"sequence\":\"1\"}\n", StandardCharsets.UTF_8);
    StringWriter out = new StringWriter();
    assertThat(verify(out)).isZero();
    assertThat(out.toString()).contains("The audit log is whole.", "not ended");
    Files.writeString(
        object, "{\"sequence\":\"1\"}\n{\"sequence\":\"3\"}\n", StandardCharsets.UTF_8);
    assertThat(verify(out)).isEqualTo(1);
    assertThat(out.toString()).contains("WRONG: chain", "entry 3 (expected: entry 2)");
  }

  private int verify(StringWriter out) {
    CommandLine command = Retort.commandLine();
    return command
        .setOut(new PrintWriter(out, true))
        .execute("audit", "verify", "--store", folder.toString());
  }

  private static final class FakeAccessService extends AccessServiceGrpc.AccessServiceImplBase {
    @Override
    public void whoAmI(WhoAmIRequest request, StreamObserver<WhoAmIResponse> observer) {
      List<Grant> grants = new ArrayList<>();
      grants.add(Grant.newBuilder().setTeam("nlp").setRole(Role.ROLE_OPERATOR).build());
      grants.add(Grant.newBuilder().setTeam("*").setRole(Role.ROLE_VIEWER).build());
      observer.onNext(
          WhoAmIResponse.newBuilder()
              .setName("ana")
              .setAuthenticated(true)
              .addAllGrants(grants)
              .build());
      observer.onCompleted();
    }
  }

  private record HeaderReader(List<String> received) implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      received.add(
          String.valueOf(
              headers.get(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER))));
      return next.startCall(call, headers);
    }
  }
}

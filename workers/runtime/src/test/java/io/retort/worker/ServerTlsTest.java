package io.retort.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.TlsKeyPair;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerTlsTest {
  private static final Duration LONGEST = Duration.ofSeconds(60);

  @TempDir Path folder = Path.of("");

  @Test
  void aReplacedCertificateIsServedWithoutARestart() throws Exception {
    TlsKeyPair first = TlsKeyPair.ofSelfSigned("localhost");
    TlsKeyPair second = TlsKeyPair.ofSelfSigned("localhost");
    write(first);
    Server server = start(Map.of("RETORT_TLS_RELOAD_SECONDS", "1"));
    try {
      assertThat(call(server, first, null)).isEqualTo(200);
      assertThatThrownBy(() -> call(server, second, null)).isInstanceOf(IOException.class);
      write(second);
      long end = System.nanoTime() + LONGEST.toNanos();
      int status = 0;
      while (status != 200 && System.nanoTime() < end) {
        try {
          status = call(server, second, null);
        } catch (IOException e) {
          // Still the first certificate.
          status = 0;
        }
      }
      assertThat(status).isEqualTo(200);
    } finally {
      server.stop().join();
    }
  }

  @Test
  void clientsNeedACertificateOfTheAuthority() throws Exception {
    TlsKeyPair own = TlsKeyPair.ofSelfSigned("localhost");
    TlsKeyPair client = TlsKeyPair.ofSelfSigned("client");
    write(own);
    Path authority = folder.resolve("clients.pem");
    Files.writeString(authority, pem("CERTIFICATE", client.certificateChain().get(0).getEncoded()));
    Server server = start(Map.of("RETORT_TLS_CLIENT_CA", authority.toString()));
    try {
      assertThat(call(server, own, client)).isEqualTo(200);
      assertThatThrownBy(() -> call(server, own, null)).isInstanceOf(IOException.class);
      TlsKeyPair other = TlsKeyPair.ofSelfSigned("other");
      assertThatThrownBy(() -> call(server, own, other)).isInstanceOf(IOException.class);
    } finally {
      server.stop().join();
    }
  }

  @Test
  void aFileThatIsNoCertificateIsNamed() throws Exception {
    write(TlsKeyPair.ofSelfSigned("localhost"));
    Files.writeString(folder.resolve("server.pem"), "none");
    assertThatThrownBy(() -> start(Map.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("server.pem");
  }

  @Test
  void replacedAuthoritiesOfClientsAreTrustedWithoutARestart() throws Exception {
    TlsKeyPair own = TlsKeyPair.ofSelfSigned("localhost");
    TlsKeyPair before = TlsKeyPair.ofSelfSigned("before");
    TlsKeyPair after = TlsKeyPair.ofSelfSigned("after");
    write(own);
    Path authority = folder.resolve("clients.pem");
    Files.writeString(authority, pem("CERTIFICATE", before.certificateChain().get(0).getEncoded()));
    Server server =
        start(
            Map.of("RETORT_TLS_CLIENT_CA", authority.toString(), "RETORT_TLS_RELOAD_SECONDS", "1"));
    try {
      assertThat(call(server, own, before)).isEqualTo(200);
      assertThatThrownBy(() -> call(server, own, after)).isInstanceOf(IOException.class);
      Files.writeString(
          authority, pem("CERTIFICATE", after.certificateChain().get(0).getEncoded()));
      assertThat(callUntil200(server, own, after)).isEqualTo(200);
      assertThatThrownBy(() -> call(server, own, before)).isInstanceOf(IOException.class);
    } finally {
      server.stop().join();
    }
  }

  @Test
  void otherMachinesNeedTlsUnlessItIsOff() {
    InetSocketAddress everywhere = new InetSocketAddress("0.0.0.0", 0);
    assertThatThrownBy(
            () -> ServerTls.listen(Server.builder(), new Environment(Map.of()), everywhere))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("RETORT_TLS_CERT: not set while RETORT_HOST is 0.0.0.0")
        .hasMessageContaining("RETORT_TLS=off if something else encrypts");
    assertThatThrownBy(
            () ->
                ServerTls.listen(
                    Server.builder(), new Environment(Map.of("RETORT_TLS", "on")), everywhere))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("RETORT_TLS: on (expected: off, or not set");
    ServerBuilder allowed = Server.builder().service("/", (ctx, request) -> HttpResponse.of(200));
    ServerTls.listen(allowed, new Environment(Map.of("RETORT_TLS", "off")), everywhere);
    assertThat(allowed.build().config().ports()).hasSize(1);
  }

  private static int callUntil200(Server server, TlsKeyPair trusted, TlsKeyPair own)
      throws Exception {
    long end = System.nanoTime() + LONGEST.toNanos();
    int status = 0;
    while (status != 200 && System.nanoTime() < end) {
      try {
        status = call(server, trusted, own);
      } catch (IOException e) {
        // Still what was before.
        status = 0;
      }
    }
    return status;
  }

  private Server start(Map<String, String> variables) {
    Map<String, String> complete = new HashMap<>(variables);
    complete.put("RETORT_TLS_CERT", folder.resolve("server.pem").toString());
    complete.put("RETORT_TLS_KEY", folder.resolve("server.key").toString());
    ServerBuilder builder =
        Server.builder()
            .bossGroupFactory(AcceptThreads::of)
            .service("/", (ctx, request) -> HttpResponse.of(200));
    ServerTls.listen(builder, new Environment(complete), new InetSocketAddress("localhost", 0));
    Server server = builder.build();
    server.start().join();
    return server;
  }

  private void write(TlsKeyPair pair) throws Exception {
    Files.writeString(
        folder.resolve("server.pem"),
        pem("CERTIFICATE", pair.certificateChain().get(0).getEncoded()));
    Files.writeString(
        folder.resolve("server.key"), pem("PRIVATE KEY", pair.privateKey().getEncoded()));
  }

  /** A connection of its own for each call. */
  private static int call(Server server, TlsKeyPair trusted, @Nullable TlsKeyPair own)
      throws Exception {
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    KeyStore authorities = emptyStore();
    authorities.setCertificateEntry("server", trusted.certificateChain().get(0));
    trust.init(authorities);
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    KeyStore identity = emptyStore();
    if (own != null) {
      identity.setKeyEntry(
          "own",
          own.privateKey(),
          new char[0],
          own.certificateChain().toArray(new X509Certificate[0]));
    }
    keys.init(identity, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return HttpClient.newBuilder()
        .sslContext(context)
        .build()
        .send(
            HttpRequest.newBuilder(
                    URI.create("https://localhost:" + server.activeLocalPort() + "/"))
                .timeout(Duration.ofSeconds(20))
                .build(),
            BodyHandlers.discarding())
        .statusCode();
  }

  private static KeyStore emptyStore() throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  private static String pem(String kind, byte[] content) {
    return "-----BEGIN "
        + kind
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content)
        + "\n-----END "
        + kind
        + "-----\n";
  }
}

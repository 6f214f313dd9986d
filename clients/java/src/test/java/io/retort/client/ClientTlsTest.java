package io.retort.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import io.retort.tls.AuthorityFile;
import io.retort.tls.ClientTls;
import io.retort.tls.KeyPairFile;
import io.retort.tls.TestCertificate;
import io.retort.tls.TlsFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ClientTlsTest {
  private static final Duration LONGEST = Duration.ofSeconds(60);

  private static TestCertificate server;
  private static TestCertificate client;
  private static TestCertificate other;

  @TempDir Path folder = Path.of("");

  @BeforeAll
  static void generate() {
    server = TestCertificate.generate();
    client = TestCertificate.generate();
    other = TestCertificate.generate();
  }

  @Test
  void trustsOnlyTheAuthorityThatItIsGiven() throws Exception {
    try (ScriptedRuns runs = new ScriptedRuns(credentials(null));
        RetortClient right = builder(runs).trust(certificate(server)).build();
        RetortClient wrong = builder(runs).trust(certificate(other)).build();
        RetortClient none = builder(runs).build()) {
      assertThat(right.get("a").getRunId()).isEqualTo("a");
      assertThatThrownBy(() -> wrong.get("a"))
          .isInstanceOf(RetortException.class)
          .hasMessageContaining("cannot be reached");
      assertThatThrownBy(() -> none.get("a")).isInstanceOf(RetortException.class);
    }
  }

  @Test
  void showsItsCertificateToAServerThatAsks() throws Exception {
    try (ScriptedRuns runs = new ScriptedRuns(credentials(certificate(client)));
        RetortClient known =
            builder(runs)
                .trust(certificate(server))
                .clientCertificate(certificate(client), key(client))
                .build();
        RetortClient unknown = builder(runs).trust(certificate(server)).build()) {
      assertThat(known.get("a").getRunId()).isEqualTo("a");
      assertThatThrownBy(() -> unknown.get("a")).isInstanceOf(RetortException.class);
    }
  }

  @Test
  void readsReplacedFilesAndKeepsTheOldOnesUntilTheyFit() throws Exception {
    Path certificate = folder.resolve("tls.crt");
    Path key = folder.resolve("tls.key");
    client.writeCertificate(certificate);
    client.writeKey(key);
    try (ClientTls tls =
        ClientTls.of(
            Optional.empty(),
            Optional.of(new KeyPairFile(certificate, key)),
            Duration.ofMillis(20))) {
      assertThat(shown(tls)).isEqualTo(client.certificate());
      other.writeCertificate(certificate);
      assertThatThrownBy(() -> new KeyPairFile(certificate, key).read())
          .isInstanceOf(TlsFileException.class)
          .hasMessageContaining("is not the key of the certificate in " + certificate);
      assertThat(shown(tls)).isEqualTo(client.certificate());
      other.writeKey(key);
      long end = System.nanoTime() + LONGEST.toNanos();
      while (!shown(tls).equals(other.certificate()) && System.nanoTime() < end) {
        Thread.onSpinWait();
      }
      assertThat(shown(tls)).isEqualTo(other.certificate());
    }
  }

  @Test
  void namesAFileThatIsNoCertificate() throws Exception {
    Path empty = Files.writeString(folder.resolve("ca.pem"), "none");
    assertThatThrownBy(() -> new AuthorityFile(empty).read())
        .isInstanceOf(TlsFileException.class)
        .hasMessageContaining("ca.pem")
        .hasMessageContaining("(expected: certificates, PEM)");
    assertThatThrownBy(() -> new AuthorityFile(folder.resolve("missing.pem")).read())
        .isInstanceOf(TlsFileException.class)
        .hasMessageContaining("missing.pem");
  }

  private static RetortClientBuilder builder(ScriptedRuns runs) {
    return RetortClient.builder()
        .address("https://localhost:" + runs.port())
        .retryFor(Duration.ZERO);
  }

  private ServerCredentials credentials(@Nullable Path clients) throws IOException {
    TlsServerCredentials.Builder builder =
        TlsServerCredentials.newBuilder()
            .keyManager(certificate(server).toFile(), key(server).toFile());
    if (clients != null) {
      builder.trustManager(clients.toFile()).clientAuth(TlsServerCredentials.ClientAuth.REQUIRE);
    }
    return builder.build();
  }

  private static X509Certificate shown(ClientTls tls) {
    X509ExtendedKeyManager keys = (X509ExtendedKeyManager) tls.keyManager().orElseThrow();
    return keys.getCertificateChain(keys.chooseClientAlias(new String[0], null, null))[0];
  }

  private Path certificate(TestCertificate of) throws IOException {
    return of.writeCertificate(folder.resolve(of.certificate().getSerialNumber() + ".crt"));
  }

  private Path key(TestCertificate of) throws IOException {
    return of.writeKey(folder.resolve(of.certificate().getSerialNumber() + ".key"));
  }
}

package io.retort.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.worker.Environment;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.auth.credentials.SystemPropertyCredentialsProvider;

/** Two processes that write one object, and responses that are lost or refuse. */
class S3ConditionTest {
  private static final String URI = "s3://bucket/object";
  private static final AwsCredentialsProvider CREDENTIALS =
      StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "secret"));

  private ScriptedS3 server;
  private Store one;
  private Store other;

  @BeforeEach
  void startServer() throws IOException {
    server = new ScriptedS3();
    // The two stores have separate locks, like two processes.
    one = new S3Store(S3Clients.of(new Environment(server.environment()), CREDENTIALS));
    other = new S3Store(S3Clients.of(new Environment(server.environment()), CREDENTIALS));
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  @Test
  void oneOfTwoProcessesWritesAnAbsentObject() throws IOException {
    // The last moment before the first writer writes: it has found no object.
    server.refuse("HEAD", 404, "");
    server.refuse("HEAD", 404, "");
    other.write(URI, bytes("other"));

    assertThat(one.writeIfAbsent(URI, bytes("one"))).isFalse();

    assertThat(read(one)).isEqualTo("other");
  }

  @Test
  void anUpdateBesideAnotherLosesNeither() throws IOException {
    List<String> seen = new ArrayList<>();
    one.write(URI, bytes("0"));

    boolean written =
        one.update(
            URI,
            current -> {
              seen.add(text(current.orElseThrow()));
              if (seen.size() == 1) {
                other.update(
                    URI,
                    before ->
                        Optional.of(
                            (text(before.orElseThrow()) + "a").getBytes(StandardCharsets.UTF_8)));
              }
              return Optional.of(
                  (text(current.orElseThrow()) + "b").getBytes(StandardCharsets.UTF_8));
            });

    assertThat(written).isTrue();
    assertThat(seen).containsExactly("0", "0a");
    assertThat(read(one)).isEqualTo("0ab");
  }

  @Test
  void anUpdateOfWhatIsDeletedMeanwhileStartsAnew() throws IOException {
    List<Boolean> present = new ArrayList<>();
    one.write(URI, bytes("0"));

    one.update(
        URI,
        current -> {
          present.add(current.isPresent());
          if (present.size() == 1) {
            other.delete(URI);
          }
          return Optional.of("1".getBytes(StandardCharsets.UTF_8));
        });

    assertThat(present).containsExactly(true, false);
    assertThat(read(one)).isEqualTo("1");
  }

  @Test
  void aLostAnswerIsNotTakenForAnothersWrite() throws IOException {
    server.loseAnswer("PUT");
    assertThat(one.writeIfAbsent(URI, bytes("one"))).isTrue();

    List<String> seen = new ArrayList<>();
    server.loseAnswer("PUT");
    one.update(
        URI,
        current -> {
          seen.add(text(current.orElseThrow()));
          return Optional.of("two".getBytes(StandardCharsets.UTF_8));
        });

    assertThat(seen).containsExactly("one");
    assertThat(read(one)).isEqualTo("two");
  }

  @Test
  void aConflictIsDecidedByWhatStandsAfterwards() throws IOException {
    server.refuse("PUT", 409, "ConditionalRequestConflict");
    assertThat(one.writeIfAbsent(URI, bytes("one"))).isTrue();

    server.refuse("PUT", 409, "ConditionalRequestConflict");
    assertThat(one.update(URI, current -> Optional.of(new byte[] {'2'}))).isTrue();
    assertThat(read(one)).isEqualTo("2");
  }

  @Test
  void aServerThatRefusesConditionsIsWrittenToWithoutThem() throws IOException {
    server.refuse("PUT", 501, "NotImplemented");

    assertThat(one.writeIfAbsent(URI, bytes("one"))).isTrue();
    assertThat(one.writeIfAbsent(URI, bytes("two"))).isFalse();
    assertThat(read(one)).isEqualTo("one");
  }

  @ParameterizedTest
  @CsvSource({
    "403, AccessDenied, AWS_ACCESS_KEY_ID",
    "403, InvalidAccessKeyId, AWS_ACCESS_KEY_ID",
    "401, Unauthorized, AWS_ACCESS_KEY_ID",
    "400, ExpiredToken, AWS_ACCESS_KEY_ID",
    "404, NoSuchBucket, create it",
    "301, PermanentRedirect, AWS_REGION"
  })
  void whatAPersonHasToSetRightIsAUsersFailure(int status, String code, String advice) {
    server.refuse("PUT", status, code);

    assertThatThrownBy(() -> one.write(URI, bytes("x")))
        .isInstanceOfSatisfying(
            StoreRefusedException.class,
            refused -> {
              assertThat(refused).hasMessageContaining(URI).hasMessageContaining(advice);
              ApplicationFailure failure = StoreFailures.of(refused);
              assertThat(failure.getType()).isEqualTo("USER/STORE_REFUSED");
              assertThat(failure.isNonRetryable()).isTrue();
              assertThat(failure.getOriginalMessage()).contains("bucket", advice);
            });
    assertThat(server.requests()).isEqualTo(1);
  }

  @Test
  void missingCredentialsAreAUsersFailure() {
    AwsCredentialsProvider none =
        AwsCredentialsProviderChain.of(SystemPropertyCredentialsProvider.create());
    Store store = new S3Store(S3Clients.of(new Environment(server.environment()), none));

    assertThatThrownBy(() -> store.list("s3://bucket/folder"))
        .isInstanceOf(StoreRefusedException.class)
        .hasMessageContaining("s3://bucket/folder: there are no credentials (expected: ")
        .hasMessageContaining("AWS_ACCESS_KEY_ID");
  }

  @Test
  void aServerInTroubleIsAskedFiveTimesAndIsThePlatformsFailure() {
    for (int attempt = 0; attempt < 5; attempt++) {
      server.refuse("PUT", 500, "InternalError");
    }

    assertThatThrownBy(() -> one.write(URI, bytes("x")))
        .isInstanceOfSatisfying(
            IOException.class,
            failure ->
                assertThat(StoreFailures.of(failure).getType()).isEqualTo("PLATFORM/STORE_FAILED"))
        .hasMessageContaining(URI + ": 500 InternalError");
    assertThat(server.requests()).isEqualTo(5);
  }

  @Test
  void aServerThatIsNotThereIsThePlatformsFailure() {
    server.close();

    assertThatThrownBy(() -> one.list(URI))
        .isInstanceOfSatisfying(
            IOException.class,
            failure ->
                assertThat(StoreFailures.of(failure).getType()).isEqualTo("PLATFORM/STORE_FAILED"))
        .hasMessageContaining(URI);
  }

  @Test
  void anEndpointThatIsNoAddressIsAMistakeOfTheConfiguration() {
    assertThatThrownBy(
            () ->
                S3Clients.of(
                    new Environment(Map.of("AWS_ENDPOINT_URL_S3", "minio:9000")), CREDENTIALS))
        .isInstanceOf(io.retort.worker.ConfigurationException.class)
        .hasMessage("AWS_ENDPOINT_URL_S3: minio:9000 (expected: http://... or https://...)");
  }

  private String read(Store store) throws IOException {
    try (InputStream input = store.read(URI)) {
      return text(input.readAllBytes());
    }
  }

  private static Store.Content bytes(String text) {
    return output -> output.write(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}

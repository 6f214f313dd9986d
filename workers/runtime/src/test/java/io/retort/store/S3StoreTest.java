package io.retort.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.worker.Environment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.s3.S3Client;

/** Against a real server that ignores the conditions of writes. */
class S3StoreTest extends StoreContract {
  private static final String BUCKET = "bucket";

  private static Path bucket;
  private static RcloneServer server;

  private final String folder = UUID.randomUUID().toString();

  @BeforeAll
  static void startServer(@TempDir Path folder) throws IOException {
    // Written before the server starts, because it caches the content of its folders.
    bucket = Files.createDirectory(folder.resolve(BUCKET));
    server = RcloneServer.start(Path.of("../.."), folder);
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @Override
  String emptyFolder() {
    return "s3://" + BUCKET + "/" + folder;
  }

  @Override
  Store open(String folderUri) {
    return store(RcloneServer.SECRET_KEY);
  }

  @Override
  List<String> left() throws IOException {
    if (!Files.isDirectory(bucket.resolve(folder))) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(bucket.resolve(folder))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void takesKeysAsTheyStand() throws IOException {
    String odd = uri("Übung 100% #1 a+b");

    store().write(Store.resolve(odd, "object"), bytes("x"));

    assertThat(bucket.resolve(folder).resolve("Übung 100% #1 a+b/object")).hasContent("x");
    assertThat(store().list(odd)).containsExactly("object");
    assertThat(store().list(root())).containsExactly("Übung 100% #1 a+b");
  }

  @Test
  void visitsTellTheVersionOfAnObject() throws IOException {
    List<String> versions = new ArrayList<>();
    for (String content : List.of("one", "two")) {
      store().write(uri("versioned/object"), bytes(content));
      store().visitBelow(uri("versioned"), (path, size, version) -> versions.add(version));
    }

    assertThat(versions).hasSize(2).doesNotHaveDuplicates().doesNotContain("");
  }

  @Test
  void visitsTellOfHiddenObjects() throws IOException {
    for (String name : List.of("a", ".b", ".c/d")) {
      store().write(uri("partly/" + name), bytes("x"));
    }
    List<String> told = new ArrayList<>();

    store()
        .visitBelow(
            uri("partly"),
            new Store.Visitor() {
              @Override
              public void visit(String path, long size, String version) {
                told.add(path);
              }

              @Override
              public void skipped() {
                told.add("skipped");
              }
            });

    assertThat(told).containsExactlyInAnyOrder("a", "skipped", "skipped");
  }

  @Test
  void listsABucketAsAWhole() throws IOException {
    store().write(uri("object"), bytes("x"));

    assertThat(store().list("s3://bucket")).contains(folder);
    assertThat(store().exists("s3://bucket/")).isTrue();
    assertThatThrownBy(() -> store().write("s3://bucket/", bytes("x")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("(expected: an object in the bucket)");
  }

  @Test
  void refusesUrisThatItDoesNotServe() {
    assertThatThrownBy(() -> store().read("file:///etc/hostname"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected: an absolute URI that begins with s3://");
    assertThatThrownBy(() -> store().read("s3:///key"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("uri: s3:///key (expected: s3://BUCKET/KEY)");
  }

  @Test
  void tellsWhichBucketIsMissing() {
    for (Call call : calls("s3://absent/store/object")) {
      assertThatThrownBy(() -> call.on(store()))
          .isInstanceOf(StoreRefusedException.class)
          .hasMessageContaining("there is no bucket absent (expected: one that exists");
    }
  }

  @Test
  void tellsThatCredentialsAreRefused() {
    Store stranger = store("wrong");
    for (Call call : calls(uri("object"))) {
      assertThatThrownBy(() -> call.on(stranger))
          .isInstanceOf(StoreRefusedException.class)
          .hasMessageContaining("403")
          .hasMessageContaining(BUCKET)
          .hasMessageContaining("AWS_SECRET_ACCESS_KEY")
          .hasMessageNotContaining("wrong");
    }
  }

  /** A terabyte is too large for a test; small parts grow in the same way. */
  @Test
  void partsGrowSoThatAnUploadOfAnySizeEnds() throws IOException {
    byte[] content = new byte[1_000_003];
    new Random(7).nextBytes(content);
    try (S3Client client = client(RcloneServer.SECRET_KEY);
        S3Upload upload =
            new S3Upload(client, S3Location.of(uri("large")), new S3PartSizes(1 << 10, 2))) {
      // 18 parts; with a constant size they would be 977.
      for (int from = 0; from < content.length; from += 4_099) {
        upload.write(content, from, Math.min(4_099, content.length - from));
      }

      assertThat(upload.commit(S3Condition.NONE)).isTrue();
    }

    assertThat(bucket.resolve(folder).resolve("large")).hasBinaryContent(content);
  }

  private static List<Call> calls(String uri) {
    return List.of(
        store -> store.read(uri).close(),
        store -> store.exists(uri),
        store -> store.list(uri),
        store -> store.write(uri, bytes("x")),
        store -> store.write(uri, output -> output.write(new byte[9 << 20])),
        store -> store.writeIfAbsent(uri, bytes("x")),
        store -> store.update(uri, current -> java.util.Optional.of(new byte[1])),
        store -> store.delete(uri));
  }

  private static Store store(String secretKey) {
    return new S3Store(client(secretKey));
  }

  private static S3Client client(String secretKey) {
    Map<String, String> environment = new HashMap<>(server.environment());
    environment.put("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    return S3Clients.of(
        new Environment(environment),
        StaticCredentialsProvider.create(
            AwsBasicCredentials.create(RcloneServer.ACCESS_KEY, secretKey)));
  }

  private interface Call {
    void on(Store store) throws IOException;
  }
}

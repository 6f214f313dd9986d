package io.retort.store;

import io.retort.v1.ArtifactRef;
import io.retort.worker.Environment;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * A store in buckets of any server that speaks S3. An object becomes visible as a whole with the
 * request that completes its upload. A folder is a common key prefix, so empty folders do not
 * exist.
 *
 * <p>{@link #writeIfAbsent} and {@link #update} write under a condition that the server checks.
 * With a server that does not support conditions, writers in one process still exclude each other,
 * but of writers in two processes the last one wins.
 */
final class S3Store implements Store {
  private static final int BLOCK_BYTES = 1 << 16;
  private static final int NOT_FOUND = 404;
  private static final int NOTHING_IN_RANGE = 416;
  private static final int MOST_KEYS = 1000;

  /** Each lost round means that another writer won; this many in a row indicate a faulty server. */
  private static final int MOST_ROUNDS = 1000;

  /**
   * Matches a name that is empty or begins with a dot: consoles mark a folder by an object with an
   * empty name.
   */
  private static final Pattern HIDDEN = Pattern.compile("(?:^|/)(?:\\.|/|$)");

  private static @Nullable S3Store shared;

  private final S3Client client;
  private final ReentrantLock conditional = new ReentrantLock();

  S3Store(S3Client client) {
    this.client = client;
  }

  /** The store of this process, configured by its environment; its connections are shared. */
  static synchronized S3Store shared() {
    S3Store store = shared;
    if (store == null) {
      store =
          new S3Store(
              S3Clients.of(Environment.system(), DefaultCredentialsProvider.builder().build()));
      shared = store;
    }
    return store;
  }

  @Override
  public InputStream read(String uri) throws IOException {
    S3Location location = S3Location.of(uri);
    return call(
        location,
        () -> client.getObject(request -> request.bucket(location.bucket()).key(location.key())));
  }

  @Override
  public byte[] read(String uri, long offset, int most) throws IOException {
    S3Location location = S3Location.of(uri);
    return call(location, () -> range(location, offset, most));
  }

  @Override
  public boolean exists(String uri) throws IOException {
    S3Location location = S3Location.of(uri);
    return isObject(location) || isFolder(location);
  }

  @Override
  public long size(String uri) throws IOException {
    S3Location location = S3Location.of(uri);
    return call(location, () -> head(location))
        .orElseThrow(() -> new NoSuchFileException(uri))
        .contentLength();
  }

  @Override
  public List<String> list(String folderUri) throws IOException {
    S3Location folder = S3Location.of(folderUri);
    return call(folder, () -> names(folder));
  }

  @Override
  public List<String> list(String folderUri, String after, int most) throws IOException {
    S3Location folder = S3Location.of(folderUri);
    return call(folder, () -> names(folder, after, most));
  }

  /**
   * Lists up to a thousand objects per request; listing folder by folder would take one request
   * each.
   */
  @Override
  public List<String> listBelow(String folderUri) throws IOException {
    S3Location folder = S3Location.of(folderUri);
    int prefix = folder.folder().length();
    return call(folder, () -> keys(folder)).stream()
        .map(key -> key.substring(prefix))
        .filter(path -> !HIDDEN.matcher(path).find())
        .sorted()
        .toList();
  }

  /** Holds one page of up to a thousand objects. */
  @Override
  public void visitBelow(String folderUri, Visitor visitor) throws IOException {
    S3Location folder = S3Location.of(folderUri);
    int prefix = folder.folder().length();
    Iterator<ListObjectsV2Response> pages =
        client
            .listObjectsV2Paginator(
                request -> request.bucket(folder.bucket()).prefix(folder.folder()))
            .iterator();
    while (call(folder, pages::hasNext)) {
      for (S3Object object : call(folder, pages::next).contents()) {
        String path = object.key().substring(prefix);
        if (HIDDEN.matcher(path).find()) {
          visitor.skipped();
        } else {
          visitor.visit(path, object.size(), object.eTag());
        }
      }
    }
  }

  @Override
  public ArtifactRef write(String uri, Content content) throws IOException {
    try (S3Upload upload = upload(S3Location.of(uri), content)) {
      upload.commit(S3Condition.NONE);
      return ArtifactRef.newBuilder()
          .setUri(uri)
          .setSha256(upload.sha256())
          .setBytes(upload.bytes())
          .build();
    }
  }

  @Override
  public boolean writeIfAbsent(String uri, Content content) throws IOException {
    S3Location location = S3Location.of(uri);
    if (isObject(location)) {
      return false;
    }
    try (S3Upload upload = upload(location, content)) {
      conditional.lock();
      try {
        for (int round = 0; round < MOST_ROUNDS; round++) {
          if (isObject(location)) {
            return false;
          }
          if (upload.commit(S3Condition.ABSENT)) {
            return true;
          }
        }
      } finally {
        conditional.unlock();
      }
    }
    throw undecided(location);
  }

  @Override
  public boolean update(String uri, Change change) throws IOException {
    S3Location location = S3Location.of(uri);
    conditional.lock();
    try {
      for (int round = 0; round < MOST_ROUNDS; round++) {
        Optional<ResponseBytes<GetObjectResponse>> stored = call(location, () -> get(location));
        Optional<byte[]> next = change.apply(stored.map(ResponseBytes::asByteArray));
        if (next.isEmpty()) {
          return false;
        }
        byte[] bytes = next.get();
        try (S3Upload upload = upload(location, output -> output.write(bytes))) {
          if (upload.commit(
              stored
                  .map(object -> S3Condition.unchanged(object.response().eTag()))
                  .orElse(S3Condition.ABSENT))) {
            return true;
          }
        }
      }
    } finally {
      conditional.unlock();
    }
    throw undecided(location);
  }

  @Override
  public void delete(String uri) throws IOException {
    S3Location location = S3Location.of(uri);
    // One request per object, because not every server supports deleting many at once. The whole
    // list is read first, because pages shift while objects are deleted.
    List<String> keys = call(location, () -> keys(location));
    // Servers over a file system refuse to delete a folder's own key, which is no object.
    if (keys.isEmpty() ? !location.key().isEmpty() : isObject(location)) {
      keys.add(location.key());
    }
    for (String key : keys) {
      call(
          location,
          () -> client.deleteObject(request -> request.bucket(location.bucket()).key(key)));
    }
  }

  private S3Upload upload(S3Location location, Content content) throws IOException {
    if (location.key().isEmpty()) {
      throw new IOException("store: " + location + " (expected: an object in the bucket)");
    }
    S3Upload upload = new S3Upload(client, location);
    try {
      OutputStream buffered = new BufferedOutputStream(upload, BLOCK_BYTES);
      content.writeTo(buffered);
      buffered.flush();
      return upload;
    } catch (IOException | RuntimeException e) {
      upload.close();
      throw e;
    }
  }

  private boolean isObject(S3Location location) throws IOException {
    return !location.key().isEmpty() && call(location, () -> head(location)).isPresent();
  }

  /**
   * Also empty if the bucket does not exist: a response to a HEAD request does not distinguish the
   * two.
   */
  private Optional<HeadObjectResponse> head(S3Location location) {
    try {
      return Optional.of(
          client.headObject(request -> request.bucket(location.bucket()).key(location.key())));
    } catch (S3Exception e) {
      if (e.statusCode() == NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private Optional<ResponseBytes<GetObjectResponse>> get(S3Location location) {
    try {
      return Optional.of(
          client.getObjectAsBytes(
              request -> request.bucket(location.bucket()).key(location.key())));
    } catch (NoSuchKeyException e) {
      return Optional.empty();
    }
  }

  private byte[] range(S3Location location, long offset, int most) {
    if (most == 0) {
      return new byte[0];
    }
    String range = "bytes=" + offset + "-" + (offset + most - 1);
    try {
      return client
          .getObjectAsBytes(
              request -> request.bucket(location.bucket()).key(location.key()).range(range))
          .asByteArray();
    } catch (S3Exception e) {
      if (e.statusCode() == NOTHING_IN_RANGE) {
        return new byte[0];
      }
      throw e;
    }
  }

  private boolean isFolder(S3Location location) throws IOException {
    return call(
            location,
            () ->
                client.listObjectsV2(
                    request ->
                        request.bucket(location.bucket()).prefix(location.folder()).maxKeys(1)))
        .hasContents();
  }

  /** Reads only as many pages as it needs. */
  private List<String> names(S3Location folder, String after, int most) {
    List<String> names = new ArrayList<>();
    if (most == 0) {
      return names;
    }
    for (ListObjectsV2Response page :
        client.listObjectsV2Paginator(
            request -> {
              request.bucket(folder.bucket()).prefix(folder.folder()).delimiter("/");
              request.maxKeys(Math.min(MOST_KEYS, most));
              if (!after.isEmpty()) {
                request.startAfter(folder.folder() + after);
              }
            })) {
      names.addAll(names(page, folder));
      if (names.size() >= most) {
        break;
      }
    }
    return names.stream().sorted().limit(most).toList();
  }

  private List<String> names(S3Location folder) {
    TreeSet<String> names = new TreeSet<>();
    for (ListObjectsV2Response page :
        client.listObjectsV2Paginator(
            request -> request.bucket(folder.bucket()).prefix(folder.folder()).delimiter("/"))) {
      names.addAll(names(page, folder));
    }
    return List.copyOf(names);
  }

  private static List<String> names(ListObjectsV2Response page, S3Location folder) {
    List<String> names = new ArrayList<>();
    int prefix = folder.folder().length();
    for (S3Object object : page.contents()) {
      names.add(object.key().substring(prefix));
    }
    for (CommonPrefix below : page.commonPrefixes()) {
      names.add(below.prefix().substring(prefix, below.prefix().length() - 1));
    }
    // Consoles mark a folder by an object with an empty name.
    return names.stream().filter(name -> !name.isEmpty() && !name.startsWith(".")).toList();
  }

  private List<String> keys(S3Location folder) {
    List<String> keys = new ArrayList<>();
    client
        .listObjectsV2Paginator(request -> request.bucket(folder.bucket()).prefix(folder.folder()))
        .contents()
        .forEach(object -> keys.add(object.key()));
    return keys;
  }

  private static <T> T call(S3Location location, Supplier<T> request) throws IOException {
    try {
      return request.get();
    } catch (SdkException e) {
      throw S3Failures.of(location, e);
    }
  }

  private static IOException undecided(S3Location location) {
    return new IOException(
        location
            + ": refused "
            + MOST_ROUNDS
            + " times as another's write (expected: one of several writers to win each time)");
  }
}

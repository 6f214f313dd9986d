package io.retort.store;

import com.google.protobuf.Message;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/** Messages that are stored as objects. */
public final class StoredMessages {
  /**
   * Reads a message; empty if the object does not exist.
   *
   * @throws CorruptArtifactException for an object that cannot be parsed
   */
  public static <T extends Message> Optional<T> read(Store store, String uri, T type)
      throws IOException {
    try (InputStream input = store.read(uri)) {
      String json = new String(input.readAllBytes(), StandardCharsets.UTF_8);
      Message message = ProtoJson.parse(json, type.newBuilderForType(), uri);
      @SuppressWarnings("unchecked")
      T typed = (T) message;
      return Optional.of(typed);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** The stored form that {@link #read} parses: one line of JSON. */
  public static byte[] bytes(Message message) {
    return (ProtoJson.print(message) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private StoredMessages() {}
}

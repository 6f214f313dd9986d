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
      return Optional.of(parse(input.readAllBytes(), type, uri));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /**
   * Parses the content of an object.
   *
   * @param uri of the object, for messages
   * @throws CorruptArtifactException if it cannot be parsed
   */
  public static <T extends Message> T parse(byte[] content, T type, String uri)
      throws CorruptArtifactException {
    String json = new String(content, StandardCharsets.UTF_8);
    @SuppressWarnings("unchecked")
    T typed = (T) ProtoJson.parse(json, type.newBuilderForType(), uri);
    return typed;
  }

  /** The stored form that {@link #parse} parses: one line of JSON. */
  public static byte[] bytes(Message message) {
    return (ProtoJson.print(message) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private StoredMessages() {}
}

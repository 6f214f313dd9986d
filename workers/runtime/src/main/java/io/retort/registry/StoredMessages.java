package io.retort.registry;

import com.google.protobuf.Message;
import io.retort.store.ProtoJson;
import io.retort.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/** Messages that are objects of the store. */
final class StoredMessages {
  /**
   * Empty where there is no object.
   *
   * @throws io.retort.store.CorruptArtifactException for an object that cannot be parsed
   */
  static <T extends Message> Optional<T> read(Store store, String uri, T type) throws IOException {
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

  static byte[] bytes(Message message) {
    return (ProtoJson.print(message) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private StoredMessages() {}
}

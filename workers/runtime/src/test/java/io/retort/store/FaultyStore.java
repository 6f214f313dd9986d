package io.retort.store;

import io.retort.v1.ArtifactRef;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * Another store, some of whose changes fail before anything is changed.
 *
 * @param fault decides, before each change, whether it fails
 */
public record FaultyStore(Store store, Fault fault) implements Store {
  /** What changes a store. */
  public enum Operation {
    WRITE,
    WRITE_IF_ABSENT,
    UPDATE,
    DELETE
  }

  /** Throws where the change is to fail. */
  @FunctionalInterface
  public interface Fault {
    void before(Operation operation, String uri) throws IOException;
  }

  @Override
  public InputStream read(String uri) throws IOException {
    return store.read(uri);
  }

  @Override
  public boolean exists(String uri) throws IOException {
    return store.exists(uri);
  }

  @Override
  public long size(String uri) throws IOException {
    return store.size(uri);
  }

  @Override
  public List<String> list(String folderUri) throws IOException {
    return store.list(folderUri);
  }

  @Override
  public ArtifactRef write(String uri, Content content) throws IOException {
    fault.before(Operation.WRITE, uri);
    return store.write(uri, content);
  }

  @Override
  public boolean writeIfAbsent(String uri, Content content) throws IOException {
    fault.before(Operation.WRITE_IF_ABSENT, uri);
    return store.writeIfAbsent(uri, content);
  }

  @Override
  public boolean update(String uri, Change change) throws IOException {
    fault.before(Operation.UPDATE, uri);
    return store.update(uri, change);
  }

  @Override
  public void delete(String uri) throws IOException {
    fault.before(Operation.DELETE, uri);
    store.delete(uri);
  }
}

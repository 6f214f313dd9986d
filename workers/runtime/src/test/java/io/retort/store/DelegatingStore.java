package io.retort.store;

import io.retort.v1.ArtifactRef;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** Delegates to another store. A test overrides the methods that it needs to change. */
public class DelegatingStore implements Store {
  private final Store store;

  public DelegatingStore(Store store) {
    this.store = store;
  }

  @Override
  public InputStream read(String uri) throws IOException {
    return store.read(uri);
  }

  @Override
  public byte[] read(String uri, long offset, int most) throws IOException {
    return store.read(uri, offset, most);
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
    return store.write(uri, content);
  }

  @Override
  public boolean writeIfAbsent(String uri, Content content) throws IOException {
    return store.writeIfAbsent(uri, content);
  }

  @Override
  public boolean update(String uri, Change change) throws IOException {
    return store.update(uri, change);
  }

  @Override
  public void delete(String uri) throws IOException {
    store.delete(uri);
  }
}

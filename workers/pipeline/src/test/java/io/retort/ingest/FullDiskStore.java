package io.retort.ingest;

import io.retort.store.Store;
import io.retort.v1.ArtifactRef;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** A store that can be read, but whose disk is full. */
final class FullDiskStore implements Store {
  private final Store store;

  FullDiskStore(Store store) {
    this.store = store;
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
    throw new IOException("No space left on device");
  }

  @Override
  public boolean writeIfAbsent(String uri, Content content) throws IOException {
    throw new IOException("No space left on device");
  }

  @Override
  public boolean update(String uri, Change change) throws IOException {
    throw new IOException("No space left on device");
  }

  @Override
  public void delete(String uri) throws IOException {
    store.delete(uri);
  }
}

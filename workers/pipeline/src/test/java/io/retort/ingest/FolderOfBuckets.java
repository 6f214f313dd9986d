package io.retort.ingest;

import io.retort.store.Store;
import io.retort.v1.ArtifactRef;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** A readable store of {@code s3:} URIs whose buckets are the subfolders of a folder. */
record FolderOfBuckets(Path folder, Store files) implements Store {
  FolderOfBuckets(Path folder) {
    this(folder, Store.open(folder.toUri().toString()));
  }

  private Path path(String uri) {
    return folder.resolve(uri.substring("s3://".length()));
  }

  private String mapped(String uri) {
    return path(uri).toUri().toString();
  }

  @Override
  public InputStream read(String uri) throws IOException {
    return files.read(mapped(uri));
  }

  @Override
  public byte[] read(String uri, long offset, int most) throws IOException {
    return files.read(mapped(uri), offset, most);
  }

  @Override
  public boolean exists(String uri) throws IOException {
    return files.exists(mapped(uri));
  }

  @Override
  public long size(String uri) throws IOException {
    if (Files.isDirectory(path(uri))) {
      throw new NoSuchFileException(uri);
    }
    return files.size(mapped(uri));
  }

  @Override
  public List<String> list(String folderUri) throws IOException {
    return files.list(mapped(folderUri));
  }

  @Override
  public ArtifactRef write(String uri, Content content) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean writeIfAbsent(String uri, Content content) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean update(String uri, Change change) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void delete(String uri) {
    throw new UnsupportedOperationException();
  }
}

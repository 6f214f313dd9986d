package io.retort.store;

import io.retort.v1.ArtifactRef;
import java.io.IOException;

/** Delegates to another store; some of the changes fail before anything is changed. */
public final class FaultyStore extends DelegatingStore {
  /** Operations that change a store. */
  public enum Operation {
    WRITE,
    WRITE_IF_ABSENT,
    UPDATE,
    DELETE
  }

  /** Throws if the change should fail. */
  @FunctionalInterface
  public interface Fault {
    void before(Operation operation, String uri) throws IOException;
  }

  private final Fault fault;

  /**
   * @param fault decides, before each change, whether it fails
   */
  public FaultyStore(Store store, Fault fault) {
    super(store);
    this.fault = fault;
  }

  @Override
  public ArtifactRef write(String uri, Content content) throws IOException {
    fault.before(Operation.WRITE, uri);
    return super.write(uri, content);
  }

  @Override
  public boolean writeIfAbsent(String uri, Content content) throws IOException {
    fault.before(Operation.WRITE_IF_ABSENT, uri);
    return super.writeIfAbsent(uri, content);
  }

  @Override
  public boolean update(String uri, Change change) throws IOException {
    fault.before(Operation.UPDATE, uri);
    return super.update(uri, change);
  }

  @Override
  public void delete(String uri) throws IOException {
    fault.before(Operation.DELETE, uri);
    super.delete(uri);
  }
}

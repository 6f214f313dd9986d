package io.retort.control;

import io.retort.store.DelegatingStore;
import io.retort.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the objects that are read. */
class CountingStore extends DelegatingStore {
  final AtomicInteger reads = new AtomicInteger();

  CountingStore(Store store) {
    super(store);
  }

  @Override
  public InputStream read(String uri) throws IOException {
    reads.incrementAndGet();
    return super.read(uri);
  }
}

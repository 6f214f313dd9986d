package io.retort.export;

import java.io.IOException;
import java.util.function.Consumer;

/** The rows of one shard, in order. */
@FunctionalInterface
interface ExportShard<R> {
  void forEach(Consumer<R> consumer) throws IOException;
}

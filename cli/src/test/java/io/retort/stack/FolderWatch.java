package io.retort.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Waits for changes that other processes make in a folder. */
final class FolderWatch {
  private static final long LIMIT_SECONDS = 60;

  /** Repeats the check after each change of a file in the folder, until it finds something. */
  static <T> T await(Path folder, Callable<Optional<T>> look) throws Exception {
    long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    try (WatchService changes = folder.getFileSystem().newWatchService()) {
      folder.register(
          changes, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
      while (true) {
        Optional<T> found = look.call();
        if (found.isPresent()) {
          return found.get();
        }
        assertThat(System.nanoTime() > limit).as("nothing happens in %s", folder).isFalse();
        WatchKey key = changes.poll(1, TimeUnit.SECONDS);
        if (key != null) {
          key.pollEvents();
          key.reset();
        }
      }
    }
  }

  private FolderWatch() {}
}

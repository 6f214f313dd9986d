package io.retort.stack;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An exclusive lock of one stack, held by one process at a time; the system releases it when that
 * process ends, however it ends. The holder's pid is in a file beside it.
 */
final class StackLock implements AutoCloseable {
  private static final long TICK_MILLISECONDS = 100;

  private final FileChannel channel;
  private final FileLock lock;

  private StackLock(FileChannel channel, FileLock lock) {
    this.channel = channel;
    this.lock = lock;
  }

  /** Kinds of locks, each with a lock file of its own. */
  enum Kind {
    /** Held while a command starts the stack, or removes what is left of one. */
    CHANGE("change.lock"),
    /** Held by the supervisor as long as it lives. */
    SUPERVISION("supervisor.lock");

    private final String file;

    Kind(String file) {
      this.file = file;
    }
  }

  /**
   * @return nothing when another process holds it
   * @throws StackException when the home's file system has no locks
   */
  static Optional<StackLock> tryTake(Path home, Kind kind) throws IOException {
    Files.createDirectories(home);
    Path file = home.resolve(kind.file);
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock;
    try {
      lock = tryLock(channel);
    } catch (IOException e) {
      channel.close();
      throw new StackException(
          file
              + ": cannot be locked: "
              + e.getMessage()
              + " (expected: a file system with locks; set RETORT_HOME to a local folder)",
          e);
    }
    if (lock == null) {
      channel.close();
      return Optional.empty();
    }
    Files.writeString(holderFile(home, kind), String.valueOf(ProcessHandle.current().pid()));
    return Optional.of(new StackLock(channel, lock));
  }

  /** Waits at most {@code limit} for the holder to release it. */
  static Optional<StackLock> take(Path home, Kind kind, Duration limit)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      Optional<StackLock> taken = tryTake(home, kind);
      if (taken.isPresent() || System.nanoTime() > end) {
        return taken;
      }
      Thread.sleep(TICK_MILLISECONDS);
    }
  }

  /** {@code process PID} for a message, of who holds the lock or held it last. */
  static String holder(Path home, Kind kind) {
    try {
      return "process " + Files.readString(holderFile(home, kind), StandardCharsets.UTF_8).strip();
    } catch (NoSuchFileException e) {
      return "another process";
    } catch (IOException e) {
      return "another process (" + e + ")";
    }
  }

  @Override
  public void close() throws IOException {
    lock.release();
    channel.close();
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // Held by this process, which is no other than any holder.
      return null;
    }
  }

  /** Not the locked file: closing a file that was read releases all of its process's locks. */
  private static Path holderFile(Path home, Kind kind) {
    return home.resolve(kind.file + ".pid");
  }
}

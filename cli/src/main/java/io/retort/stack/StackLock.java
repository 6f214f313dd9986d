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
 * process ends in any way. A file next to it contains the holder's pid.
 */
final class StackLock implements AutoCloseable {
  private static final long TICK_MILLISECONDS = 100;

  private final FileChannel channel;
  private final FileLock lock;

  private StackLock(FileChannel channel, FileLock lock) {
    this.channel = channel;
    this.lock = lock;
  }

  /** Kinds of locks, each with its own lock file. */
  enum Kind {
    /** Held while a command starts the stack, or removes the remains of one. */
    CHANGE("change.lock"),
    /** Held by the supervisor for its whole life. */
    SUPERVISION("supervisor.lock");

    private final String file;

    Kind(String file) {
      this.file = file;
    }
  }

  /**
   * @return empty if another process holds it
   * @throws StackException if the home's file system does not support locks
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

  /** {@code process PID} of the current or last holder, for messages. */
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
      // This process holds it, like any other holder.
      return null;
    }
  }

  /**
   * Separate from the locked file: closing a file that was read releases all locks of the process
   * on it.
   */
  private static Path holderFile(Path home, Kind kind) {
    return home.resolve(kind.file + ".pid");
  }
}

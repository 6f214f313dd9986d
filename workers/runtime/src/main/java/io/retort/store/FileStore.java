package io.retort.store;

import io.retort.v1.ArtifactRef;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * A store on a local or shared POSIX file system. Writes to a temporary file next to the object,
 * syncs, then renames or links it.
 */
final class FileStore implements Store {
  private static final String HIDDEN_PREFIX = ".";
  private static final String TEMPORARY_PREFIX = HIDDEN_PREFIX + "writing-";
  private static final String LOCK_PREFIX = HIDDEN_PREFIX + "lock-";

  // The process as a whole holds a file lock, so its threads need a lock of their own.
  private static final ReentrantLock UPDATING = new ReentrantLock();

  @Override
  public InputStream read(String uri) throws IOException {
    return Files.newInputStream(path(uri));
  }

  @Override
  public byte[] read(String uri, long offset, int most) throws IOException {
    try (FileChannel channel = FileChannel.open(path(uri), StandardOpenOption.READ)) {
      return Channels.newInputStream(channel.position(offset)).readNBytes(most);
    }
  }

  @Override
  public boolean exists(String uri) {
    return Files.exists(path(uri));
  }

  @Override
  public long size(String uri) throws IOException {
    return Files.size(path(uri));
  }

  @Override
  public List<String> list(String folderUri) throws IOException {
    Path folder = path(folderUri);
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .map(entry -> entry.getFileName().toString())
          .filter(name -> !name.startsWith(HIDDEN_PREFIX))
          .sorted()
          .toList();
    }
  }

  /** Reads the whole folder, as every file system does, and keeps only what is wanted. */
  @Override
  public List<String> list(String folderUri, String after, int most) throws IOException {
    Path folder = path(folderUri);
    if (most == 0 || !Files.isDirectory(folder)) {
      return List.of();
    }
    PriorityQueue<String> first = new PriorityQueue<>(Comparator.reverseOrder());
    try (Stream<Path> entries = Files.list(folder)) {
      entries
          .map(entry -> entry.getFileName().toString())
          .filter(name -> !name.startsWith(HIDDEN_PREFIX) && name.compareTo(after) > 0)
          .forEach(
              name -> {
                first.add(name);
                if (first.size() > most) {
                  first.remove();
                }
              });
    }
    return first.stream().sorted().toList();
  }

  @Override
  public ArtifactRef write(String uri, Content content) throws IOException {
    Path target = path(uri);
    Path temporary = temporaryBeside(target);
    try {
      ArtifactRef reference = writeAndSync(uri, temporary, content);
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      return reference;
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  @Override
  public boolean writeIfAbsent(String uri, Content content) throws IOException {
    Path target = path(uri);
    if (Files.exists(target)) {
      return false;
    }
    Path temporary = temporaryBeside(target);
    try {
      writeAndSync(uri, temporary, content);
      // A rename would replace an object that a second writer has created in the meantime; a link
      // does not.
      Files.createLink(target, temporary);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  @Override
  public boolean update(String uri, Change change) throws IOException {
    Path target = path(uri);
    Path lock = folderOf(target).resolve(LOCK_PREFIX + target.getFileName());
    UPDATING.lock();
    try (FileChannel channel =
        FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      // The kernel releases the lock with the channel, also when the process is killed. The file is
      // kept: if it were deleted, two writers could hold locks on two files with the same name.
      channel.lock();
      Optional<byte[]> next = change.apply(readIfPresent(target));
      if (next.isEmpty()) {
        return false;
      }
      byte[] bytes = next.get();
      write(uri, output -> output.write(bytes));
      return true;
    } finally {
      UPDATING.unlock();
    }
  }

  @Override
  public void delete(String uri) throws IOException {
    Path target = path(uri);
    if (!Files.exists(target)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(target)) {
      for (Path entry : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(entry);
      }
    }
  }

  private static ArtifactRef writeAndSync(String uri, Path file, Content content)
      throws IOException {
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        DigestOutputStream digest =
            new DigestOutputStream(Channels.newOutputStream(channel), Hashes.sha256())) {
      OutputStream buffered = new BufferedOutputStream(digest, 1 << 16);
      content.writeTo(buffered);
      buffered.flush();
      channel.force(true);
      return ArtifactRef.newBuilder()
          .setUri(uri)
          .setSha256(HexFormat.of().formatHex(digest.getMessageDigest().digest()))
          .setBytes(channel.size())
          .build();
    }
  }

  private static Optional<byte[]> readIfPresent(Path file) throws IOException {
    try {
      return Optional.of(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static Path temporaryBeside(Path target) throws IOException {
    return folderOf(target).resolve(TEMPORARY_PREFIX + UUID.randomUUID());
  }

  private static Path folderOf(Path target) throws IOException {
    Path folder = target.getParent();
    if (folder == null) {
      throw new IOException("store: " + target + " (expected: an object in a folder)");
    }
    return Files.createDirectories(folder);
  }

  private static Path path(String uri) {
    StoreScheme.FILE.require(uri);
    return Path.of(URI.create(uri));
  }
}

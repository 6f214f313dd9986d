package io.retort.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;

/** The secret by which the control plane knows the caller. */
interface Token {
  /** Empty for none. */
  String read();

  static Token of(String secret) {
    return () -> secret;
  }

  /** Of a file, which is read again when it is replaced. */
  static Token of(Path file) {
    return new OfFile(file);
  }

  /** The newest secret that could be read. */
  final class OfFile implements Token {
    private final Path file;
    private FileTime readAt;
    private String secret;

    private OfFile(Path file) {
      this.file = file;
      try {
        readAt = Files.getLastModifiedTime(file);
        secret = Files.readString(file).strip();
      } catch (IOException e) {
        throw new UncheckedIOException(
            file + ": the token cannot be read: " + e + " (expected: a file with one token)", e);
      }
    }

    @Override
    public synchronized String read() {
      try {
        FileTime modified = Files.getLastModifiedTime(file);
        if (!modified.equals(readAt)) {
          String text = Files.readString(file).strip();
          // Empty while it is written again.
          if (!text.isEmpty()) {
            secret = text;
            readAt = modified;
          }
        }
      } catch (IOException e) {
        // While it is replaced; the control plane says whether the token before is still good.
        return secret;
      }
      return secret;
    }
  }
}

package io.retort.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 as lower-case hex, as the store uses it. */
public final class Hashes {
  private static final int BLOCK_BYTES = 1 << 20;

  /**
   * Hash of the parts, each preceded by its length, so that different lists of parts have different
   * bytes.
   */
  public static String sha256Hex(String... parts) {
    MessageDigest digest = sha256();
    for (String part : parts) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
      digest.update(bytes);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Hash of the bytes of an object. */
  public static String sha256Hex(Store store, String uri) throws IOException {
    return sha256Hex(store, uri, () -> {});
  }

  /**
   * Hash of the bytes of an object that may be large.
   *
   * @param alive called after each block; an exception from it ends the reading
   */
  public static String sha256Hex(Store store, String uri, Runnable alive) throws IOException {
    try (InputStream input = store.read(uri)) {
      return sha256Hex(input, alive);
    }
  }

  /**
   * Hash of the remaining bytes of the stream; does not close it.
   *
   * @param alive called after each block; an exception from it ends the reading
   */
  public static String sha256Hex(InputStream input, Runnable alive) throws IOException {
    MessageDigest digest = sha256();
    byte[] block = new byte[BLOCK_BYTES];
    for (int read = input.read(block); read >= 0; read = input.read(block)) {
      digest.update(block, 0, read);
      alive.run();
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** A new digest. */
  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private Hashes() {}
}

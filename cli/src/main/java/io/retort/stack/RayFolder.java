package io.retort.stack;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The folder of an embedded Ray's sessions. Ray creates Unix sockets in it, whose path length the
 * system limits.
 */
final class RayFolder {
  /**
   * Maximum length in bytes of a socket's path on macOS, whose {@code sun_path} is the shortest.
   */
  static final int MACOS_SOCKET_LIMIT = 103;

  /** Maximum length in bytes of a socket's path on Linux. */
  static final int LINUX_SOCKET_LIMIT = 107;

  /**
   * The part that Ray appends: its session's folder, named by time and pid, and the longest socket
   * name.
   */
  private static final String LONGEST_SOCKET =
      "/session_2000-01-01_00-00-00_000000_4194304/sockets/plasma_store.10";

  /** A short folder, for systems with a long temporary folder. */
  private static final Path SHORT = Path.of("/tmp");

  /**
   * A separate folder for each home: in the temporary folder, or in {@code /tmp} if that is too
   * long.
   *
   * @param socketLimit maximum length in bytes of a socket's path
   */
  static Path of(Path home, Path temporary, int socketLimit) {
    String name = "retort-" + Integer.toHexString(home.toString().hashCode());
    Path usual = temporary.toAbsolutePath().resolve(name);
    return longestSocket(usual) <= socketLimit ? usual : SHORT.resolve(name);
  }

  /**
   * @param system value of {@code os.name}
   */
  static int socketLimit(String system) {
    return system.toLowerCase(Locale.ROOT).startsWith("linux")
        ? LINUX_SOCKET_LIMIT
        : MACOS_SOCKET_LIMIT;
  }

  /** Length in bytes of the longest socket path below the folder. */
  static int longestSocket(Path folder) {
    return (folder + LONGEST_SOCKET).getBytes(StandardCharsets.UTF_8).length;
  }

  private RayFolder() {}
}

package io.retort.stack;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The folder of an embedded Ray's sessions. Ray puts Unix sockets below it, the path of which the
 * system limits.
 */
final class RayFolder {
  /** Bytes that the path of a socket may have on macOS, whose {@code sun_path} is shortest. */
  static final int MACOS_SOCKET_LIMIT = 103;

  /** The same on Linux. */
  static final int LINUX_SOCKET_LIMIT = 107;

  /** What Ray appends: its session's folder, named by time and pid, and the longest socket. */
  private static final String LONGEST_SOCKET =
      "/session_2000-01-01_00-00-00_000000_4194304/sockets/plasma_store.10";

  /** Not longer than this, whatever the system's temporary folder is. */
  private static final Path SHORT = Path.of("/tmp");

  /**
   * A folder of its own for each home: in the temporary folder, or in {@code /tmp} where that is
   * too long.
   *
   * @param socketLimit bytes that the path of a socket may have
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

  /** Bytes of the longest path of a socket below the folder. */
  static int longestSocket(Path folder) {
    return (folder + LONGEST_SOCKET).getBytes(StandardCharsets.UTF_8).length;
  }

  private RayFolder() {}
}

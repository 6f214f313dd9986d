package io.retort.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RayFolderTest {
  private static final Path HOME = Path.of("/Users/somebody/retort/.retort");
  private static final Path MACOS = Path.of("/var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/T");

  @Test
  void leavesTheTemporaryFolderOfMacosWhichIsTooLong() {
    Path folder = RayFolder.of(HOME, MACOS, RayFolder.socketLimit("Mac OS X"));
    assertThat(folder.getParent()).isEqualTo(Path.of("/tmp"));
    // On macOS, /tmp is a link.
    assertThat(RayFolder.longestSocket(Path.of("/private" + folder))).isLessThanOrEqualTo(103);
  }

  @Test
  void usesTheTemporaryFolderWhereItIsShort() {
    Path folder = RayFolder.of(HOME, Path.of("/tmp/mine"), RayFolder.socketLimit("Linux"));
    assertThat(folder.getParent()).isEqualTo(Path.of("/tmp/mine"));
    assertThat(folder).isNotEqualTo(RayFolder.of(Path.of("/other"), Path.of("/tmp/mine"), 107));
  }

  @ParameterizedTest
  @ValueSource(ints = {RayFolder.MACOS_SOCKET_LIMIT, RayFolder.LINUX_SOCKET_LIMIT})
  void isNeverTooLong(int limit) {
    int changes = 0;
    Path last = Path.of("/tmp");
    for (int length = 1; length < 120; length++) {
      Path temporary = Path.of("/" + "a".repeat(length));
      Path folder = RayFolder.of(HOME, temporary, limit);
      assertThat(RayFolder.longestSocket(folder)).isLessThanOrEqualTo(limit);
      if (!folder.startsWith(temporary) && last.equals(Path.of("/tmp"))) {
        changes++;
        last = folder;
        assertThat(RayFolder.longestSocket(temporary.resolve(folder.getFileName())))
            .isEqualTo(limit + 1);
      }
    }
    assertThat(changes).isEqualTo(1);
  }

  @Test
  void knowsTheLimitOfEachSystem() {
    assertThat(RayFolder.socketLimit("Linux")).isEqualTo(107);
    assertThat(RayFolder.socketLimit("Mac OS X")).isEqualTo(103);
  }
}

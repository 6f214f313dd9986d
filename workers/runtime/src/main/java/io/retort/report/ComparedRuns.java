package io.retort.report;

import io.retort.store.Hashes;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/** Names of reports of several runs. */
public final class ComparedRuns {
  private static final int NAME_DIGITS = 16;

  /** A name that only the same runs in the same order have: 16 hexadecimal digits. */
  public static String name(List<String> runIds) {
    byte[] hash =
        Hashes.sha256().digest(String.join("\n", runIds).getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(hash).substring(0, NAME_DIGITS);
  }

  private ComparedRuns() {}
}

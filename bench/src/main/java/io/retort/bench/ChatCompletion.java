package io.retort.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The chat completion that a judge worker sends for a row, so that other clients send the same
 * amount.
 */
final class ChatCompletion {
  /** Contains {problem}, {answer} and {chain} as placeholders. */
  static Path template(Workbench bench) {
    return bench.resource("chat-completion.json");
  }

  /** Writes the request for a row. */
  static Path write(Workbench bench, long row) throws IOException {
    String request =
        Files.readString(template(bench))
            .strip()
            .replace("{problem}", ShortRows.problem(row))
            .replace("{answer}", ShortRows.answer(row))
            .replace("{chain}", ShortRows.chain(row).replace("\n", "\\n"));
    return Files.writeString(bench.folder().resolve("request.json"), request);
  }

  private ChatCompletion() {}
}

package io.retort.rows;

import io.retort.failure.Failures;
import io.retort.store.DataRoots;
import io.retort.store.Locations;
import io.retort.store.Store;
import io.retort.v1.PromptFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Prompt files that replace built-in ones. */
final class PromptReplacements {
  /** The judge's limit for one file, in bytes. */
  private static final int LARGEST_BYTES = 4 * 65_536;

  /**
   * The files directly in a folder, by name.
   *
   * @throws io.temporal.failure.ApplicationFailure USER/PROMPT_TOO_LARGE
   */
  static List<PromptFile> read(Store store, String folderUri) throws IOException {
    List<PromptFile> files = new ArrayList<>();
    for (String name : store.list(folderUri)) {
      try (InputStream input = store.read(Store.resolve(folderUri, name))) {
        byte[] text = input.readNBytes(LARGEST_BYTES + 1);
        if (text.length > LARGEST_BYTES) {
          throw Failures.user(
              "PROMPT_TOO_LARGE",
              "judge.prompts: "
                  + name
                  + ": more than "
                  + LARGEST_BYTES
                  + " bytes (expected: a prompt file)");
        }
        files.add(
            PromptFile.newBuilder()
                .setName(name)
                .setText(new String(text, StandardCharsets.UTF_8))
                .build());
      }
    }
    return files;
  }

  /**
   * The files of a spec's folder of prompts, which may be on a file system although the runs are in
   * S3.
   *
   * @throws io.temporal.failure.ApplicationFailure USER/PROMPTS_NOT_FOUND, USER/PROMPT_TOO_LARGE,
   *     USER/LOCATION_FORBIDDEN
   */
  static List<PromptFile> read(DataRoots roots, String location) throws IOException {
    roots.requireFolder("judge.prompts", location);
    Optional<String> folder = Locations.uri(location);
    if (folder.isPresent()) {
      List<PromptFile> files = read(Store.open(folder.get()), folder.get());
      if (!files.isEmpty()) {
        return files;
      }
    }
    throw Failures.user(
        "PROMPTS_NOT_FOUND",
        "judge.prompts: " + location + " (expected: a folder with at least one prompt file)");
  }

  private PromptReplacements() {}
}

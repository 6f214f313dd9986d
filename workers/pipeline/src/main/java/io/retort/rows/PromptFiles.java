package io.retort.rows;

import io.retort.store.Store;
import io.retort.v1.PromptFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Prompt files that replace built-in ones. */
final class PromptFiles {
  /** The files directly in a folder, by name. */
  static List<PromptFile> read(Store store, String folderUri) throws IOException {
    List<PromptFile> files = new ArrayList<>();
    for (String name : store.list(folderUri)) {
      try (InputStream input = store.read(Store.resolve(folderUri, name))) {
        files.add(
            PromptFile.newBuilder()
                .setName(name)
                .setText(new String(input.readAllBytes(), StandardCharsets.UTF_8))
                .build());
      }
    }
    return files;
  }

  private PromptFiles() {}
}

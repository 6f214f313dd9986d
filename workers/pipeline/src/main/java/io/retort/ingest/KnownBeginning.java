package io.retort.ingest;

import io.retort.failure.Failures;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Content that is not read, recognised by its first bytes so that a message can name it. */
enum KnownBeginning {
  BZIP2("BZh", "bzip2", "unpack it"),
  XZ("\u00fd7zXZ", "xz", "unpack it"),
  GZIP("\u001f\u008b", "gzip within another compression", "unpack it once"),
  ZSTD("(\u00b5/\u00fd", "zstd within another compression", "unpack it once"),
  ZIP("PK\u0003\u0004", "a zip archive", "unpack it"),
  SEVEN_ZIP("7z\u00bc\u00af", "a 7z archive", "unpack it"),
  ARROW("ARROW1", "an Arrow file", "write it as Parquet"),
  ORC("ORC", "an ORC file", "write it as Parquet"),
  ENCRYPTED_PARQUET("PARE", "an encrypted Parquet file", "decrypt it"),
  SQLITE("SQLite format 3", "an SQLite database", "export its rows"),
  GIT_LFS(
      "version https://git-lfs",
      "a pointer of Git LFS and not the file itself",
      "fetch it with git lfs pull"),
  HTML("<!DOCTYPE", "a page in HTML", "fetch the file itself"),
  HTML_IN_LOWER_CASE("<!doctype", "a page in HTML", "fetch the file itself"),
  HTML_WITHOUT_TYPE("<html", "a page in HTML", "fetch the file itself"),
  XML("<?xml", "XML", "fetch or write another format");

  private final String beginning;
  private final String what;
  private final String remedy;

  /**
   * @param beginning each byte as a character
   */
  KnownBeginning(String beginning, String what, String remedy) {
    this.beginning = beginning;
    this.what = what;
    this.remedy = remedy;
  }

  /** The content of a stream that supports mark; empty if it is not known. */
  static Optional<KnownBeginning> of(InputStream input) throws IOException {
    for (KnownBeginning known : values()) {
      if (Magic.startsWith(input, known.beginning)) {
        return Optional.of(known);
      }
    }
    return Optional.empty();
  }

  /**
   * @param location the file, for messages
   */
  RuntimeException refused(String location) {
    return Failures.user(
        "DATA_FORMAT_UNKNOWN",
        "data: "
            + location
            + ": the content is "
            + what
            + " (expected: JSON Lines, a JSON array or Parquet; "
            + remedy
            + ")");
  }
}

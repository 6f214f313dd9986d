package io.retort.ingest;

import io.retort.failure.Failures;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Unsupported text encodings, recognised by a file's first bytes. */
enum ForeignEncoding {
  // Precedes UTF-16, whose byte order mark is a prefix of this one.
  UTF_32LE("UTF-32", "\u00ff\u00fe\0\0", "UTF-32LE", ".\0\0\0"),
  UTF_32BE("UTF-32", "\0\0\u00fe\u00ff", "UTF-32BE", "\0\0\0."),
  UTF_16LE("UTF-16", "\u00ff\u00fe", "UTF-16LE", ".\0"),
  UTF_16BE("UTF-16", "\u00fe\u00ff", "UTF-16BE", "\0.");

  /** First characters of JSON, including blanks. */
  private static final String BEGINNINGS = "{[ \t\r\n";

  private static final int LONGEST = 4;

  private final String markedName;
  private final String mark;
  private final String unmarkedName;
  private final String unmarked;

  /**
   * @param mark the byte order mark, each byte as a character
   * @param unmarked the first character of JSON without a mark; a dot stands for the character's
   *     own byte
   */
  ForeignEncoding(String markedName, String mark, String unmarkedName, String unmarked) {
    this.markedName = markedName;
    this.mark = mark;
    this.unmarkedName = unmarkedName;
    this.unmarked = unmarked;
  }

  /** The iconv name of a stream's encoding; the stream must support mark. */
  static Optional<String> of(InputStream input) throws IOException {
    input.mark(LONGEST);
    String first = new String(input.readNBytes(LONGEST), StandardCharsets.ISO_8859_1);
    input.reset();
    for (ForeignEncoding encoding : values()) {
      if (first.startsWith(encoding.mark)) {
        return Optional.of(encoding.markedName);
      }
      if (encoding.begins(first)) {
        return Optional.of(encoding.unmarkedName);
      }
    }
    return Optional.empty();
  }

  /**
   * @param location the file, for messages
   */
  static RuntimeException refused(String location, String name) {
    return Failures.user(
        "DATA_FORMAT_UNKNOWN",
        "data: "
            + location
            + ": the text is "
            + name
            + " (expected: UTF-8; convert it with: iconv -f "
            + name
            + " -t UTF-8 FILE > NEW_FILE)");
  }

  private boolean begins(String first) {
    if (first.length() < unmarked.length()) {
      return false;
    }
    for (int index = 0; index < unmarked.length(); index++) {
      char character = first.charAt(index);
      boolean fits =
          unmarked.charAt(index) == '.' ? BEGINNINGS.indexOf(character) >= 0 : character == 0;
      if (!fits) {
        return false;
      }
    }
    return true;
  }
}

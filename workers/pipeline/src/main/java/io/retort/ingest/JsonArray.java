package io.retort.ingest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Rows that are the elements of one JSON array.
 *
 * <p>Elements are delimited only by brackets, strings and commas, and parsed one by one, so that a
 * malformed element affects only itself, whereas a parser of the whole document would stop. A
 * bracket that closes an outer one also closes the open brackets inside it.
 */
final class JsonArray implements RowReader {
  /** More do not fit in a row. */
  private static final int MOST_OPEN = RawRow.LONGEST_BYTES;

  private final InputStream input;

  /** The open brackets within the element. */
  private final StringBuilder open = new StringBuilder();

  /** How many of them are braces. */
  private int openBraces;

  private long number;
  private boolean begun;
  private boolean ended;
  private boolean finished;

  /**
   * @param input buffered; its first non-blank byte is {@code [}
   */
  JsonArray(InputStream input) {
    this.input = input;
  }

  @Override
  public @Nullable RawRow next() throws IOException {
    int first = nextNotBlank();
    if (!begun) {
      begun = true;
      first = nextNotBlank();
      ended = first == ']';
      first = ended ? nextNotBlank() : first;
    }
    if (!ended) {
      number++;
      return element(first);
    }
    boolean hasMore = !finished && first >= 0;
    finished = true;
    return hasMore
        ? RawRow.defective(number + 1, "text after the array's end (expected: one array)")
        : null;
  }

  /** Reads up to the comma or bracket that ends the element. */
  private RawRow element(int first) throws IOException {
    ByteArrayOutputStream element = new ByteArrayOutputStream(512);
    long length = 0;
    boolean inString = false;
    boolean escaped = false;
    open.setLength(0);
    openBraces = 0;
    for (int next = first; next >= 0; next = input.read()) {
      if (inString) {
        inString = escaped || next != '"';
        escaped = !escaped && next == '\\';
      } else if (open.isEmpty() && (next == ',' || next == ']')) {
        ended = next == ']';
        return RawRow.of(number, element.toByteArray(), length);
      } else {
        inString = next == '"';
        nest(next);
        if (open.length() > MOST_OPEN) {
          ended = true;
          finished = true;
          return RawRow.defective(
              number,
              "more than "
                  + MOST_OPEN
                  + " open brackets (expected: fewer; nothing after them is read)");
        }
      }
      if (length < RawRow.LONGEST_BYTES) {
        element.write(next);
      }
      length++;
    }
    ended = true;
    return RawRow.defective(
        number,
        "the file ends "
            + length
            + " bytes into the element (expected: the end of the element, then ])");
  }

  private void nest(int next) {
    if (next == '{' || next == '[') {
      open.append((char) next);
      openBraces += next == '{' ? 1 : 0;
    } else if (next == '}' && openBraces > 0) {
      closeUpTo('{');
    } else if (next == ']' && openBraces < open.length()) {
      closeUpTo('[');
    }
  }

  /** Closes the last bracket of a kind, of which one is open, and those inside it. */
  private void closeUpTo(char kind) {
    char closed;
    do {
      closed = open.charAt(open.length() - 1);
      open.setLength(open.length() - 1);
      openBraces -= closed == '{' ? 1 : 0;
    } while (closed != kind);
  }

  private int nextNotBlank() throws IOException {
    int next = input.read();
    while (next == ' ' || next == '\n' || next == '\r' || next == '\t') {
      next = input.read();
    }
    return next;
  }

  @Override
  public void close() throws IOException {
    input.close();
  }
}

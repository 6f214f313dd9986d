package io.retort.ingest;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;

/**
 * The text of a Python pickle that contains exactly one string, read without executing the pickle.
 *
 * <p>A pickle is a program, and unpickling executes it. This class walks its opcodes and accepts
 * only those that Python writes for a single string (see Lib/pickletools.py of CPython), of
 * protocols 1 to 5. Protocol 0, whose opcodes are lines of text, is refused like everything else.
 */
final class PickledString {
  private static final int PROTO = 0x80;
  private static final int FRAME = 0x95;
  private static final int SHORT_BINUNICODE = 0x8c;
  private static final int BINUNICODE = 0x58;
  private static final int BINUNICODE8 = 0x8d;
  private static final int MEMOIZE = 0x94;
  private static final int BINPUT = 0x71;
  private static final int LONG_BINPUT = 0x72;
  private static final int STOP = 0x2e;
  private static final int NEWEST_PROTOCOL = 5;

  private final ByteBuffer pickle;
  private final int begin;
  private int start = -1;
  private int length;

  private PickledString(ByteBuffer pickle) {
    this.pickle = pickle;
    begin = pickle.position();
  }

  /**
   * @param pickle from its position to its limit; backed by an array
   * @throws RefusedRowException for every other pickle
   */
  static String read(ByteBuffer pickle) throws RefusedRowException {
    PickledString string = new PickledString(pickle.duplicate().order(ByteOrder.LITTLE_ENDIAN));
    string.walk();
    return SurrogateUtf8.decode(pickle.array(), pickle.arrayOffset() + string.start, string.length);
  }

  private void walk() throws RefusedRowException {
    while (true) {
      int position = pickle.position();
      int opcode = unsigned(1);
      switch (opcode) {
        case PROTO -> {
          if (position != begin || unsigned(1) > NEWEST_PROTOCOL) {
            throw refused("protocol at byte " + position, "one of 2 to 5, at the beginning");
          }
        }
        case FRAME -> lengthOf(8);
        case SHORT_BINUNICODE -> string(lengthOf(1));
        case BINUNICODE -> string(lengthOf(4));
        case BINUNICODE8 -> string(lengthOf(8));
        case MEMOIZE -> afterString(position);
        case BINPUT -> {
          afterString(position);
          skip(1);
        }
        case LONG_BINPUT -> {
          afterString(position);
          skip(4);
        }
        case STOP -> {
          afterString(position);
          if (pickle.hasRemaining()) {
            throw refused(pickle.remaining() + " bytes after the pickle's end", "none");
          }
          return;
        }
        default ->
            throw refused(
                String.format(Locale.ROOT, "opcode %02x at byte %d", opcode, position),
                "a pickle of one string and nothing else, of protocol 1 to 5");
      }
    }
  }

  private void string(int bytes) throws RefusedRowException {
    if (start >= 0) {
      throw refused("two strings", "one");
    }
    start = pickle.position();
    length = bytes;
    skip(bytes);
  }

  private void afterString(int position) throws RefusedRowException {
    if (start < 0) {
      throw refused("no string before byte " + position, "one");
    }
  }

  /** A length that does not exceed the rest of the pickle. */
  private int lengthOf(int bytes) throws RefusedRowException {
    if (pickle.remaining() < bytes) {
      throw cut();
    }
    long value =
        bytes == 8
            ? pickle.getLong()
            : bytes == 4 ? Integer.toUnsignedLong(pickle.getInt()) : unsigned(1);
    if (value < 0 || value > pickle.remaining()) {
      throw cut();
    }
    return (int) value;
  }

  private int unsigned(int bytes) throws RefusedRowException {
    if (pickle.remaining() < bytes) {
      throw cut();
    }
    return Byte.toUnsignedInt(pickle.get());
  }

  private void skip(int bytes) throws RefusedRowException {
    if (pickle.remaining() < bytes) {
      throw cut();
    }
    pickle.position(pickle.position() + bytes);
  }

  private static RefusedRowException cut() {
    return refused("a cut pickle", "a whole one");
  }

  private static RefusedRowException refused(String what, String expected) {
    return new RefusedRowException(
        QuarantineReason.BAD_TESTS, what + " (expected: " + expected + ")");
  }
}

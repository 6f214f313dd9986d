package io.retort.webhook;

import com.google.common.net.InetAddresses;
import java.net.InetAddress;
import java.util.Optional;

/** A range of addresses of one family, as in {@code 10.0.0.0/8}. */
record AddressRange(InetAddress base, int bits) {
  /** A single address is a range, too. Empty for what is neither. */
  static Optional<AddressRange> parse(String text) {
    int slash = text.indexOf('/');
    String address = slash < 0 ? text : text.substring(0, slash);
    if (!InetAddresses.isInetAddress(address)) {
      return Optional.empty();
    }
    InetAddress base = InetAddresses.forString(address);
    int most = base.getAddress().length * Byte.SIZE;
    try {
      int bits = slash < 0 ? most : Integer.parseInt(text.substring(slash + 1));
      return bits < 0 || bits > most ? Optional.empty() : Optional.of(new AddressRange(base, bits));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  static AddressRange of(String text) {
    return parse(text).orElseThrow(() -> new IllegalArgumentException(text));
  }

  boolean contains(InetAddress address) {
    byte[] own = base.getAddress();
    byte[] other = address.getAddress();
    if (own.length != other.length) {
      return false;
    }
    for (int bit = 0; bit < bits; bit++) {
      int mask = 0x80 >> (bit % Byte.SIZE);
      if (((own[bit / Byte.SIZE] ^ other[bit / Byte.SIZE]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }
}

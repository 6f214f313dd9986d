package io.retort.registry;

import java.util.Optional;

/** A version of the registry as specs name a model: {@code registry:} and a reference. */
public final class RegistryLocation {
  private static final String SCHEME = "registry:";

  /** Whether a place is one of the registry, well named or not. */
  public static boolean isNamed(String location) {
    return location.startsWith(SCHEME);
  }

  /** Empty for a place elsewhere, or one that is no reference. */
  public static Optional<ModelReference> parse(String location) {
    return isNamed(location)
        ? ModelReference.parse(location.substring(SCHEME.length()))
        : Optional.empty();
  }

  /**
   * @param reference {@code NAME:vN}, {@code NAME:ALIAS} or {@code NAME@sha256:HEX}
   */
  public static String of(String reference) {
    return SCHEME + reference;
  }

  private RegistryLocation() {}
}

package io.retort.enums;

import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.ProtocolMessageEnum;
import java.util.Locale;

/** Names of enum values without the prefix of their type: STAGE_SFT is {@code SFT}. */
public final class EnumText {
  private static final String UNSPECIFIED = "UNSPECIFIED";

  public static String shortName(EnumValueDescriptor value) {
    return shortName(value.getType(), value.getName());
  }

  /** The short name; {@code UNRECOGNIZED} of a value that this version does not know. */
  public static String shortName(ProtocolMessageEnum value) {
    return shortName(value.getDescriptorForType(), ((Enum<?>) value).name());
  }

  /** The short name as words: RUN_PHASE_WAITING_FOR_RESOURCES is {@code waiting for resources}. */
  public static String words(ProtocolMessageEnum value) {
    return shortName(value).replace('_', ' ').toLowerCase(Locale.ROOT);
  }

  private static String shortName(EnumDescriptor type, String name) {
    String unspecified = type.getValues().get(0).getName();
    String prefix = unspecified.substring(0, unspecified.length() - UNSPECIFIED.length());
    return name.startsWith(prefix) ? name.substring(prefix.length()) : name;
  }

  private EnumText() {}
}

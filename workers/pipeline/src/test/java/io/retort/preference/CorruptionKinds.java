package io.retort.preference;

import io.retort.v1.CorruptionKind;
import java.util.List;

final class CorruptionKinds {
  static final List<CorruptionKind> ALL =
      List.of(
          CorruptionKind.CORRUPTION_KIND_WRONG_OPERATION,
          CorruptionKind.CORRUPTION_KIND_WRONG_NUMBER,
          CorruptionKind.CORRUPTION_KIND_DROPPED_STEP,
          CorruptionKind.CORRUPTION_KIND_INVALID_INFERENCE,
          CorruptionKind.CORRUPTION_KIND_MISREAD_CONDITION);

  private CorruptionKinds() {}
}

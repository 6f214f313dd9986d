package io.retort.preference;

import io.retort.run.FilledSpecs;
import io.retort.v1.CorruptionKind;
import io.retort.v1.RunSpec;
import java.util.List;

/** The kinds of a spec that does not set any: all. */
final class CorruptionKinds {
  static final List<CorruptionKind> ALL =
      FilledSpecs.of(RunSpec.newBuilder()).getPreference().getKindsList();

  private CorruptionKinds() {}
}

package io.retort.run;

import io.retort.spec.SpecDefaults;
import io.retort.spec.SpecException;
import io.retort.v1.RunSpec;

/** Specs as stages receive them: with all defaults filled in. */
public final class FilledSpecs {
  public static RunSpec of(RunSpec.Builder spec) {
    try {
      return new SpecDefaults("/no/such/student").fill(spec.build());
    } catch (SpecException e) {
      throw new AssertionError(e);
    }
  }

  private FilledSpecs() {}
}

package io.retort.spec;

import com.google.protobuf.FieldMask;
import com.google.protobuf.util.FieldMaskUtil;
import io.retort.v1.RunSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * Changed fields of a spec, for {@code RetrainRun}.
 *
 * @param spec holds the changed fields
 * @param mask paths of the changed fields; a field in the mask that is not set is cleared
 */
public record SpecChanges(RunSpec spec, FieldMask mask) {
  /**
   * @param origin the spec to change: an override of one item of a list keeps the other items
   * @param overrides each {@code field.path=value}
   * @throws SpecException with every override that does not fit
   */
  public static SpecChanges parse(RunSpec origin, List<String> overrides) throws SpecException {
    List<SpecViolation> violations = new ArrayList<>();
    FieldMask.Builder mask = FieldMask.newBuilder();
    SpecNode root = SpecTree.of(origin);
    for (String text : overrides) {
      try {
        SpecOverride override = SpecOverride.parse(text);
        root = override.applyTo(root);
        mask.addPaths(override.maskPath());
      } catch (SpecException e) {
        violations.addAll(e.violations());
      }
    }
    RunSpec.Builder changed = RunSpec.newBuilder();
    SpecMapper mapper = new SpecMapper();
    mapper.fill(changed, root, "");
    violations.addAll(mapper.violations());
    SpecException.throwIfAny(violations);
    RunSpec.Builder only = RunSpec.newBuilder();
    FieldMaskUtil.merge(mask.build(), changed.build(), only);
    return new SpecChanges(only.build(), FieldMaskUtil.normalize(mask.build()));
  }

  /**
   * The origin with the masked fields replaced.
   *
   * @throws SpecException if the mask names an unknown field
   */
  public static RunSpec apply(RunSpec origin, RunSpec changes, FieldMask mask)
      throws SpecException {
    List<SpecViolation> violations = new ArrayList<>();
    for (String path : mask.getPathsList()) {
      if (!FieldMaskUtil.isValid(RunSpec.class, path)) {
        violations.add(
            SpecViolation.of("update_mask", path, "paths of fields of a spec, up to a list"));
      }
    }
    SpecException.throwIfAny(violations);
    RunSpec.Builder builder = origin.toBuilder();
    FieldMaskUtil.merge(
        mask,
        changes,
        builder,
        new FieldMaskUtil.MergeOptions()
            .setReplaceMessageFields(true)
            .setReplaceRepeatedFields(true)
            .setReplacePrimitiveFields(true));
    return builder.build();
  }
}

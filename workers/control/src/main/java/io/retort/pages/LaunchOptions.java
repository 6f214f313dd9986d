package io.retort.pages;

import io.retort.enums.EnumText;
import io.retort.spec.SpecException;
import io.retort.spec.SpecViolation;
import io.retort.v1.Stage;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a launch has besides its spec, as a person wrote it.
 *
 * @param labels {@code KEY=VALUE} separated by commas
 * @param fromStage the short name of a stage that runs again, with all after it; for a retrain
 */
public record LaunchOptions(String lane, String labels, String note, String fromStage) {
  static final LaunchOptions NONE = new LaunchOptions("", "", "", "");

  static LaunchOptions of(Form form) {
    return new LaunchOptions(
        form.text("lane"), form.text("labels"), form.text("note"), form.text("from_stage"));
  }

  /** Names of the fields in the form. */
  static Set<String> fields(boolean retrain) {
    return retrain
        ? Set.of("lane", "labels", "note", "from_stage")
        : Set.of("lane", "labels", "note");
  }

  /** Whether something is filled in. */
  public boolean isUsed() {
    return !equals(NONE);
  }

  /** Short names of the stages, in the order of a run. */
  public static List<String> stages() {
    return Arrays.stream(Stage.values())
        .filter(stage -> stage != Stage.UNRECOGNIZED && stage != Stage.STAGE_UNSPECIFIED)
        .sorted()
        .map(EnumText::shortName)
        .toList();
  }

  /**
   * @throws SpecException for a part that is no label
   */
  Map<String, String> labelMap() throws SpecException {
    Map<String, String> map = new LinkedHashMap<>();
    for (String part : labels.split(",", -1)) {
      String label = part.strip();
      if (label.isEmpty()) {
        continue;
      }
      int equals = label.indexOf('=');
      if (equals <= 0) {
        throw wrong("labels", label, "KEY=VALUE, separated by commas");
      }
      map.put(label.substring(0, equals).strip(), label.substring(equals + 1).strip());
    }
    return map;
  }

  /**
   * Unspecified where none is chosen.
   *
   * @throws SpecException for a text that is no stage
   */
  Stage stage() throws SpecException {
    if (fromStage.isEmpty()) {
      return Stage.STAGE_UNSPECIFIED;
    }
    for (Stage stage : Stage.values()) {
      if (stage != Stage.UNRECOGNIZED && EnumText.shortName(stage).equals(fromStage)) {
        return stage;
      }
    }
    throw wrong("from_stage", fromStage, "one of " + String.join(", ", stages()));
  }

  private static SpecException wrong(String field, String value, String expected) {
    return new SpecException(
        List.of(new SpecViolation(field, "\"" + value + "\" (expected: " + expected + ")")));
  }
}

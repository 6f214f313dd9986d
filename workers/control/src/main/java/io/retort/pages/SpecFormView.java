package io.retort.pages;

import io.retort.spec.SpecViolation;
import java.util.List;

/**
 * The page on which a run is started.
 *
 * @param origin run that is retrained, empty for a new one
 * @param action address to which the form is sent
 * @param requestId so that a form that is sent twice starts one run
 */
public record SpecFormView(
    String title, String origin, String action, String requestId, SpecForm form, Check check) {
  /**
   * What is wrong with a spec.
   *
   * @param stages of the run if nothing is wrong
   */
  public record Check(List<Problem> problems, List<String> stages) {
    static Check of(List<SpecViolation> violations, List<String> stages) {
      return new Check(
          violations.stream()
              .map(one -> new Problem(one.field(), SpecForm.id(one.field()), one.description()))
              .toList(),
          stages);
    }
  }

  /**
   * @param id of the field in the page
   */
  public record Problem(String path, String id, String description) {}
}

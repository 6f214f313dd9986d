package io.retort.pages;

import io.retort.spec.SpecViolation;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The page on which a run is started.
 *
 * @param origin run that is retrained, empty for a new one
 * @param action address to which the form is sent
 * @param requestId so that a form that is sent twice starts one run
 * @param allowed whether the reader may start it
 */
public record SpecFormView(
    String title,
    String origin,
    String action,
    String requestId,
    SpecForm form,
    LaunchOptions options,
    Check check,
    boolean allowed) {
  static SpecFormView of(
      LaunchForm form, List<SpecViolation> violations, Check check, boolean allowed) {
    return new SpecFormView(
        form.title(),
        form.origin().map(run -> run.getRunId()).orElse(""),
        form.action(),
        form.requestId(),
        form.spec(violations),
        form.options(),
        check,
        allowed);
  }

  /**
   * What can be said about a launch before it.
   *
   * @param refusal why there is no plan, or why the run was not started, apart from problems
   * @param plan absent where there are problems, and where nobody has asked for one
   */
  public record Check(
      List<Problem> problems, @Nullable ErrorView refusal, @Nullable PlanView plan) {
    static final Check NONE = new Check(List.of(), null, null);

    static Check planned(PlanView plan) {
      return new Check(List.of(), null, plan);
    }

    static Check refused(ErrorView refusal) {
      return new Check(List.of(), refusal, null);
    }

    static Check wrong(List<SpecViolation> violations, FormFields fields) {
      return new Check(
          violations.stream()
              .map(
                  one ->
                      new Problem(
                          one.field(),
                          fields.nearest(one.field()).map(SpecForm::id).orElse(""),
                          one.description()))
              .toList(),
          null,
          null);
    }

    public Optional<ErrorView> refused() {
      return Optional.ofNullable(refusal);
    }

    public Optional<PlanView> planned() {
      return Optional.ofNullable(plan);
    }
  }

  /**
   * @param id in the page of the field or of the section that holds it; empty where there is none
   */
  public record Problem(String path, String id, String description) {}
}

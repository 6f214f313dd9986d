package io.retort.pages;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.spec.SpecException;
import io.retort.spec.SpecValidator;
import io.retort.spec.SpecViolation;
import io.retort.v1.Plan;
import io.retort.v1.Role;
import io.retort.v1.Run;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Starts runs from a form: new ones, and retrains with changed fields. */
final class SpecPages {
  private static final String LATER =
      "Another plan of this form is being made (expected: one at a time; ask again).";

  private final LocalCalls calls;
  private final RunPages runs;
  private final SpecValidator validator = new SpecValidator();
  private final LatestOnly<Plan> plans = new LatestOnly<>();

  SpecPages(LocalCalls calls, RunPages runs) {
    this.calls = calls;
    this.runs = runs;
  }

  HttpResponse create(PageRequest request) {
    return opened(request, Optional.empty());
  }

  HttpResponse retrain(PageRequest request) {
    return opened(request, Optional.of(runs.run(request)));
  }

  CompletableFuture<HttpResponse> plan(PageRequest request) {
    return planned(request, Optional.empty());
  }

  CompletableFuture<HttpResponse> planRetrain(PageRequest request) {
    return planned(request, Optional.of(runs.run(request)));
  }

  CompletableFuture<HttpResponse> start(PageRequest request) {
    return started(request, Optional.empty());
  }

  CompletableFuture<HttpResponse> startRetrain(PageRequest request) {
    return started(request, Optional.of(runs.run(request)));
  }

  private static HttpResponse opened(PageRequest request, Optional<Run> origin) {
    return page(request, LaunchForm.open(origin), Answer.NONE);
  }

  /** What is wrong and the plan alone where htmx asks for it, else the page with them. */
  private CompletableFuture<HttpResponse> planned(PageRequest request, Optional<Run> origin) {
    LaunchForm form = LaunchForm.sent(origin, request.form());
    try {
      form.check(validator);
    } catch (SpecException e) {
      return CompletableFuture.completedFuture(planned(request, form, Answer.wrong(e)));
    }
    Context context = Context.current();
    return plans
        .submit(
            request.caller().id() + " " + form.requestId(),
            request.context().blockingTaskExecutor(),
            () -> plan(request, form, context))
        .thenApply(
            plan -> planned(request, form, plan.map(Answer::planned).orElse(Answer.REPLACED)))
        .exceptionally(thrown -> planned(request, form, Answer.refused(thrown)));
  }

  private CompletableFuture<Plan> plan(PageRequest request, LaunchForm form, Context context) {
    if (request.context().isCancelled()) {
      // The browser has asked for another one since.
      return CompletableFuture.failedFuture(Status.CANCELLED.asRuntimeException());
    }
    Context before = context.attach();
    try {
      return form.plan(calls);
    } catch (SpecException e) {
      return CompletableFuture.failedFuture(e);
    } finally {
      context.detach(before);
    }
  }

  private static HttpResponse planned(PageRequest request, LaunchForm form, Answer answer) {
    if (!request.isPart()) {
      return page(request, form, answer);
    }
    return answer.equals(Answer.REPLACED)
        ? PageResponses.unchanged()
        // Also with what is wrong: htmx shows no other status.
        : request.page("specCheck", answer.check(form));
  }

  private CompletableFuture<HttpResponse> started(PageRequest request, Optional<Run> origin) {
    LaunchForm form = LaunchForm.sent(origin, request.form());
    try {
      return form.start(calls)
          .thenApply(run -> PageResponses.seeOther("/runs/" + Paths.segment(run.getRunId())))
          .exceptionally(thrown -> page(request, form, Answer.refused(thrown)));
    } catch (SpecException e) {
      return CompletableFuture.completedFuture(page(request, form, Answer.wrong(e)));
    }
  }

  /** With what the person has filled in, whatever became of it. */
  private static HttpResponse page(PageRequest request, LaunchForm form, Answer answer) {
    boolean allowed =
        form.origin()
            .map(run -> request.may(Role.ROLE_OPERATOR, run))
            .orElse(request.caller().somewhere(Role.ROLE_OPERATOR));
    return request.page(
        answer.status(),
        "specForm",
        SpecFormView.of(form, answer.violations(), answer.check(form), allowed));
  }

  /**
   * What became of a form that was sent.
   *
   * @param said apart from the violations
   */
  private record Answer(
      HttpStatus status, List<SpecViolation> violations, SpecFormView.Check said) {
    static final Answer NONE = new Answer(HttpStatus.OK, List.of(), SpecFormView.Check.NONE);
    static final Answer REPLACED = refused(ErrorView.of(HttpStatus.CONFLICT, LATER));

    static Answer planned(Plan plan) {
      return new Answer(HttpStatus.OK, List.of(), SpecFormView.Check.planned(PlanView.of(plan)));
    }

    static Answer wrong(SpecException thrown) {
      return wrong(thrown.violations());
    }

    static Answer wrong(List<SpecViolation> violations) {
      return new Answer(HttpStatus.BAD_REQUEST, violations, SpecFormView.Check.NONE);
    }

    static Answer refused(ErrorView error) {
      return new Answer(
          HttpStatus.valueOf(error.status()), List.of(), SpecFormView.Check.refused(error));
    }

    SpecFormView.Check check(LaunchForm form) {
      return violations.isEmpty() ? said : SpecFormView.Check.wrong(violations, form.fields());
    }

    /** Throws what is no refusal. */
    static Answer refused(Throwable thrown) {
      Throwable cause =
          thrown instanceof CompletionException && thrown.getCause() != null
              ? thrown.getCause()
              : thrown;
      if (cause instanceof SpecException spec) {
        return wrong(spec);
      }
      if (cause instanceof StatusRuntimeException status) {
        List<SpecViolation> violations = Violations.of(status);
        return violations.isEmpty() ? refused(ErrorView.of(status)) : wrong(violations);
      }
      throw new CompletionException(cause);
    }
  }
}

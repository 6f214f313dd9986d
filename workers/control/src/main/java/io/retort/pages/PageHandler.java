package io.retort.pages;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import io.retort.identity.Caller;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves pages on the blocking executor, as their caller, with errors as pages. A form is refused
 * without a valid token.
 */
final class PageHandler {
  private static final Logger LOG = LoggerFactory.getLogger(PageHandler.class);

  private final PageTemplates templates;
  private final PageCaller callers;
  private final Csrf csrf;

  PageHandler(PageTemplates templates, PageCaller callers, Csrf csrf) {
    this.templates = templates;
    this.callers = callers;
    this.csrf = csrf;
  }

  /** A page that only reads. */
  HttpService get(Page page) {
    return (context, request) ->
        served(
            context,
            caller ->
                CompletableFuture.completedFuture(
                    page.respond(request(context, caller, Form.ofQuery(query(context))))));
  }

  /** A form that changes something. */
  HttpService post(Action action) {
    return (context, request) ->
        HttpResponse.of(
            request
                .aggregate()
                .thenApply(
                    body ->
                        served(context, caller -> action.respond(form(context, body, caller)))));
  }

  private PageRequest form(
      ServiceRequestContext context, AggregatedHttpRequest body, Caller caller) {
    Form form = Form.of(body);
    if (!csrf.isValid(context.request().headers(), caller, form.text(Csrf.FIELD))) {
      throw new PageException(
          HttpStatus.FORBIDDEN,
          "The form was not sent from a page of this control plane that was shown to "
              + caller.name()
              + ", or the control plane has restarted since (expected: a form loaded after that;"
              + " load the page again and repeat what you did).");
    }
    return request(context, caller, form);
  }

  private PageRequest request(ServiceRequestContext context, Caller caller, Form form) {
    return new PageRequest(context, templates, csrf, caller, form);
  }

  private HttpResponse served(ServiceRequestContext context, Served page) {
    return HttpResponse.of(
        CompletableFuture.completedFuture(context)
            .thenComposeAsync(
                started -> {
                  Caller caller = callers.of(context);
                  return answer(caller, page)
                      .exceptionally(thrown -> failed(context, caller, thrown));
                },
                context.blockingTaskExecutor()));
  }

  private static CompletableFuture<HttpResponse> answer(Caller caller, Served page) {
    try {
      return Context.current().withValue(Caller.KEY, caller).call(() -> page.respond(caller));
    } catch (Exception e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private HttpResponse failed(ServiceRequestContext context, Caller caller, Throwable thrown) {
    Throwable cause =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    ErrorView error;
    if (cause instanceof PageException refused) {
      error = ErrorView.of(refused.status(), String.valueOf(refused.getMessage()));
    } else if (cause instanceof StatusRuntimeException status) {
      error = ErrorView.of(status);
    } else {
      LOG.error("the page {} failed", context.path(), cause);
      error =
          ErrorView.of(
              HttpStatus.INTERNAL_SERVER_ERROR,
              "The page failed; the control plane's log says why.");
    }
    return request(context, caller, Form.ofQuery(""))
        .page(HttpStatus.valueOf(error.status()), "error", error);
  }

  private static String query(ServiceRequestContext context) {
    return Optional.ofNullable(context.query()).orElse("");
  }

  /** The answer to a request that only reads. */
  @FunctionalInterface
  interface Page {
    HttpResponse respond(PageRequest request);
  }

  /** The answer to a form. */
  @FunctionalInterface
  interface Action {
    CompletableFuture<HttpResponse> respond(PageRequest request);
  }

  @FunctionalInterface
  private interface Served {
    CompletableFuture<HttpResponse> respond(Caller caller);
  }
}

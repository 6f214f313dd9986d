package io.retort.pages;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServerBuilder;
import io.retort.store.Store;
import java.security.SecureRandom;
import java.util.function.UnaryOperator;

/**
 * The pages of the control plane and their addresses. They hold no state: what they show and do
 * goes through the services of the API.
 */
public final class Pages {
  private static final int LARGEST_FORM = 1 << 20;

  private final PageHandler handler;
  private final RunPages runs;
  private final RunEvents events;
  private final RunFiles files;
  private final ModelPages models;
  private final SpecPages specs;
  private final ComparePages comparisons;
  private final LanePages lanes;
  private final LogPages logs;
  private final DataSetPages datasets;
  private final RunSamples samples;
  private final TriggerPages triggers;

  /**
   * @param callers who looks at a page
   * @param csrf of its forms
   */
  public Pages(
      LocalCalls calls,
      Store store,
      String storeUri,
      PageLinks links,
      PageCaller callers,
      Csrf csrf) {
    handler = new PageHandler(new PageTemplates(), callers, csrf);
    runs = new RunPages(calls, links, new Checkpoints(store, storeUri));
    events = new RunEvents(calls);
    files = new RunFiles(store, storeUri, runs);
    models = new ModelPages(calls);
    specs = new SpecPages(calls, runs);
    comparisons = new ComparePages(calls, runs);
    lanes = new LanePages(calls);
    logs = new LogPages(calls);
    datasets = new DataSetPages(calls, runs);
    samples = new RunSamples(store, storeUri, runs);
    triggers = new TriggerPages(calls);
  }

  /** The session's, or without one a token whose key lives as long as the process. */
  public static Csrf csrf() {
    return new SessionCsrf(new HmacCsrf(new SecureRandom()));
  }

  /**
   * Adds every page to the server; each address is below {@code /} and outside of {@code /v1}.
   *
   * @param guard lets only those see a page, or send a form, who may; scripts and style sheets are
   *     for everybody
   */
  public void addTo(ServerBuilder builder, UnaryOperator<HttpService> guard) {
    Routes server = new Routes(builder, guard);
    server.read("/", handler.get(request -> PageResponses.seeOther("/runs")));
    server.read("/runs", handler.get(runs::list));
    server.read("/runs/{run}", handler.get(runs::show));
    server.read("/runs/{run}/curves", handler.get(runs::curves));
    server.read("/runs/{run}/loss", handler.get(runs::loss));
    server.follow("/runs/{run}/events", handler.get(events::follow));
    server.read("/runs/{run}/report", handler.get(files::report));
    server.read("/runs/{run}/approval-report", handler.get(files::approvalReport));
    server.change("/runs/{run}/pause", handler.post(runs::pause));
    server.change("/runs/{run}/resume", handler.post(runs::resume));
    server.change("/runs/{run}/cancel", handler.post(runs::cancel));
    server.change("/runs/{run}/retry", handler.post(runs::retry));
    server.change("/runs/{run}/budget", handler.post(runs::setBudget));
    server.read("/runs/{run}/approval", handler.get(runs::approval));
    server.change("/runs/{run}/approve", handler.post(runs::approve));
    server.change("/runs/{run}/reject", handler.post(runs::reject));
    server.read("/runs/{run}/retrain", handler.get(specs::retrain));
    server.change("/runs/{run}/retrain", handler.post(specs::startRetrain));
    server.change("/runs/{run}/retrain/plan", handler.post(specs::planRetrain));
    server.read("/new", handler.get(specs::create));
    server.change("/new", handler.post(specs::start));
    server.change("/new/plan", handler.post(specs::plan));
    server.read("/compare", handler.get(comparisons::show));
    server.change("/compare/report", handler.post(comparisons::report));
    server.read("/approvals", handler.get(runs::approvals));
    server.read("/lanes", handler.get(lanes::list));
    server.change("/lanes", handler.post(lanes::set));
    server.read("/lanes/{lane}", handler.get(lanes::show));
    server.change("/lanes/{lane}/unblock", handler.post(lanes::unblock));
    server.read("/triggers", handler.get(triggers::list));
    server.read("/triggers/{trigger}", handler.get(triggers::show));
    server.change("/triggers/{trigger}/pause", handler.post(triggers::pause));
    server.change("/triggers/{trigger}/resume", handler.post(triggers::resume));
    server.change("/triggers/{trigger}/test", handler.post(triggers::test));
    server.change("/triggers/{trigger}/fire", handler.post(triggers::fire));
    server.read("/runs/{run}/samples", handler.get(samples::show));
    server.read("/runs/{run}/logs", handler.get(logs::show));
    server.read("/datasets", handler.get(datasets::list));
    server.read("/datasets/{run}", handler.get(datasets::show));
    server.read("/models", handler.get(models::list));
    server.read("/models/{model}", handler.get(models::show));
    server.change("/models/{model}/promote", handler.post(models::promote));
    server.change("/models/{model}/roll-back", handler.post(models::rollBack));
    builder
        .route()
        .methods(HttpMethod.GET, HttpMethod.HEAD)
        .path("prefix:" + Asset.FOLDER)
        .build((context, request) -> Asset.serve(request.headers()));
  }

  private record Routes(ServerBuilder builder, UnaryOperator<HttpService> guard) {
    void read(String path, HttpService page) {
      builder.route().methods(HttpMethod.GET, HttpMethod.HEAD).path(path).build(guard.apply(page));
    }

    /** A stream has no end that a request for its headers could wait for. */
    void follow(String path, HttpService stream) {
      builder.route().get(path).build(guard.apply(stream));
    }

    void change(String path, HttpService action) {
      builder
          .route()
          .methods(HttpMethod.POST)
          .path(path)
          .maxRequestLength(LARGEST_FORM)
          .build(guard.apply(action));
    }
  }
}

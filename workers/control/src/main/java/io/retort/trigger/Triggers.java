package io.retort.trigger;

import io.grpc.BindableService;
import io.grpc.StatusRuntimeException;
import io.retort.store.Store;
import io.retort.v1.CheckWatchedDataRequest;
import io.retort.v1.CheckWatchedDataResponse;
import io.retort.v1.RunSpec;
import io.temporal.client.WorkflowClient;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/** The triggers of a control plane. */
public final class Triggers implements AutoCloseable {
  private final TriggerStore store;
  private final LaunchingFirer firer;
  private final TriggerServiceImpl service;
  private final TriggerWorker worker;

  /**
   * @param teamOf the team of a run with this spec
   * @param secrets of webhooks
   * @param deadline of each call to Temporal
   * @param errors the error of the API for one of Temporal, and what was attempted
   * @param looks asks a pipeline worker what is in a location; empty if none answers in time
   */
  public Triggers(
      Store store,
      String storeUri,
      Launches launches,
      Function<RunSpec, String> teamOf,
      SecretCheck secrets,
      Clock clock,
      WorkflowClient client,
      Duration deadline,
      BiFunction<String, StatusRuntimeException, StatusRuntimeException> errors,
      Function<CheckWatchedDataRequest, Optional<CheckWatchedDataResponse>> looks) {
    this.store = new TriggerStore(store, storeUri);
    FiringStore firings = new FiringStore(store, storeUri);
    firer = new LaunchingFirer(this.store, firings, launches, teamOf, clock);
    TriggerSources sources =
        TriggerSources.both(
            new TriggerSchedules(this.store, client, deadline, errors),
            new TriggerWatches(this.store, client, deadline, errors));
    service =
        new TriggerServiceImpl(
            this.store,
            firings,
            firer,
            new TriggerTeams(launches, teamOf),
            secrets,
            launches,
            sources,
            new WatchCheck(storeUri, looks),
            clock);
    worker =
        new TriggerWorker(
            client,
            new TriggerActivitiesImpl(firer, new WatchFirings(this.store, firer, store, storeUri)),
            sources);
  }

  public TriggerStore store() {
    return store;
  }

  public TriggerFirer firer() {
    return firer;
  }

  public BindableService service() {
    return service;
  }

  /** Triggers do not fire any more. */
  @Override
  public void close() {
    worker.close();
  }
}

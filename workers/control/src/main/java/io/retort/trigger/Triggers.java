package io.retort.trigger;

import io.grpc.BindableService;
import io.retort.store.Store;
import io.retort.v1.RunSpec;
import java.time.Clock;
import java.util.function.Function;

/** The triggers of a control plane. */
public final class Triggers {
  private final TriggerStore store;
  private final LaunchingFirer firer;
  private final TriggerServiceImpl service;

  /**
   * @param teamOf the team of a run with this spec
   */
  public Triggers(
      Store store,
      String storeUri,
      Launches launches,
      Function<RunSpec, String> teamOf,
      Clock clock) {
    this.store = new TriggerStore(store, storeUri);
    FiringStore firings = new FiringStore(store, storeUri);
    firer = new LaunchingFirer(this.store, firings, launches, teamOf, clock);
    service =
        new TriggerServiceImpl(
            this.store,
            firings,
            firer,
            new TriggerTeams(launches, teamOf),
            launches,
            TriggerSources.none(),
            clock);
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
}

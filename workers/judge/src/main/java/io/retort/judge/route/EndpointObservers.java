package io.retort.judge.route;

/** Events of endpoints and routes, for metrics. Called from event loops: must not block. */
public interface EndpointObservers {
  /** Called once for each endpoint. */
  EndpointObserver endpoint(EndpointState state);

  /**
   * @param endpoint that failed; the route calls the next one
   * @param type of the failure
   */
  void failedOver(String route, String endpoint, String type);
}

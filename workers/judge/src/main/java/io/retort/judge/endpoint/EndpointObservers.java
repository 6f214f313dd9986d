package io.retort.judge.endpoint;

/** Sees what endpoints and routes do, for metrics. Called from event loops: must not block. */
public interface EndpointObservers {
  /** Called once for each endpoint. */
  EndpointObserver endpoint(EndpointState state);

  /**
   * @param endpoint that failed, so that the route asks the next one
   * @param type of the failure
   */
  void failedOver(String route, String endpoint, String type);
}

package io.retort.judge.route;

import io.retort.v1.Usage;

/** An observer that ignores all events. */
final class Unobserved implements EndpointObservers, EndpointObserver {
  @Override
  public EndpointObserver endpoint(EndpointState state) {
    return this;
  }

  @Override
  public void failedOver(String route, String endpoint, String type) {}

  @Override
  public void sent() {}

  @Override
  public void finished() {}

  @Override
  public void counted(Usage usage) {}

  @Override
  public void limited() {}
}

package io.retort.judge.configuration;

import java.util.List;

/**
 * The endpoints and routes that requests can name.
 *
 * @param endpoints at least one; names are unique over endpoints and routes
 */
public record EndpointsConfiguration(
    List<EndpointConfiguration> endpoints, List<RouteConfiguration> routes) {
  public EndpointsConfiguration {
    endpoints = List.copyOf(endpoints);
    routes = List.copyOf(routes);
  }
}

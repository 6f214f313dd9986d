package io.retort.pages;

import com.linecorp.armeria.server.ServiceRequestContext;
import io.retort.identity.Caller;

/** Who looks at a page: the place where sessions are plugged in. */
@FunctionalInterface
public interface PageCaller {
  /** The caller of the current gRPC context, which is the same for everybody without sessions. */
  PageCaller CURRENT = context -> Caller.current();

  Caller of(ServiceRequestContext context);
}

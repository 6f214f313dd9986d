package io.retort.identity;

import com.google.protobuf.Message;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.v1.AuditEntry;
import io.retort.v1.Role;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out who makes each call, refuses what the caller may not do, and adds to the audit log
 * every call that changes something and every call that is refused. Methods without {@code
 * required_role} are refused to everybody, except health checks and reflection, which tell nothing
 * of runs.
 *
 * <p>A caller with a session instead of a token must prove with {@link Csrf#HEADER} that it is one
 * of our pages, unless the call only reads.
 */
public final class AccessInterceptor implements ServerInterceptor {
  private static final Logger LOG = LoggerFactory.getLogger(AccessInterceptor.class);
  private static final Set<String> OPEN =
      Set.of(
          "grpc.health.v1.Health",
          "grpc.reflection.v1.ServerReflection",
          "grpc.reflection.v1alpha.ServerReflection");

  /** The object of the entry is the run that they start. */
  private static final Set<String> LAUNCHES =
      Set.of("RunService/CreateRun", "RunService/RetrainRun", "RunService/RetryRun");

  private static final Metadata.Key<String> AUTHORIZATION = key("authorization");
  private static final Metadata.Key<String> COOKIE = key("cookie");
  private static final Metadata.Key<String> CSRF = key(Csrf.HEADER);

  private final Callers callers;
  private final Authorizer authorizer;
  private final AuditLog audit;

  private AccessInterceptor(Callers callers, Authorizer authorizer, AuditLog audit) {
    this.callers = callers;
    this.authorizer = authorizer;
    this.audit = audit;
  }

  /** Finds out who calls. */
  @FunctionalInterface
  private interface Callers {
    Caller of(RpcAccess rpc, Metadata headers);
  }

  static AccessInterceptor ofHeaders(
      Authenticator authenticator, Authorizer authorizer, AuditLog audit) {
    return new AccessInterceptor(
        (rpc, headers) -> ofHeaders(authenticator, rpc, headers), authorizer, audit);
  }

  static AccessInterceptor ofContext(Authorizer authorizer, AuditLog audit) {
    return new AccessInterceptor((rpc, headers) -> Caller.current(), authorizer, audit);
  }

  /**
   * Checks that every method says who may call it.
   *
   * @throws IllegalStateException for one without {@code required_role}
   */
  public static void requireRoles(Collection<ServerServiceDefinition> services) {
    for (ServerServiceDefinition service : services) {
      if (OPEN.contains(service.getServiceDescriptor().getName())) {
        continue;
      }
      for (MethodDescriptor<?, ?> method : service.getServiceDescriptor().getMethods()) {
        if (RpcAccess.of(method).isEmpty()) {
          throw new IllegalStateException(
              method.getFullMethodName() + ": has no required_role (expected: the option)");
        }
      }
    }
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    if (OPEN.contains(String.valueOf(call.getMethodDescriptor().getServiceName()))) {
      return next.startCall(call, headers);
    }
    Optional<RpcAccess> rpc = RpcAccess.of(call.getMethodDescriptor());
    if (rpc.isEmpty()) {
      return refuse(
          call, AccessErrors.denied(call.getMethodDescriptor().getFullMethodName() + " is closed"));
    }
    AuditEntry.Builder entry = AuditEntry.newBuilder().setMethod(rpc.get().name());
    Caller caller;
    try {
      caller = callers.of(rpc.get(), headers);
    } catch (StatusRuntimeException e) {
      audit.add(entry.setOutcome(e.getStatus().getCode().name()).build());
      return refuse(call, e);
    } catch (RuntimeException e) {
      LOG.error("the caller of {} cannot be found out", rpc.get().name(), e);
      return refuse(call, AccessErrors.internal());
    }
    entry.setCaller(caller.name()).setCallerId(caller.id());
    boolean changes = rpc.get().role() != Role.ROLE_VIEWER;
    if (changes && audit.isFull()) {
      return refuse(call, AccessErrors.auditFull());
    }
    Context context = Context.current().withValue(Caller.KEY, caller);
    AuditedCall<Q, R> audited = new AuditedCall<>(call, entry, changes);
    ServerCall.Listener<Q> listener = Contexts.interceptCall(context, audited, headers, next);
    return new Checked<>(listener, audited, rpc.get(), caller);
  }

  private static Caller ofHeaders(Authenticator authenticator, RpcAccess rpc, Metadata headers) {
    String authorization = text(headers, AUTHORIZATION);
    String cookie = text(headers, COOKIE);
    Caller caller = authenticator.authenticate(authorization, cookie);
    boolean bySession = authorization.isEmpty() && caller.isAuthenticated();
    if (bySession && rpc.role() != Role.ROLE_VIEWER && !Csrf.matches(cookie, text(headers, CSRF))) {
      throw AccessErrors.unauthenticated();
    }
    return caller;
  }

  private static <Q> ServerCall.Listener<Q> refuse(
      ServerCall<Q, ?> call, StatusRuntimeException error) {
    close(call, error);
    return new ServerCall.Listener<>() {};
  }

  private static void close(ServerCall<?, ?> call, StatusRuntimeException error) {
    Metadata trailers = error.getTrailers();
    call.close(error.getStatus(), trailers == null ? new Metadata() : trailers);
  }

  private static String text(Metadata headers, Metadata.Key<String> key) {
    String value = headers.get(key);
    return value == null ? "" : value;
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  /** Adds the call to the audit log when it ends. */
  private final class AuditedCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
    private final AuditEntry.Builder entry;
    private final boolean changes;

    /** Whether the caller was refused; what it may not see is refused as NOT_FOUND. */
    private boolean refused;

    AuditedCall(ServerCall<Q, R> call, AuditEntry.Builder entry, boolean changes) {
      super(call);
      this.entry = entry;
      this.changes = changes;
    }

    @Override
    public void sendMessage(R message) {
      if (entry.getObject().isEmpty() || LAUNCHES.contains(entry.getMethod())) {
        AuditedObjects.ofResponse((Message) message).ifPresent(entry::setObject);
      }
      super.sendMessage(message);
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (changes || refused || status.getCode() == Status.Code.PERMISSION_DENIED) {
        audit.add(entry.setOutcome(status.getCode().name()).build());
      }
      super.close(status, trailers);
    }
  }

  /** Passes the request on only if the caller may make it. */
  private final class Checked<Q, R> extends SimpleForwardingServerCallListener<Q> {
    private final AuditedCall<Q, R> call;
    private final RpcAccess rpc;
    private final Caller caller;
    private boolean refused;

    Checked(ServerCall.Listener<Q> listener, AuditedCall<Q, R> call, RpcAccess rpc, Caller caller) {
      super(listener);
      this.call = call;
      this.rpc = rpc;
      this.caller = caller;
    }

    @Override
    public void onMessage(Q message) {
      if (refused) {
        return;
      }
      try {
        Message request = (Message) message;
        call.entry.setObject(AuditedObjects.ofRequest(request));
        call.entry.clearTeams().addAllTeams(authorizer.require(rpc, caller, request));
      } catch (StatusRuntimeException e) {
        refused = true;
        call.refused = true;
        AccessInterceptor.close(call, e);
        return;
      } catch (RuntimeException e) {
        LOG.error("the access to {} cannot be checked", rpc.name(), e);
        refused = true;
        AccessInterceptor.close(call, AccessErrors.internal());
        return;
      }
      super.onMessage(message);
    }

    @Override
    public void onHalfClose() {
      if (refused) {
        return;
      }
      try {
        super.onHalfClose();
      } catch (RuntimeException | Error e) {
        // Closed here, so that the call is in the audit log.
        LOG.error("{} failed", rpc.name(), e);
        AccessInterceptor.close(call, AccessErrors.internal());
      }
    }

    @Override
    public void onReady() {
      if (!refused) {
        super.onReady();
      }
    }
  }
}

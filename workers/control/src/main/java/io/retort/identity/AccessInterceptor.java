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

  private static final Metadata.Key<String> CSRF =
      Metadata.Key.of(Csrf.HEADER, Metadata.ASCII_STRING_MARSHALLER);

  private final Callers callers;
  private final Authorizer authorizer;
  private final AuditLog audit;
  private final OpenStreams streams;

  private AccessInterceptor(
      Callers callers, Authorizer authorizer, AuditLog audit, OpenStreams streams) {
    this.callers = callers;
    this.authorizer = authorizer;
    this.audit = audit;
    this.streams = streams;
  }

  /** Finds out who calls. */
  private interface Callers {
    Caller of(RpcAccess rpc, Metadata headers);

    /** By which the caller can be found out again; empty where that cannot change. */
    Optional<Credentials> credentials(Metadata headers);
  }

  static AccessInterceptor ofHeaders(
      Authenticator authenticator, Authorizer authorizer, AuditLog audit, OpenStreams streams) {
    Callers callers =
        new Callers() {
          @Override
          public Caller of(RpcAccess rpc, Metadata headers) {
            return ofHeaders(authenticator, rpc, headers);
          }

          @Override
          public Optional<Credentials> credentials(Metadata headers) {
            return Optional.of(Credentials.of(headers));
          }
        };
    return new AccessInterceptor(callers, authorizer, audit, streams);
  }

  static AccessInterceptor ofContext(Authorizer authorizer, AuditLog audit, OpenStreams streams) {
    Callers callers =
        new Callers() {
          @Override
          public Caller of(RpcAccess rpc, Metadata headers) {
            return Caller.current();
          }

          @Override
          public Optional<Credentials> credentials(Metadata headers) {
            return Credentials.ofCurrentRequest();
          }
        };
    return new AccessInterceptor(callers, authorizer, audit, streams);
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
    Optional<Credentials> credentials =
        call.getMethodDescriptor().getType().serverSendsOneMessage() || !caller.isAuthenticated()
            ? Optional.empty()
            : callers.credentials(headers);
    return new Checked<>(listener, audited, rpc.get(), caller, credentials);
  }

  private static Caller ofHeaders(Authenticator authenticator, RpcAccess rpc, Metadata headers) {
    Credentials shown = Credentials.of(headers);
    Caller caller = authenticator.authenticate(shown.authorization(), shown.cookie());
    boolean bySession = shown.authorization().isEmpty() && caller.isAuthenticated();
    if (bySession && rpc.role() != Role.ROLE_VIEWER) {
      String proof = headers.get(CSRF);
      if (!Csrf.matches(shown.cookie(), proof == null ? "" : proof)) {
        throw AccessErrors.unauthenticated();
      }
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

  /**
   * Adds the call to the audit log when it ends. A call that was ended from outside looks to its
   * service as if the client had left.
   */
  private final class AuditedCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
    private final AuditEntry.Builder entry;
    private final boolean changes;
    private volatile boolean ended;

    /** Whether the caller was refused; what it may not see is refused as NOT_FOUND. */
    private boolean refused;

    AuditedCall(ServerCall<Q, R> call, AuditEntry.Builder entry, boolean changes) {
      super(call);
      this.entry = entry;
      this.changes = changes;
    }

    /** Ends the call whatever its service does. */
    synchronized void end(StatusRuntimeException error) {
      if (!isCancelled()) {
        refused = true;
        AccessInterceptor.close(this, error);
      }
    }

    @Override
    public synchronized void sendHeaders(Metadata headers) {
      if (!ended) {
        super.sendHeaders(headers);
      }
    }

    @Override
    public synchronized void sendMessage(R message) {
      if (ended) {
        return;
      }
      if (entry.getObject().isEmpty() || LAUNCHES.contains(entry.getMethod())) {
        AuditedObjects.ofResponse((Message) message).ifPresent(entry::setObject);
      }
      super.sendMessage(message);
    }

    @Override
    public synchronized void close(Status status, Metadata trailers) {
      if (ended) {
        return;
      }
      ended = true;
      if (changes || refused || status.getCode() == Status.Code.PERMISSION_DENIED) {
        audit.add(entry.setOutcome(status.getCode().name()).build());
      }
      super.close(status, trailers);
    }

    @Override
    public boolean isReady() {
      return !ended && super.isReady();
    }

    @Override
    public boolean isCancelled() {
      return ended || super.isCancelled();
    }
  }

  /** Passes the request on only if the caller may make it. */
  private final class Checked<Q, R> extends SimpleForwardingServerCallListener<Q> {
    private final AuditedCall<Q, R> call;
    private final RpcAccess rpc;
    private final Caller caller;
    private final Optional<Credentials> credentials;
    private boolean refused;

    /**
     * @param credentials by which a stream's caller is found out again; empty for other calls
     */
    Checked(
        ServerCall.Listener<Q> listener,
        AuditedCall<Q, R> call,
        RpcAccess rpc,
        Caller caller,
        Optional<Credentials> credentials) {
      super(listener);
      this.call = call;
      this.rpc = rpc;
      this.caller = caller;
      this.credentials = credentials;
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
      credentials.ifPresent(shown -> streams.add(shown, caller, open((Message) message)));
      super.onMessage(message);
    }

    private OpenStreams.Call open(Message request) {
      return new OpenStreams.Call() {
        @Override
        public boolean isOver() {
          return call.isCancelled();
        }

        @Override
        public void require(Caller now) {
          Set<String> unused = authorizer.require(rpc, now, request);
        }

        @Override
        public void end(StatusRuntimeException error) {
          call.end(error);
        }
      };
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

package io.retort.identity;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.v1.AuditEntry;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens and closes sessions of browsers: {@code GET /login} shows the form, {@code POST /login}
 * takes a token, {@code POST /logout} ends the session.
 */
public final class LoginService {
  private static final Logger LOG = LoggerFactory.getLogger(LoginService.class);
  private static final long LARGEST_FORM = 16 << 10;
  private static final String TOO_MANY =
      "Too many wrong tokens came from this address. Wait a minute, then try again.";
  private static final String REFUSED = "The token is not valid. It may be expired or revoked.";

  private final Authenticator authenticator;
  private final Sessions sessions;
  private final Optional<OidcLogin> oidc;
  private final AuditLog audit;
  private final LoginPage page;

  public LoginService(
      Authenticator authenticator,
      Sessions sessions,
      Optional<OidcLogin> oidc,
      AuditLog audit,
      LoginPage page) {
    this.authenticator = authenticator;
    this.sessions = sessions;
    this.oidc = oidc;
    this.audit = audit;
    this.page = page;
  }

  /** Adds the paths to a server. */
  public void addTo(ServerBuilder server) {
    server
        .route()
        .get("/login")
        .build((ctx, request) -> show(next(ctx.queryParam("next")), "", HttpStatus.OK));
    server
        .route()
        .post("/login")
        .maxRequestLength(LARGEST_FORM)
        .build((ctx, request) -> handled(ctx, request.aggregate(), this::logIn));
    server
        .route()
        .post("/logout")
        .maxRequestLength(LARGEST_FORM)
        .build((ctx, request) -> handled(ctx, request.aggregate(), this::logOut));
    oidc.ifPresent(
        login -> {
          server
              .route()
              .get("/login/oidc")
              .build(
                  (ctx, request) -> handled(ctx, request.aggregate(), whole -> begin(login, ctx)));
          server
              .route()
              .get("/login/callback")
              .build(
                  (ctx, request) ->
                      handled(ctx, request.aggregate(), whole -> finish(login, ctx, whole)));
        });
  }

  /** A path of this server; anything else, to which a login could be made to lead, is "/". */
  static String next(@Nullable String path) {
    return path != null && path.matches("/(?![/\\\\])[\\x21-\\x7e&&[^\\\\]]{0,500}") ? path : "/";
  }

  private HttpResponse logIn(AggregatedHttpRequest request) throws IOException {
    QueryParams form = QueryParams.fromQueryString(request.contentUtf8());
    String next = next(form.get("next"));
    if (!authenticator.isRequired()) {
      return redirect(next, List.of());
    }
    String token = form.get("token", "").strip();
    Optional<String> cookie = sessions.open(token);
    AuditEntry.Builder entry = AuditEntry.newBuilder().setMethod("POST /login");
    if (cookie.isEmpty()) {
      audit.add(entry.setOutcome("UNAUTHENTICATED").build());
      return show(next, REFUSED, HttpStatus.UNAUTHORIZED);
    }
    Optional<Caller> caller = authenticator.find("Bearer " + token, "");
    caller.ifPresent(known -> entry.setCaller(known.name()).setCallerId(known.id()));
    audit.add(entry.setOutcome("OK").build());
    return redirect(next, List.of(cookie.get()));
  }

  private HttpResponse logOut(AggregatedHttpRequest request) throws IOException {
    String cookie = request.headers().get(HttpHeaderNames.COOKIE, "");
    QueryParams form = QueryParams.fromQueryString(request.contentUtf8());
    if (!Csrf.matches(cookie, form.get(Csrf.FIELD, ""))) {
      return HttpResponse.of(
          HttpStatus.FORBIDDEN,
          MediaType.PLAIN_TEXT_UTF_8,
          "the form is not of this session (expected: the field csrf of a page of it)\n");
    }
    Optional<Caller> caller = authenticator.find("", cookie);
    String cleared = sessions.close(cookie);
    AuditEntry.Builder entry = AuditEntry.newBuilder().setMethod("POST /logout");
    caller.ifPresent(known -> entry.setCaller(known.name()).setCallerId(known.id()));
    audit.add(entry.setOutcome("OK").build());
    return redirect("/login", List.of(cleared));
  }

  private HttpResponse begin(OidcLogin login, ServiceRequestContext ctx) throws IOException {
    OidcLogin.Begun begun = login.begin(next(ctx.queryParam("next")));
    return redirect(begun.location(), List.of(begun.setCookie()));
  }

  private HttpResponse finish(
      OidcLogin login, ServiceRequestContext ctx, AggregatedHttpRequest request)
      throws IOException {
    OidcLogin.Result result =
        login.finish(
            ctx.queryParams(), request.headers().get(HttpHeaderNames.COOKIE, ""), sessions);
    audit.add(
        AuditEntry.newBuilder()
            .setMethod("GET /login/callback")
            .setCaller(result.caller().map(Caller::name).orElse(""))
            .setCallerId(result.caller().map(Caller::id).orElse(""))
            .setOutcome(result.caller().isPresent() ? "OK" : "UNAUTHENTICATED")
            .build());
    return result.caller().isPresent()
        ? redirect(result.next(), result.setCookies())
        : show("/", result.message(), HttpStatus.UNAUTHORIZED);
  }

  private HttpResponse show(String next, String message, HttpStatus status) {
    return HttpResponse.of(
        headers(status).contentType(MediaType.HTML_UTF_8).build(),
        HttpData.ofUtf8(page.html(next, message, oidc.isPresent())));
  }

  private static HttpResponse redirect(String path, List<String> setCookies) {
    ResponseHeadersBuilder headers = headers(HttpStatus.SEE_OTHER).set("location", path);
    for (String cookie : setCookies) {
      headers.add(HttpHeaderNames.SET_COOKIE, cookie);
    }
    return HttpResponse.of(headers.build());
  }

  private static ResponseHeadersBuilder headers(HttpStatus status) {
    return ResponseHeaders.builder(status)
        .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
        .set(
            HttpHeaderNames.CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none';"
                + " frame-ancestors 'none'")
        .set(HttpHeaderNames.REFERRER_POLICY, "no-referrer")
        .set(HttpHeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff");
  }

  private HttpResponse handled(
      ServiceRequestContext ctx, CompletableFuture<AggregatedHttpRequest> request, Step step) {
    return HttpResponse.of(
        request.thenApplyAsync(
            whole -> {
              try {
                return step.of(whole);
              } catch (StatusRuntimeException e) {
                return e.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED
                    ? show("/", TOO_MANY, HttpStatus.TOO_MANY_REQUESTS)
                    : unreachable(e);
              } catch (IOException e) {
                return unreachable(e);
              }
            },
            ctx.blockingTaskExecutor()));
  }

  private HttpResponse unreachable(Exception cause) {
    LOG.warn("a login failed", cause);
    return show(
        "/",
        "The store or the provider cannot be reached. Try again.",
        HttpStatus.SERVICE_UNAVAILABLE);
  }

  @FunctionalInterface
  private interface Step {
    HttpResponse of(AggregatedHttpRequest request) throws IOException;
  }
}

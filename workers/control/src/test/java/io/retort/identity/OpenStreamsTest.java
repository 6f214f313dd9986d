package io.retort.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.retort.store.Store;
import io.retort.v1.Grant;
import io.retort.v1.Role;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenStreamsTest {
  private static final String TEAM = "nlp";

  private final MovableClock clock = new MovableClock();
  private final SecureRandom random = new SecureRandom();
  private final Map<String, Caller> others = new HashMap<>();
  private final FakeCall call = new FakeCall();
  private int lookUps;
  private boolean isDown;
  private TokenStore tokens;
  private OpenStreams streams;

  @BeforeEach
  void open(@TempDir Path folder) {
    String uri = "file://" + folder.toAbsolutePath();
    Store store = Store.open(uri);
    tokens = new TokenStore(store, uri, clock);
    TokenCallers callers = new TokenCallers(tokens, clock, Runnable::run);
    Authenticator.Bearers counted =
        credentials -> {
          lookUps++;
          if (isDown) {
            throw new IOException("no route to the store");
          }
          return Optional.ofNullable(others.get(credentials));
        };
    Sessions sessions =
        new Sessions(store, uri, clock, random, callers, user -> new Caller(user.getName()));
    streams = new OpenStreams(Authenticator.required(List.of(callers, counted), sessions));
  }

  @Test
  void aStreamEndsWithItsToken() throws IOException {
    TokenStore.Created token = token(Duration.ofHours(1));
    add(token.secret().reveal(), Role.ROLE_VIEWER, call);
    streams.check();
    assertThat(call.errors).isEmpty();

    assertThat(tokens.revoke(token.token().getTokenId(), "admin")).isPresent();
    clock.advance(Duration.ofSeconds(6));
    streams.check();
    streams.check();

    assertThat(call.codes()).containsExactly(Code.UNAUTHENTICATED);
    assertThat(streams.count()).isZero();
  }

  @Test
  void aStreamEndsWhenItsTokenExpires() throws IOException {
    add(token(Duration.ofMinutes(5)).secret().reveal(), Role.ROLE_VIEWER, call);
    clock.advance(Duration.ofMinutes(4));
    streams.check();
    assertThat(call.errors).isEmpty();

    clock.advance(Duration.ofMinutes(2));
    streams.check();

    assertThat(call.codes()).containsExactly(Code.UNAUTHENTICATED);
  }

  @Test
  void aStreamEndsWhenItsCallerLosesTheRole() {
    others.put("jwt", caller(TEAM));
    add("jwt", caller(TEAM), call);
    streams.check();
    assertThat(call.errors).isEmpty();
    assertThat(call.required).isEmpty();

    others.put("jwt", caller("vision"));
    call.refusal = Optional.of(AccessErrors.denied("not in team nlp"));
    streams.check();

    assertThat(call.codes()).containsExactly(Code.PERMISSION_DENIED);
  }

  @Test
  void aStreamThatShowsSeveralTeamsEndsWhenOneOfThemIsLost() {
    add("jwt", caller(TEAM, "vision"), call);
    others.put("jwt", caller(TEAM, "vision", "speech"));
    streams.check();
    assertThat(call.errors).isEmpty();

    others.put("jwt", caller(TEAM));
    streams.check();

    assertThat(call.codes()).containsExactly(Code.PERMISSION_DENIED);
  }

  @Test
  void fiveHundredStreamsOfOneCallerCostOneLookUp() {
    others.put("jwt", caller(TEAM));
    for (int stream = 0; stream < 500; stream++) {
      add("jwt", caller(TEAM), new FakeCall());
    }
    streams.check();

    assertThat(lookUps).isEqualTo(1);
    assertThat(streams.count()).isEqualTo(500);
  }

  @Test
  void aStoreThatDoesNotAnswerEndsStreamsOnlyAfterAWhile() {
    add("jwt", caller(TEAM), call);
    isDown = true;
    for (int check = 0; check < 29; check++) {
      streams.check();
    }
    assertThat(call.errors).isEmpty();
    streams.check();
    assertThat(call.codes()).containsExactly(Code.UNAVAILABLE);
  }

  @Test
  void streamsThatAreOverAreForgotten() {
    add("jwt", caller(TEAM), call);
    call.over = true;
    streams.check();

    assertThat(streams.count()).isZero();
    assertThat(lookUps).isZero();
    assertThat(call.errors).isEmpty();
  }

  private TokenStore.Created token(Duration lifetime) throws IOException {
    return tokens.create("ci", List.of(grant(Role.ROLE_VIEWER)), lifetime, "admin", random);
  }

  private void add(String token, Role role, FakeCall added) throws IOException {
    TokenSecret secret = TokenSecret.parse(token).orElseThrow();
    add(token, Caller.of("ci", "token:" + secret.tokenId(), List.of(grant(role))), added);
  }

  private void add(String token, Caller caller, FakeCall added) {
    streams.add(new Credentials("Bearer " + token, ""), caller, added);
  }

  private static Caller caller(String... teams) {
    Map<String, Role> roles = new HashMap<>();
    for (String team : teams) {
      roles.put(team, Role.ROLE_VIEWER);
    }
    return new Caller("ada", "oidc:ada", roles);
  }

  private static Grant grant(Role role) {
    return Grant.newBuilder().setTeam(TEAM).setRole(role).build();
  }

  private static final class FakeCall implements OpenStreams.Call {
    private final List<StatusRuntimeException> errors = new ArrayList<>();
    private final List<Caller> required = new ArrayList<>();
    private Optional<StatusRuntimeException> refusal = Optional.empty();
    private boolean over;

    List<Code> codes() {
      return errors.stream().map(error -> error.getStatus().getCode()).toList();
    }

    @Override
    public boolean isOver() {
      return over;
    }

    @Override
    public void require(Caller caller) {
      required.add(caller);
      if (refusal.isPresent()) {
        throw refusal.get();
      }
    }

    @Override
    public void end(StatusRuntimeException error) {
      errors.add(error);
      over = true;
    }
  }
}

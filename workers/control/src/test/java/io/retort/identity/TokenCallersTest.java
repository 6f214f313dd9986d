package io.retort.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.common.net.InetAddresses;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.retort.store.DelegatingStore;
import io.retort.store.Store;
import io.retort.v1.Grant;
import io.retort.v1.Role;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenCallersTest {
  private final MovableClock clock = new MovableClock();
  private final SecureRandom random = new SecureRandom();
  private final AtomicInteger reads = new AtomicInteger();
  private String uri = "file:///";
  private Store store = Store.open(uri);
  private TokenStore tokens;
  private TokenCallers callers;

  @BeforeEach
  void open(@TempDir Path folder) {
    uri = "file://" + folder.toAbsolutePath();
    store = Store.open(uri);
    tokens = new TokenStore(store, uri, clock);
    Store counting =
        new DelegatingStore(store) {
          @Override
          public InputStream read(String object) throws IOException {
            reads.incrementAndGet();
            return super.read(object);
          }
        };
    callers =
        new TokenCallers(
            new TokenStore(counting, uri, clock),
            clock,
            task -> {},
            new LookUpLimit(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis())));
  }

  @Test
  void aTokenThatWasMadeAfterItsFirstUseWorksWithinASecond() throws IOException {
    String token = create();
    String object = uri + "/access/tokens/" + TokenSecret.parse(token).orElseThrow().tokenId();
    byte[] stored = store.read(object + ".json", 0, 1 << 20);
    store.delete(object + ".json");
    assertThat(callers.caller(token)).isEmpty();
    assertThat(callers.caller(token)).isEmpty();
    assertThat(reads).as("the absence is remembered").hasValue(1);

    store.write(object + ".json", output -> output.write(stored));
    clock.advance(Duration.ofMillis(1001));
    assertThat(callers.caller(token)).isPresent();
  }

  @Test
  void madeUpTokensCostABoundedNumberOfReads() throws IOException {
    String known = create();
    assertThat(callers.caller(known)).isPresent();
    reads.set(0);
    int refused = 0;
    for (int call = 0; call < 1000; call++) {
      if (isRefused(TokenSecret.generate(random).reveal())) {
        refused++;
      }
    }

    assertThat(reads).hasValueLessThanOrEqualTo(LookUpLimit.BURST);
    assertThat(refused).isGreaterThanOrEqualTo(1000 - LookUpLimit.BURST);
    assertThat(callers.caller(known)).as("known before").isPresent();
    clock.advance(Duration.ofSeconds(6));
    assertThat(callers.caller(known)).as("read again during the flood").isPresent();
  }

  @Test
  void tokensThatAreThereAreNotLimited() throws IOException {
    for (int call = 0; call < LookUpLimit.BURST + 50; call++) {
      assertThat(callers.caller(create())).isPresent();
    }
  }

  @Test
  void theLimitIsThatOfANetwork() {
    LookUpLimit limit = new LookUpLimit(() -> 0);
    String one = LookUpLimit.network(InetAddresses.forString("2001:db8::1"));
    for (int call = 0; call < LookUpLimit.BURST; call++) {
      limit.check(one);
      limit.count(one);
    }
    StatusRuntimeException refusal =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> limit.check(LookUpLimit.network(InetAddresses.forString("2001:db8::ffff:2"))));
    assertThat(refusal.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    assertThat(refusal.getStatus().getDescription()).contains("call again in 1 s");
    limit.check(LookUpLimit.network(InetAddresses.forString("192.0.2.1")));
    limit.check(LookUpLimit.network(InetAddresses.forString("192.0.2.2")));
  }

  private boolean isRefused(String token) throws IOException {
    try {
      assertThat(callers.caller(token)).isEmpty();
      return false;
    } catch (StatusRuntimeException e) {
      assertThat(e.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
      return true;
    }
  }

  private String create() throws IOException {
    return tokens
        .create(
            "ci",
            List.of(Grant.newBuilder().setTeam("nlp").setRole(Role.ROLE_VIEWER).build()),
            Duration.ofHours(1),
            "admin",
            random)
        .secret()
        .reveal();
  }
}

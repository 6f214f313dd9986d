package io.retort.trigger;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.retort.identity.Caller;
import io.retort.store.Store;
import io.retort.v1.DeleteTriggerRequest;
import io.retort.v1.LaunchTemplate;
import io.retort.v1.PauseTriggerRequest;
import io.retort.v1.Role;
import io.retort.v1.RunSpec;
import io.retort.v1.SetTriggerRequest;
import io.retort.v1.Trigger;
import io.retort.v1.TriggerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls that were allowed before another team took the name. */
final class TriggerOwnersTest {
  private static final String NAME = "nightly";

  private TriggerStore triggers = new TriggerStore(Store.open("file:///"), "file:///none");
  private TriggerServiceImpl service = service("file:///none");

  @BeforeEach
  void start(@TempDir Path folder) {
    String storeUri = folder.toUri().toString();
    triggers = new TriggerStore(Store.open(storeUri), storeUri);
    service = service(storeUri);
  }

  @Test
  void ofTwoTeamsTheFirstHasTheName() throws IOException {
    assertThat(set("red")).isEqualTo(Status.Code.OK);
    assertThat(set("blue")).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(set("red")).isEqualTo(Status.Code.OK);

    assertThat(triggers.read(NAME)).map(Trigger::getTeam).contains("red");
    assertThat(triggers.read(NAME)).map(Trigger::getRevision).contains(2L);
  }

  @Test
  void itIsTheFirstsAlsoOnceItIsDeleted() {
    assertThat(set("red")).isEqualTo(Status.Code.OK);
    Consumer<Answer> delete =
        answer ->
            service.deleteTrigger(
                DeleteTriggerRequest.newBuilder().setName(NAME).build(), answer.observer());
    assertThat(as("blue", delete)).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(as("red", delete)).isEqualTo(Status.Code.OK);
    assertThat(set("blue")).isEqualTo(Status.Code.PERMISSION_DENIED);
  }

  @Test
  void aCheckTellsNothingOfAnotherTeamsTrigger() {
    assertThat(set("red")).isEqualTo(Status.Code.OK);

    assertThat(set("blue", true)).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(set("red", true)).isEqualTo(Status.Code.OK);
  }

  @Test
  void anotherTeamDoesNotPauseIt() throws IOException {
    assertThat(set("red")).isEqualTo(Status.Code.OK);

    Status.Code paused =
        as(
            "blue",
            answer ->
                service.pauseTrigger(
                    PauseTriggerRequest.newBuilder().setName(NAME).build(), answer.observer()));

    assertThat(paused).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(triggers.read(NAME)).map(Trigger::hasPause).contains(false);
  }

  private Status.Code set(String team) {
    return set(team, false);
  }

  private Status.Code set(String team, boolean check) {
    TriggerConfig config =
        TriggerConfig.newBuilder()
            .setName(NAME)
            .setLaunch(LaunchTemplate.newBuilder().setSpec(RunSpec.newBuilder().setTeam(team)))
            .build();
    return as(
        team,
        answer ->
            service.setTrigger(
                SetTriggerRequest.newBuilder().setConfig(config).setValidateOnly(check).build(),
                answer.observer()));
  }

  private static Status.Code as(String team, Consumer<Answer> call) {
    Caller caller = new Caller(team + "-bot", "token:" + team, Map.of(team, Role.ROLE_OPERATOR));
    Answer answer = new Answer();
    Context.current().withValue(Caller.KEY, caller).run(() -> call.accept(answer));
    return answer.code;
  }

  private static TriggerServiceImpl service(String storeUri) {
    Store store = Store.open(storeUri);
    TriggerStore triggers = new TriggerStore(store, storeUri);
    FiringStore firings = new FiringStore(store, storeUri);
    FakeLaunches launches = new FakeLaunches();
    return new TriggerServiceImpl(
        triggers,
        firings,
        new LaunchingFirer(triggers, firings, launches, RunSpec::getTeam, Clock.systemUTC()),
        new TriggerTeams(launches, RunSpec::getTeam),
        (field, team, names) -> List.of(),
        launches,
        new NoSources(),
        new WatchCheck(storeUri, source -> Optional.empty()),
        Clock.systemUTC());
  }

  private static final class Answer {
    private Status.Code code = Status.Code.UNKNOWN;

    <T> StreamObserver<T> observer() {
      return new StreamObserver<>() {
        @Override
        public void onNext(T message) {}

        @Override
        public void onError(Throwable thrown) {
          code = Status.fromThrowable(thrown).getCode();
        }

        @Override
        public void onCompleted() {
          code = Status.Code.OK;
        }
      };
    }
  }

  private static final class NoSources implements TriggerSources {
    @Override
    public void follow(String name, TriggerConfig before) {}

    @Override
    public Trigger shown(Trigger trigger) {
      return trigger;
    }

    @Override
    public void reconcile() {}
  }
}

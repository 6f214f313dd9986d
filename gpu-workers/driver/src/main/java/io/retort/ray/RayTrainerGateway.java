package io.retort.ray;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import io.ray.api.ObjectRef;
import io.ray.api.PlacementGroups;
import io.ray.api.PyActorHandle;
import io.ray.api.Ray;
import io.ray.api.function.PyActorClass;
import io.ray.api.function.PyFunction;
import io.ray.api.options.ActorLifetime;
import io.ray.api.placementgroup.PlacementGroup;
import io.ray.api.placementgroup.PlacementGroupState;
import io.retort.training.Placement;
import io.retort.training.TrainerException;
import io.retort.training.TrainerGateway;
import io.retort.training.TrainerHandle;
import io.retort.v1.ResourceSpec;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trainers as detached, named Python actors in the namespace of {@link RayConnection}, each in a
 * detached placement group of the same name with one bundle per rank. Ray must be initialised.
 *
 * <p>Ray does not restart actors: an actor that dies stays dead.
 */
final class RayTrainerGateway implements TrainerGateway {
  private static final Logger logger = LoggerFactory.getLogger(RayTrainerGateway.class);

  private static final PyFunction<String> RESERVE =
      PyFunction.of("retort_trainer.placement", "reserve", String.class);
  static final PyActorClass TRAINER = PyActorClass.of("retort_trainer.actor", "TrainerActor");

  /** Start and status must respond while a stop or a ping is pending. */
  private static final int ACTOR_THREADS = 4;

  private static final Duration KILL_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration KILL_POLL = Duration.ofMillis(50);

  /** Below the heartbeat timeout of an attempt, which waits for the reservation. */
  private static final Duration RESERVE_TIMEOUT = Duration.ofSeconds(20);

  private final PyActorClass actorClass;
  private final ClusterWatch watch;
  private final RayCalls calls;

  // Tasks that may still create a group after its name was released.
  private final Map<String, ObjectRef<String>> reservations = new ConcurrentHashMap<>();

  RayTrainerGateway(PyActorClass actorClass, ClusterWatch watch) {
    this.actorClass = actorClass;
    this.watch = watch;
    calls = new RayCalls(watch.lost(), RayCalls.ASK_TIMEOUT);
  }

  @Override
  public Optional<String> infeasibility(ResourceSpec resources)
      throws TrainerException.Unreachable {
    return calls.ask("Ray nodes", ClusterCapacity::now).infeasibility(resources);
  }

  @Override
  public boolean isSettled() {
    return watch.isSettled();
  }

  @Override
  public Optional<TrainerHandle> find(String name) throws TrainerException.Unreachable {
    return actor(name).map(actor -> new RayTrainerHandle(name, actor, calls));
  }

  @Override
  public List<String> names() throws TrainerException.Unreachable {
    return calls.ask(
        "placement groups",
        () ->
            PlacementGroups.getAllPlacementGroups().stream()
                .filter(group -> group.getState() != PlacementGroupState.REMOVED)
                .map(PlacementGroup::getName)
                .filter(name -> name.indexOf('/') > 0)
                .toList());
  }

  @Override
  public Placement reserve(String name, ResourceSpec resources)
      throws TrainerException.Unreachable {
    String bundles =
        bundlesJson(ClusterCapacity.bundle(resources), ClusterCapacity.ranks(resources));
    String strategy = ClusterCapacity.strategy(resources.getPlacement());
    ObjectRef<String> reservation =
        calls.ask(
            name,
            // A cluster without a free CPU still has to accept the request.
            () ->
                Ray.task(RESERVE, name, bundles, strategy)
                    .setResource(ClusterCapacity.CPU, 0.0)
                    .remote());
    reservations.put(name, reservation);
    return new RayPlacement(name, reservation, () -> group(name), calls);
  }

  @Override
  public TrainerHandle create(String name, ResourceSpec resources)
      throws TrainerException.Unreachable {
    PlacementGroup group =
        calls
            .ask(name, () -> group(name))
            .orElseThrow(
                () ->
                    new TrainerException.Unreachable(
                        name + ": no placement group (expected: a reserved one)", null));
    PyActorHandle actor =
        calls.ask(
            name,
            () ->
                Ray.actor(actorClass)
                    .setName(name, RayConnection.NAMESPACE)
                    .setLifetime(ActorLifetime.DETACHED)
                    .setMaxRestarts(0)
                    .setMaxConcurrency(ACTOR_THREADS)
                    .setResources(ofActor(resources))
                    .setPlacementGroup(group, 0)
                    .remote());
    return new RayTrainerHandle(name, actor, calls);
  }

  @Override
  public void release(String name) throws TrainerException.Unreachable {
    Optional<PyActorHandle> actor = actor(name);
    if (actor.isPresent()) {
      calls.ask(
          name,
          () -> {
            actor.get().kill();
            return true;
          });
      awaitNameFree(name);
    }
    awaitReservation(name);
    calls.ask(
        name,
        () -> {
          group(name).ifPresent(group -> PlacementGroups.removePlacementGroup(group.getId()));
          return true;
        });
  }

  private void awaitReservation(String name) throws TrainerException.Unreachable {
    ObjectRef<String> reservation = reservations.remove(name);
    if (reservation == null) {
      return;
    }
    try {
      String unused = calls.await(reservation, name + ": placement group", RESERVE_TIMEOUT);
    } catch (TrainerException.Unreachable e) {
      reservations.put(name, reservation);
      throw e;
    } catch (TrainerException e) {
      logger.info("{}: nothing was reserved: {}", name, e.getMessage());
    }
  }

  private Optional<PyActorHandle> actor(String name) throws TrainerException.Unreachable {
    return calls.ask(name, () -> Ray.getActor(name, RayConnection.NAMESPACE));
  }

  @SuppressWarnings("NullAway") // Ray returns null for an unknown name.
  private static Optional<PlacementGroup> group(String name) {
    return Optional.ofNullable(PlacementGroups.getPlacementGroup(name, RayConnection.NAMESPACE));
  }

  private void awaitNameFree(String name) throws TrainerException.Unreachable {
    long deadline = System.nanoTime() + KILL_TIMEOUT.toNanos();
    while (actor(name).isPresent()) {
      if (System.nanoTime() > deadline) {
        throw new TrainerException.Unreachable(
            name + ": still there " + KILL_TIMEOUT.toSeconds() + " s after it was killed", null);
      }
      try {
        Thread.sleep(KILL_POLL.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new TrainerException.Unreachable(name + ": interrupted while it was killed", e);
      }
    }
  }

  /**
   * Resources of the actor. A trainer with several ranks starts them itself, and leaves all bundles
   * to them.
   */
  private static Map<String, Double> ofActor(ResourceSpec resources) {
    return ClusterCapacity.ranks(resources) == 1
        ? ClusterCapacity.bundle(resources)
        : Map.of(ClusterCapacity.CPU, 0.0);
  }

  private static String bundlesJson(Map<String, Double> bundle, int ranks) {
    ListValue.Builder bundles = ListValue.newBuilder();
    Struct.Builder fields = Struct.newBuilder();
    bundle.forEach(
        (resource, amount) ->
            fields.putFields(resource, Value.newBuilder().setNumberValue(amount).build()));
    Value one = Value.newBuilder().setStructValue(fields).build();
    bundles.addAllValues(Collections.nCopies(ranks, one));
    try {
      return JsonFormat.printer().omittingInsignificantWhitespace().print(bundles);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("resources: " + bundle, e);
    }
  }
}

package io.retort.ray;

import io.ray.api.function.PyActorClass;
import io.retort.training.Placement;
import io.retort.training.TrainerException;
import io.retort.training.TrainerGateway;
import io.retort.training.TrainerHandle;
import io.retort.v1.ResourceSpec;
import java.time.Duration;

/**
 * A driver process that queries a trainer's status until the cluster is reported as gone, and
 * prints all earlier results. Ray's library cannot join another cluster afterwards, so a test must
 * not do this in its own process.
 */
final class LosingDriver {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final ResourceSpec RESOURCES = ResourceSpec.newBuilder().setCpus(1).build();
  private static final String NAME = "run/losing";

  public static void main(String[] arguments) throws TrainerException {
    RayConnection connection =
        RayConnection.open(RayAddress.parse("address", arguments[0]), arguments[1]);
    TrainerGateway gateway =
        connection.gateway(PyActorClass.of("retort_driver_fixture.actor", "TrainerActor"));
    Placement placement = gateway.reserve(NAME, RESOURCES);
    while (!placement.isReady(Duration.ofSeconds(1))) {}
    TrainerHandle trainer = gateway.create(NAME, RESOURCES);
    trainer.ping(LONG);
    System.out.println("started");
    awaitLoss(trainer);
    System.out.println("find: " + told(() -> gateway.find(NAME)));
    System.out.println("names: " + told(gateway::names));
    System.out.println("reserve: " + told(() -> gateway.reserve(NAME, RESOURCES)));
    System.out.println("placement: " + told(() -> placement.isReady(LONG)));
    System.out.println("release: " + told(() -> released(gateway)));
    connection.close();
    Runtime.getRuntime().halt(0);
  }

  private static void awaitLoss(TrainerHandle trainer) {
    String told = "";
    while (!told.equals("Lost")) {
      told = told(() -> trainer.status(LONG));
    }
    System.out.println("status: " + told);
  }

  private static String released(TrainerGateway gateway) throws TrainerException {
    gateway.release(NAME);
    return NAME;
  }

  private static String told(Call call) {
    try {
      return "answered " + call.ask();
    } catch (TrainerException e) {
      return e.getClass().getSimpleName();
    }
  }

  @FunctionalInterface
  private interface Call {
    Object ask() throws TrainerException;
  }

  private LosingDriver() {}
}

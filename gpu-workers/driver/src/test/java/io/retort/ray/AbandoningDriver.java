package io.retort.ray;

import io.ray.api.function.PyActorClass;
import io.retort.training.Placement;
import io.retort.training.TrainerGateway;
import io.retort.training.TrainerHandle;
import io.retort.v1.ResourceSpec;
import io.retort.v1.TrainerJob;
import io.retort.v1.TrainerStatus;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** A driver process that starts a trainer, and then waits until it is killed. */
final class AbandoningDriver {
  public static void main(String[] arguments) throws Exception {
    RayConnection connection =
        RayConnection.open(RayAddress.parse("address", arguments[0]), arguments[1]);
    TrainerGateway gateway =
        connection.gateway(PyActorClass.of("retort_driver_fixture.actor", "TrainerActor"));
    ResourceSpec resources = ResourceSpec.newBuilder().setCpus(1).build();
    TrainerJob job = TrainerJob.newBuilder().setRunId("run").setJobName(arguments[2]).build();
    String name = job.getRunId() + "/" + job.getJobName();
    Placement placement = gateway.reserve(name, resources);
    while (!placement.isReady(Duration.ofSeconds(1))) {}
    TrainerHandle trainer = gateway.create(name, resources);
    TrainerStatus status = trainer.start(job, 1, Duration.ofMinutes(1));
    System.out.println(status.getState());
    new CountDownLatch(1).await();
  }

  private AbandoningDriver() {}
}

package io.retort.ray;

import java.util.Map;

/** The cluster as seen by a driver that has joined it. */
interface ClusterView {
  /** The id of the node through which this process joined. */
  String ownNode();

  /** False only when that node's raylet has certainly gone. Answers at once. */
  boolean isOwnNodeListening();

  /**
   * Resources, by Ray's names, of the nodes that are alive, by id. Answers as late as the cluster
   * does, or never.
   */
  Map<String, Map<String, Double>> nodes();
}

package io.retort.ray;

import java.util.Set;

/** What a driver can see of the cluster that it joined. */
interface ClusterView {
  /** The id of the node through which this process joined. */
  String ownNode();

  /** False only when that node's raylet has certainly gone. Answers at once. */
  boolean isOwnNodeListening();

  /** The ids of the nodes that are alive. Answers as late as the cluster does, or never. */
  Set<String> nodes();
}

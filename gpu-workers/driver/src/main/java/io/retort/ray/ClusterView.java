package io.retort.ray;

import java.util.Map;

/** The cluster from the view of a driver that has joined it. */
interface ClusterView {
  /** The id of the node through which this process joined. */
  String ownNode();

  /** False only if that node's raylet has certainly ended. Returns at once. */
  boolean isOwnNodeListening();

  /**
   * Resources of the live nodes, by Ray's names, by node id. Blocks as long as the cluster does not
   * answer, possibly for ever.
   */
  Map<String, Map<String, Double>> nodes();
}

package io.retort.rows;

import java.util.ArrayList;
import java.util.List;

/**
 * Limits the number of running rows in a process, and their memory. Both are shared fairly: no
 * shard may use more than an equal share, so that a shard with a large concurrency leaves room for
 * later ones.
 *
 * <p>A row's memory is reserved from its start until its record is stored.
 *
 * <p>Thread-safe.
 */
public final class RowSlots {
  private final int total;
  private final long mostBytes;
  private final List<Share> shares = new ArrayList<>();
  private int used;
  private long usedBytes;

  /**
   * @param total maximum number of running rows, at least 1
   */
  public RowSlots(int total) {
    this(total, Long.MAX_VALUE);
  }

  /**
   * @param mostBytes maximum memory of all running rows; a row that needs more runs alone
   */
  public RowSlots(int total, long mostBytes) {
    this.total = total;
    this.mostBytes = mostBytes;
  }

  /**
   * Slots for all shards of a worker; rows may use a quarter of the heap. The remainder is for
   * reading and writing shards, for workflows, and for the garbage collector.
   */
  public static RowSlots ofThisProcess(int total) {
    return new RowSlots(total, Runtime.getRuntime().maxMemory() / 4);
  }

  /**
   * Adds a shard.
   *
   * @param most maximum number of rows that the shard itself allows
   * @param roomAgain called after a slot was refused, once a new request may succeed; must not
   *     block
   */
  synchronized Share join(int most, Runnable roomAgain) {
    Share share = new Share(most, roomAgain);
    shares.add(share);
    return share;
  }

  /** One shard's share; closed when the shard needs no more slots. */
  final class Share implements AutoCloseable {
    private final int most;
    private final Runnable roomAgain;
    private int taken;
    private long takenBytes;
    private boolean refused;
    private boolean closed;

    private Share(int most, Runnable roomAgain) {
      this.most = Math.max(1, most);
      this.roomAgain = roomAgain;
    }

    /**
     * Takes a slot and memory for a row.
     *
     * @param bytes maximum memory of the running row
     */
    boolean tryTake(long bytes) {
      synchronized (RowSlots.this) {
        if (closed || taken >= most) {
          // The end of one of the shard's own rows makes room and triggers another request.
          return false;
        }
        if (used >= total || taken >= Math.max(1, total / others()) || !fits(bytes)) {
          refused = true;
          return false;
        }
        taken++;
        used++;
        takenBytes += bytes;
        usedBytes += bytes;
        return true;
      }
    }

    private boolean fits(long bytes) {
      if (usedBytes == 0) {
        return true;
      }
      boolean fair = takenBytes == 0 || takenBytes + bytes <= mostBytes / others();
      return fair && usedBytes + bytes <= mostBytes;
    }

    private int others() {
      return Math.max(1, shares.size());
    }

    /** Releases the slot of a row that has ended. */
    void release() {
      synchronized (RowSlots.this) {
        taken--;
        used--;
      }
      tellRefused();
    }

    /** Frees the memory of a row. */
    void release(long bytes) {
      synchronized (RowSlots.this) {
        if (closed) {
          return;
        }
        takenBytes -= bytes;
        usedBytes -= bytes;
      }
      tellRefused();
    }

    @Override
    public void close() {
      synchronized (RowSlots.this) {
        closed = true;
        shares.remove(this);
        usedBytes -= takenBytes;
        takenBytes = 0;
      }
      tellRefused();
    }
  }

  private void tellRefused() {
    List<Share> waiting;
    synchronized (this) {
      waiting = shares.stream().filter(share -> share.refused).toList();
      waiting.forEach(share -> share.refused = false);
    }
    waiting.forEach(share -> share.roomAgain.run());
  }
}

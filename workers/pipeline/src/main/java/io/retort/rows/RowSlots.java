package io.retort.rows;

import java.util.ArrayList;
import java.util.List;

/**
 * The bound of rows under way in a process, shared fairly: no shard takes more than an equal share
 * of it, so that one with a large concurrency leaves room for those that come later.
 *
 * <p>Thread-safe.
 */
public final class RowSlots {
  private final int total;
  private final List<Share> shares = new ArrayList<>();
  private int used;

  /**
   * @param total most rows under way at once, at least 1
   */
  public RowSlots(int total) {
    this.total = total;
  }

  /**
   * Lets a shard take part.
   *
   * @param most rows that the shard itself allows
   * @param roomAgain called after a slot was refused, when asking again may help; must not block
   */
  synchronized Share join(int most, Runnable roomAgain) {
    Share share = new Share(most, roomAgain);
    shares.add(share);
    return share;
  }

  /** One shard's part; closed when the shard takes no more slots. */
  final class Share implements AutoCloseable {
    private final int most;
    private final Runnable roomAgain;
    private int taken;
    private boolean refused;

    private Share(int most, Runnable roomAgain) {
      this.most = Math.max(1, most);
      this.roomAgain = roomAgain;
    }

    boolean tryTake() {
      synchronized (RowSlots.this) {
        if (taken >= most) {
          // The end of one of the shard's own rows makes room, and asks again.
          return false;
        }
        if (used >= total || taken >= Math.max(1, total / Math.max(1, shares.size()))) {
          refused = true;
          return false;
        }
        taken++;
        used++;
        return true;
      }
    }

    void release() {
      synchronized (RowSlots.this) {
        taken--;
        used--;
      }
      tellRefused();
    }

    @Override
    public void close() {
      synchronized (RowSlots.this) {
        shares.remove(this);
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

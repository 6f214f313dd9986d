package io.retort.ingest;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds similar signatures by locality-sensitive hashing: signatures that agree in all bytes of
 * some band are compared in full.
 *
 * <p>The width of the bands is chosen to find at least 99 % of the pairs at the given similarity.
 * Each signature uses 128 bytes of memory, plus 5 to 6 per band; about 250 bytes at a similarity of
 * 0.8.
 */
final class SignatureIndex {
  private static final double RECALL = 0.99;
  private static final int NARROWEST_BAND = 2;
  private static final int CHUNK = 1 << 10;

  /** Average, not maximum. */
  private static final int LONGEST_CHAIN = 4;

  /** Texts of one template may share bands in any number; then only the newest are compared. */
  private static final int MOST_COMPARED = 1_000;

  private final double similarity;
  private final int width;
  private final int bands;
  private final List<byte[]> signatures = new ArrayList<>();
  private int size;

  /** By hash of a band: the newest entry plus one. */
  private int[] heads = new int[1 << 12];

  /**
   * By entry: the next older entry with the same hash, plus one. An entry is one band of one
   * signature.
   */
  private final List<int[]> older = new ArrayList<>();

  /**
   * @param similarity above 0 and at most 1, from which signatures count as similar
   */
  SignatureIndex(double similarity) {
    this.similarity = similarity;
    this.width = width(similarity);
    this.bands = MinHash.SIZE / width;
  }

  /** A signature that was found, with its similarity. */
  record Match(int index, double similarity) {}

  /** The most similar signature, the earliest of equal ones; null if none is similar enough. */
  @Nullable Match find(byte[] signature) {
    Match best = null;
    int compared = 0;
    for (int band = 0; band < bands && compared < MOST_COMPARED; band++) {
      for (int entry = heads[slot(band, signature, band * width)] - 1;
          entry >= 0 && compared < MOST_COMPARED;
          entry = older(entry) - 1) {
        int index = entry / bands;
        if (entry % bands != band || !sharesBand(signature, index, band)) {
          continue;
        }
        compared++;
        double found = MinHash.similarity(signature, 0, chunk(index), start(index));
        if (found >= similarity && isBetter(found, index, best)) {
          best = new Match(index, found);
        }
      }
    }
    return best;
  }

  /** Adds a signature; its index is the number of earlier signatures. */
  void add(byte[] signature) {
    if (size % CHUNK == 0) {
      signatures.add(new byte[CHUNK * MinHash.SIZE]);
      older.add(new int[CHUNK * bands]);
    }
    System.arraycopy(signature, 0, chunk(size), start(size), MinHash.SIZE);
    link(size);
    size++;
    if ((long) size * bands > (long) heads.length * LONGEST_CHAIN) {
      grow();
    }
  }

  private void link(int index) {
    for (int band = 0; band < bands; band++) {
      int slot = slot(band, chunk(index), start(index) + band * width);
      older.get(index / CHUNK)[index % CHUNK * bands + band] = heads[slot];
      heads[slot] = index * bands + band + 1;
    }
  }

  /** Frees the old table before it allocates the new one. */
  private void grow() {
    int slots = heads.length * 2;
    heads = new int[0];
    heads = new int[slots];
    for (int index = 0; index < size; index++) {
      link(index);
    }
  }

  private int older(int entry) {
    return older.get(entry / bands / CHUNK)[entry % (CHUNK * bands)];
  }

  private boolean sharesBand(byte[] signature, int index, int band) {
    return MinHash.same(signature, band * width, chunk(index), start(index) + band * width, width);
  }

  private int slot(int band, byte[] bytes, int start) {
    int hash = band;
    for (int index = start; index < start + width; index++) {
      hash = hash * 31 + bytes[index];
    }
    hash *= 0x9e3779b9;
    return (hash ^ (hash >>> 15)) & (heads.length - 1);
  }

  private byte[] chunk(int index) {
    return signatures.get(index / CHUNK);
  }

  private static int start(int index) {
    return index % CHUNK * MinHash.SIZE;
  }

  private static boolean isBetter(double found, int index, @Nullable Match best) {
    return best == null
        || found > best.similarity()
        || (found == best.similarity() && index < best.index());
  }

  private static int width(double similarity) {
    int width = MinHash.SIZE;
    while (width > NARROWEST_BAND && recall(similarity, width) < RECALL) {
      width--;
    }
    return width;
  }

  private static double recall(double similarity, int width) {
    int bands = MinHash.SIZE / width;
    return 1 - Math.pow(1 - Math.pow(similarity, width), bands);
  }
}

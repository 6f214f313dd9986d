package io.retort.rows;

import io.retort.store.Hashes;
import io.retort.v1.PairingRecord;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Rows that are numbers, with records that a test makes. */
final class NumberedWork implements RowWork<String, PairingRecord> {
  final List<String> asked = Collections.synchronizedList(new ArrayList<>());
  private final Function<PairingRecord, CompletableFuture<PairingRecord>> making;

  NumberedWork(Function<PairingRecord, CompletableFuture<PairingRecord>> making) {
    this.making = making;
  }

  static PairingRecord record(String number) {
    return PairingRecord.newBuilder().setKey(Hashes.sha256Hex(number)).setSampleId(number).build();
  }

  @Override
  public String key(String input) {
    return record(input).getKey();
  }

  @Override
  public CompletableFuture<PairingRecord> start(String input) {
    asked.add(input);
    return making.apply(record(input));
  }

  @Override
  public PairingRecord quarantined(String input, String reason, String message) {
    return record(input).toBuilder().setError(reason + ": " + message).build();
  }
}

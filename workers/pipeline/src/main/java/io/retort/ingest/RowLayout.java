package io.retort.ingest;

/** One way in which a JSON row tells problem, chain and answer. */
interface RowLayout {
  RowText read(JsonRow row) throws RefusedRowException;
}

package io.retort.ingest;

/** One layout of problem, chain and answer in a JSON row. */
interface RowLayout {
  RowText read(JsonRow row) throws RefusedRowException;
}

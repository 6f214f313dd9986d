package io.retort.ingest;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.CsvRecordHandler;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import io.retort.failure.Failures;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a CSV file with a header (RFC 4180: commas, double quotes, and quoted fields with several
 * lines), each as the JSON object of its cells. Holds one row in memory.
 */
final class CsvRows implements RowReader {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int MOST_COLUMNS = 1_000;

  private final String location;
  private final CsvReader<CsvRecord> reader;
  private final CloseableIterator<CsvRecord> records;
  private final List<String> header;
  private long number;

  private CsvRows(String location, InputStream input) {
    this.location = location;
    reader =
        CsvReader.builder()
            .allowUnclosedQuote(false)
            // Such rows are refused one by one because of their number of cells.
            .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
            .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
            .maxBufferSize(2 * RawRow.LONGEST_BYTES)
            .build(
                CsvRecordHandler.of(
                    handler ->
                        handler
                            .maxFields(MOST_COLUMNS)
                            .maxFieldSize(RawRow.LONGEST_BYTES)
                            .maxRecordSize(RawRow.LONGEST_BYTES)),
                new InputStreamReader(input, StandardCharsets.UTF_8.newDecoder()));
    records = reader.iterator();
    CsvRecord first = read();
    header = first == null ? List.of() : first.getFields().stream().map(String::strip).toList();
  }

  /**
   * @param location the file, for messages
   * @throws io.temporal.failure.ApplicationFailure USER/DATA_CORRUPT
   */
  static CsvRows open(InputStream input, String location) {
    CsvRows rows = new CsvRows(location, input);
    Set<String> names = new HashSet<>();
    for (String name : rows.header) {
      if (!names.add(name)) {
        throw rows.corrupt("two columns \"" + name + "\"", null);
      }
    }
    return rows;
  }

  @Override
  public @Nullable RawRow next() {
    CsvRecord record = read();
    if (record == null) {
      return null;
    }
    number++;
    if (record.getFieldCount() != header.size()) {
      return RawRow.defective(
          number,
          record.getFieldCount() + " cells (expected: " + header.size() + ", as in the header)");
    }
    ObjectNode row = MAPPER.createObjectNode();
    for (int column = 0; column < header.size(); column++) {
      row.put(header.get(column), record.getField(column));
    }
    byte[] json = row.toString().getBytes(StandardCharsets.UTF_8);
    return RawRow.of(number, json, json.length);
  }

  private @Nullable CsvRecord read() {
    try {
      return records.hasNext() ? records.next() : null;
    } catch (CsvParseException e) {
      throw corrupt(String.valueOf(e.getMessage()), e);
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof CharacterCodingException) {
        throw corrupt("not UTF-8", e);
      }
      throw e;
    }
  }

  private RuntimeException corrupt(String what, @Nullable RuntimeException cause) {
    return Failures.user(
        "DATA_CORRUPT",
        "data: "
            + location
            + " after row "
            + number
            + ": "
            + what
            + " (expected: CSV in UTF-8 with a header, cells of at most "
            + RawRow.LONGEST_BYTES
            + " characters, quotes that are closed"
            + (cause == null ? "" : "; fetch the file again")
            + ")");
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}

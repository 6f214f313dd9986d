package io.retort.preference;

import io.retort.rows.RowCodec;
import io.retort.v1.CurationRecord;
import io.retort.v1.Sample;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** A kept sample with its curation record. */
record PairingInput(Sample kept, CurationRecord curation) {
  static final RowCodec<PairingInput> CODEC =
      new RowCodec<>() {
        @Override
        public void write(PairingInput input, OutputStream output) throws IOException {
          input.kept().writeDelimitedTo(output);
          input.curation().writeDelimitedTo(output);
        }

        @Override
        public PairingInput read(InputStream input) throws IOException {
          return new PairingInput(
              Sample.parseDelimitedFrom(input), CurationRecord.parseDelimitedFrom(input));
        }
      };
}

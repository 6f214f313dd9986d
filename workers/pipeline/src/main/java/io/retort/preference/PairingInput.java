package io.retort.preference;

import io.retort.v1.CurationRecord;
import io.retort.v1.Sample;

/** A kept sample and how it was curated. */
record PairingInput(Sample kept, CurationRecord curation) {}

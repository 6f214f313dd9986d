/** Results of a run for people: formatted figures, and the closing table of the command line. */
@NullMarked
package io.retort.report;

import org.jspecify.annotations.NullMarked;

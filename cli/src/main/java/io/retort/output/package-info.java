/** What commands have in common towards scripts: formats of printed data, and exit codes. */
@NullMarked
package io.retort.output;

import org.jspecify.annotations.NullMarked;

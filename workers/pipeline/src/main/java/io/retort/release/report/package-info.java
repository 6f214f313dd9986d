/** The HTML report of a run: its view model, its charts and its template. */
@NullMarked
package io.retort.release.report;

import org.jspecify.annotations.NullMarked;

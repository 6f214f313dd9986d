/** Plans, admissions and retrains of runs, as the API serves them. */
@NullMarked
package io.retort.plan;

import org.jspecify.annotations.NullMarked;

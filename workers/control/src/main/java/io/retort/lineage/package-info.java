/** Where runs come from and what came of them. */
@NullMarked
package io.retort.lineage;

import org.jspecify.annotations.NullMarked;

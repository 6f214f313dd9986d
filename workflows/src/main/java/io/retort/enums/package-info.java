/** The contracts' enums: their texts, and which phases end a run. */
@NullMarked
package io.retort.enums;

import org.jspecify.annotations.NullMarked;

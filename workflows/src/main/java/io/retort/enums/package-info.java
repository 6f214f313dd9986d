/** Texts of the contracts' enums. */
@NullMarked
package io.retort.enums;

import org.jspecify.annotations.NullMarked;

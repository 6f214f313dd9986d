/** What can be done with a run. */
@NullMarked
package io.retort.action;

import org.jspecify.annotations.NullMarked;

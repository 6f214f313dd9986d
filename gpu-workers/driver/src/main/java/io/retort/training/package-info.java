/** The activity that holds a trainer, and its interface to the cluster that runs trainers. */
@NullMarked
package io.retort.training;

import org.jspecify.annotations.NullMarked;

/** The activity that holds a trainer, and what it asks of the cluster that runs trainers. */
@NullMarked
package io.retort.training;

import org.jspecify.annotations.NullMarked;

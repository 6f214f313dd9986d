/** Limits on calls: rate budgets, concurrency, cool-downs, circuit breakers and memory. */
@NullMarked
package io.retort.judge.admission;

import org.jspecify.annotations.NullMarked;

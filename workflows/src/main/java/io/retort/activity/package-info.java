/** Task queues, timeouts and retries of activities. */
@NullMarked
package io.retort.activity;

import org.jspecify.annotations.NullMarked;

package org.culvert.conformance.client;

/**
 * Something that a client did wrong.
 *
 * @param level whose rule it broke
 * @param what one sentence
 */
record Finding(Level level, String what) {}

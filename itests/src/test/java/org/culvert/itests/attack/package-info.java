/**
 * Attacks on a broker at bounded rates, each a small class, and the users who log in meanwhile.
 * They run as a program of its own in a network of its own, in which whole prefixes are local: a
 * spoofed source is one whose answers nobody reads.
 */
package org.culvert.itests.attack;

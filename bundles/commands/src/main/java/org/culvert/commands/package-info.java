/** Karaf shell commands: what an operator sees of Culvert and does with it. They hold no logic. */
@NullMarked
package org.culvert.commands;

import org.jspecify.annotations.NullMarked;

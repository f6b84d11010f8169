/** Services around tunnels that fail as a test wants, and a store of duties in memory. */
@NullMarked
package org.culvert.testkit.service;

import org.jspecify.annotations.NullMarked;

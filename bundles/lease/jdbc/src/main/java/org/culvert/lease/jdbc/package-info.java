/** Keeps leases in a database. */
@NullMarked
package org.culvert.lease.jdbc;

import org.jspecify.annotations.NullMarked;

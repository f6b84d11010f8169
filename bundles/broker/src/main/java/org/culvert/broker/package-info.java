/** The tunnel broker: decides tunnel types, addresses, prefixes and the life of leases. */
@NullMarked
package org.culvert.broker;

import org.jspecify.annotations.NullMarked;

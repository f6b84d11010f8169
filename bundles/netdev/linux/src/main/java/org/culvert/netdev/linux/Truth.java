package org.culvert.netdev.linux;

/** Whether a rule of a packet filter applies to a packet of which not all is known. */
enum Truth {
  NO,
  MAYBE,
  YES
}

package org.culvert.dns.update;

import java.util.ArrayList;
import java.util.List;
import org.culvert.api.service.ServiceException;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;

/** Asks the server what stands in its zones. */
final class Questions {
  private final SignedExchange exchange;

  Questions(SignedExchange exchange) {
    this.exchange = exchange;
  }

  /** Returns the TXT records at a name. Blocks. */
  List<TXTRecord> texts(Name name) throws ServiceException {
    List<TXTRecord> texts = new ArrayList<>();
    for (Record record : records(name, Type.TXT)) {
      if (record instanceof TXTRecord text) {
        texts.add(text);
      }
    }
    return texts;
  }

  /**
   * Returns the records of a name and type, also where they are a delegation or glue, which are no
   * answer but a referral. Blocks.
   */
  List<Record> records(Name name, int type) throws ServiceException {
    Message question = Message.newQuery(Record.newRecord(name, type, DClass.IN));
    question.getHeader().unsetFlag(Flags.RD);
    Message answer = exchange.ask(question);
    int rcode = answer.getHeader().getRcode();
    if (rcode != Rcode.NOERROR && rcode != Rcode.NXDOMAIN) {
      throw Refusals.ofQuestion(exchange, name, rcode);
    }
    List<Record> found = new ArrayList<>();
    for (int section : List.of(Section.ANSWER, Section.AUTHORITY, Section.ADDITIONAL)) {
      for (Record record : answer.getSection(section)) {
        if (record.getName().equals(name) && record.getType() == type && !found.contains(record)) {
          found.add(record);
        }
      }
    }
    return found;
  }
}

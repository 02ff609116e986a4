/*-------------------------------------------------------------------------
 *
 * ledger.h
 *	  The ledger: one row for every number that was ever given.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_LEDGER_H
#define DOCNUM_LEDGER_H

#include "utils/date.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

#include "catalog.h"
#include "counter.h"
#include "probe.h"

/* The ledger, open. */
typedef struct Ledger
{
	Relation	table;
	Relation	value_index;	/* (counter_id, value) */
	LOCKMODE	mode;
} Ledger;

/* A number as the ledger keeps it. */
typedef struct LedgerRow
{
	int64		counter_id;		/* not of an external number, */
	int64		value;			/* nor is this */
	int64		uniqueness_id;
	TimestampTz issued_at;
	bool		has_date;
	DateADT		document_date;
	NumberState state;
	const char *document_type;
	const char *document_number;
	Jsonb	   *metadata;		/* or NULL */
} LedgerRow;

/* Who has a text that a number renders to. */
typedef enum TextHolder
{
	TEXT_FREE,
	TEXT_TAKEN,					/* committed, or this transaction's own */
	TEXT_OPEN					/* another open transaction's */
} TextHolder;

extern void ledger_open(Ledger *ledger, LOCKMODE mode);
extern void ledger_close(Ledger *ledger);
extern int64 ledger_last_value(const Ledger *ledger, int64 counter_id, int64 bound);
extern int64 ledger_first_value(const Ledger *ledger, int64 counter_id, int64 from, int64 to);
extern TransactionId ledger_open_writer(const Ledger *ledger, int64 counter_id);
extern bool ledger_last_dated(const Ledger *ledger, int64 counter_id, int64 bound,
							  TupleTableSlot *slot);
extern bool ledger_has_value(const Ledger *ledger, int64 counter_id, int64 value);
extern int64 ledger_highest_hole(const Ledger *ledger, Counter *counter,
								 int64 from, int64 below);
extern TextHolder ledger_text_holder(const Ledger *ledger, const char *document_number,
									 int64 uniqueness_id, ItemPointer own, TransactionId *xid);
extern void ledger_fill_slot(const LedgerRow *row, TupleTableSlot *slot);
extern bool ledger_insert(const Ledger *ledger, const LedgerRow *row, bool mixed,
						  TupleTableSlot *slot);
extern bool ledger_fetch(const Ledger *ledger, int64 counter_id, int64 value,
						 TupleTableSlot *slot);
extern bool ledger_lock_row(const Ledger *ledger, TupleTableSlot *slot);
extern bool ledger_fetch_settled(const Ledger *ledger, int64 counter_id, int64 value,
								 TupleTableSlot *slot);
extern void ledger_change_state(const Ledger *ledger, TupleTableSlot *row, NumberState state,
								Jsonb *metadata, TimestampTz at, TupleTableSlot *slot);
extern char *ledger_date_text(DateADT date);
extern bool ledger_log_knows(int64 counter_id, int64 value);

#endif							/* DOCNUM_LEDGER_H */

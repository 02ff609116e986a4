/*-------------------------------------------------------------------------
 *
 * range.c
 *	  Ranges of values that no document will get, each with its reason.
 *
 * The ledger holds only values that were given; what was skipped, jumped over
 * or lost stands here, one row for a range of any length.  Read with a dirty
 * snapshot: a range of an open transaction counts, one rolled back does not.
 *
 * A closed scope is a range too: all values above its last one, up to one that
 * no counter reaches.  So allocation needs no other look to know of it.
 *
 * Invariant: ranges of one counter do not overlap.
 *
 * Locks: recorded and read under the scope's lock; who records a range above
 * the last number given keeps it to the end of the transaction.
 * Memory: nothing outlives a call.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/snapmgr.h"

#include "audit.h"
#include "catalog.h"
#include "counter.h"
#include "debug_point.h"
#include "docnum.h"
#include "probe.h"
#include "range.h"

static const char *const cause_names[] = {
	[RANGE_SKIPPED] = "skipped",
	[RANGE_JUMPED] = "jumped",
	[RANGE_UNEXPLAINED] = "unexplained",
	[RANGE_CLOSED] = "closed",
};

static RangeCause
cause_from_name(const char *name)
{
	for (int i = 0; i < (int) lengthof(cause_names); i++)
	{
		if (strcmp(cause_names[i], name) == 0)
			return (RangeCause) i;
	}
	elog(ERROR, "unknown cause \"%s\" in docnum.range", name);
	return RANGE_UNEXPLAINED;	/* keep the compiler quiet */
}

/*
 * range_find finds the first recorded range that ends at or after a value.
 */
bool
range_find(int64 counter_id, int64 value, Range *range)
{
	Relation	rel = catalog_open(CATALOG_RANGE, AccessShareLock);
	Relation	index = catalog_open_index(rel, Anum_range_counter_id, false, AccessShareLock);
	ScanKeyData keys[2];
	Probe		probe;
	bool		found;

	ScanKeyInit(&keys[0], 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(counter_id));
	ScanKeyInit(&keys[1], 2, BTGreaterEqualStrategyNumber, F_INT8GE, Int64GetDatum(value));
	probe_begin(&probe, rel, index, keys, 2);
	found = probe_next(&probe, ForwardScanDirection);
	if (found)
	{
		bool		isnull;
		Datum		cause = slot_getattr(probe.slot, Anum_range_cause, &isnull);

		range->first = DatumGetInt64(slot_getattr(probe.slot, Anum_range_first_value, &isnull));
		range->last = DatumGetInt64(slot_getattr(probe.slot, Anum_range_last_value, &isnull));
		range->cause = cause_from_name(TextDatumGetCString(cause));
		range->tid = probe.slot->tts_tid;
		range->writer = probe_inserter(&probe);
		if (!TransactionIdIsValid(range->writer))
			range->writer = probe.snapshot.xmax;
	}
	probe_end(&probe);
	index_close(index, AccessShareLock);
	table_close(rel, NoLock);
	return found;
}

/*
 * range_covers: is the value in a recorded range?  Then first and last are its
 * bounds.
 */
bool
range_covers(int64 counter_id, int64 value, int64 *first, int64 *last)
{
	Range		range;

	if (!range_find(counter_id, value, &range) || range.first > value)
		return false;
	*first = range.first;
	*last = range.last;
	return true;
}

/*
 * range_open_writer returns another open transaction that changes a range of
 * first .. last; InvalidTransactionId if there is none.  While it is open, the
 * range that it cuts is seen beside the parts that it left.
 */
TransactionId
range_open_writer(int64 counter_id, int64 first, int64 last)
{
	Range		range;

	while (first <= last && range_find(counter_id, first, &range) && range.first <= last)
	{
		if (TransactionIdIsValid(range.writer))
			return range.writer;
		first = range.last + 1;
	}
	return InvalidTransactionId;
}

/*
 * range_is_closed: has the scope been closed?
 */
bool
range_is_closed(int64 counter_id)
{
	Range		range;

	return range_find(counter_id, RANGE_END, &range) && range.cause == RANGE_CLOSED;
}

/*
 * range_check_open raises NB010 if the scope has been closed.
 */
void
range_check_open(const char *document_type, const char *scope, int64 counter_id)
{
	if (range_is_closed(counter_id))
		ereport(ERROR,
				(errcode(ERRCODE_DOCNUM_WRONG_STATE),
				 errmsg("scope is closed: no number is given there any more"),
				 errdetail("Document type: \"%s\", scope: %s.", document_type,
						   counter_quote_scope(scope)),
				 errhint("docnum_reopen opens it again.")));
}

/*
 * fill_row describes a range to the table.
 */
static void
fill_row(TupleTableSlot *slot, const RangeNote *note, int64 first, int64 last, TimestampTz at)
{
	ExecClearTuple(slot);
	memset(slot->tts_isnull, false, Natts_range * sizeof(bool));
	slot->tts_values[Anum_range_counter_id - 1] = Int64GetDatum(note->counter_id);
	slot->tts_values[Anum_range_first_value - 1] = Int64GetDatum(first);
	slot->tts_values[Anum_range_last_value - 1] = Int64GetDatum(last);
	slot->tts_values[Anum_range_cause - 1] = CStringGetTextDatum(cause_names[note->cause]);
	slot->tts_values[Anum_range_reason - 1] = CStringGetTextDatum(note->reason);
	slot->tts_values[Anum_range_recorded_at - 1] = TimestampTzGetDatum(at);
	ExecStoreVirtualTuple(slot);
}

/*
 * set_intent tells the log what a change of a range is.
 */
static void
set_intent(AuditIntent *intent, AuditRange *more, const RangeNote *note)
{
	more->document_type = note->document_type;
	more->old_value = note->old_value;
	more->new_value = note->new_value;
	intent->operation = note->operation;
	intent->at = GetCurrentTimestamp();
	intent->metadata = note->operation == NULL ? NULL
		: audit_metadata(NULL, "cause", cause_names[note->cause], "reason", note->reason, NULL);
	intent->range = more;
}

/*
 * changed: what this backend remembers of ranges is out of date at once, not
 * only when the next command begins; one command can call several functions.
 */
static void
changed(void)
{
	CommandCounterIncrement();
}

/*
 * range_write records one range.
 */
void
range_write(const RangeNote *note, int64 first, int64 last)
{
	Relation	rel = catalog_open(CATALOG_RANGE, RowExclusiveLock);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	AuditIntent intent;
	AuditRange	more;

	set_intent(&intent, &more, note);
	fill_row(slot, note, first, last, intent.at);
	catalog_insert(rel, slot);
	audit_inserted(rel, slot, &intent);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, NoLock);
	changed();
	DEBUG_POINT("range_written");
}

/*
 * range_write_many records ranges in one go, whoever has none of their values.
 */
void
range_write_many(const RangeNote *note, const RangeBounds *bounds, int count)
{
	Relation	rel = catalog_open(CATALOG_RANGE, RowExclusiveLock);
	TupleTableSlot **slots = palloc(count * sizeof(TupleTableSlot *));
	AuditIntent intent;
	AuditRange	more;

	set_intent(&intent, &more, note);
	for (int i = 0; i < count; i++)
	{
		slots[i] = table_slot_create(rel, NULL);
		fill_row(slots[i], note, bounds[i].first, bounds[i].last, intent.at);
	}
	(void) catalog_insert_many(rel, slots, count, 0, NULL);
	for (int i = 0; i < count; i++)
	{
		audit_inserted(rel, slots[i], &intent);
		ExecDropSingleTupleTableSlot(slots[i]);
	}
	table_close(rel, NoLock);
	changed();
}

/*
 * range_record records that no document will get first .. last, and why.
 */
void
range_record(const char *document_type, int64 counter_id,
			 int64 first, int64 last, RangeCause cause, const char *reason)
{
	RangeNote	note = {document_type, counter_id, cause, reason, "SKIP", false, NULL, NULL};

	range_write(&note, first, last);
}

/*
 * insert_rest keeps what remains of a range that was cut, as it was.
 */
static void
insert_rest(Relation rel, TupleTableSlot *old_row, int64 first, int64 last)
{
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	AuditIntent silent = {NULL, 0, NULL, NULL};

	ExecClearTuple(slot);
	memcpy(slot->tts_values, old_row->tts_values, Natts_range * sizeof(Datum));
	memcpy(slot->tts_isnull, old_row->tts_isnull, Natts_range * sizeof(bool));
	slot->tts_values[Anum_range_first_value - 1] = Int64GetDatum(first);
	slot->tts_values[Anum_range_last_value - 1] = Int64GetDatum(last);
	ExecStoreVirtualTuple(slot);
	catalog_insert(rel, slot);
	audit_inserted(rel, slot, &silent);
	ExecDropSingleTupleTableSlot(slot);
}

/*
 * range_free takes first .. last out of a recorded range, which is cut or goes
 * as a whole.  note: who is told of it, as for range_write.
 */
void
range_free(const RangeNote *note, const Range *range, int64 first, int64 last)
{
	Relation	rel = catalog_open(CATALOG_RANGE, RowExclusiveLock);
	TupleTableSlot *old_row = table_slot_create(rel, NULL);
	ItemPointerData tid = range->tid;
	AuditIntent intent;
	AuditRange	more;

	/* What this command wrote so far must be open to change. */
	CommandCounterIncrement();
	if (!table_tuple_fetch_row_version(rel, &tid, SnapshotAny, old_row))
		elog(ERROR, "range of values has vanished");
	slot_getallattrs(old_row);
	catalog_delete(rel, &old_row->tts_tid);
	set_intent(&intent, &more, note);
	audit_deleted(rel, old_row, &intent);
	if (range->first < first)
		insert_rest(rel, old_row, range->first, first - 1);
	if (last < range->last)
		insert_rest(rel, old_row, last + 1, range->last);
	ExecDropSingleTupleTableSlot(old_row);
	table_close(rel, NoLock);
	changed();
}

/*
 * range_drop removes all ranges of a counter that goes with its type; the
 * log tells of the type.  The caller excludes other writers.
 */
void
range_drop(int64 counter_id)
{
	RangeNote	silent = {.counter_id = counter_id};
	Range		range;

	while (range_find(counter_id, 1, &range))
	{
		CHECK_FOR_INTERRUPTS();
		range_free(&silent, &range, range.first, range.last);
	}
}

/*
 * range_fill records first .. last, one row for each part that no range has
 * yet.  A value that is skipped on purpose is no longer one that was only
 * jumped over.  Returns how many values are newly recorded.
 */
int64
range_fill(const RangeNote *note, int64 first, int64 last)
{
	RangeNote	silent = *note;
	RangeNote	telling = *note;
	int64		marked = 0;
	Range		range;

	silent.operation = NULL;
	while (first <= last)
	{
		bool		met = range_find(note->counter_id, first, &range) && range.first <= last;
		int64		until = met ? range.first - 1 : last;

		CHECK_FOR_INTERRUPTS();
		if (until >= first)
		{
			range_write(&telling, first, until);
			marked += until - first + 1;
			if (note->once)
				telling.operation = NULL;
		}
		if (!met)
			break;
		until = Min(range.last, last);
		first = Max(range.first, first);
		if (note->cause == RANGE_SKIPPED && range.cause == RANGE_JUMPED)
		{
			range_free(&silent, &range, first, until);
			range_write(&telling, first, until);
			marked += until - first + 1;
		}
		first = until + 1;
	}
	return marked;
}

/*
 * range_take removes a recorded range as a whole, for a caller who claims many
 * of its values one after the other and puts back what remains, as it was.
 * Nothing of it is told to the log.  Returns the row, to be dropped by the
 * caller.
 */
TupleTableSlot *
range_take(Relation ranges, const Range *range)
{
	TupleTableSlot *taken = table_slot_create(ranges, NULL);
	ItemPointerData tid = range->tid;
	AuditIntent silent = {NULL, 0, NULL, NULL};

	if (!table_tuple_fetch_row_version(ranges, &tid, SnapshotAny, taken))
		elog(ERROR, "range of values has vanished");
	slot_getallattrs(taken);
	catalog_delete(ranges, &taken->tts_tid);
	audit_deleted(ranges, taken, &silent);
	return taken;
}

void
range_put_back(Relation ranges, TupleTableSlot *taken, int64 first, int64 last)
{
	if (first <= last)
		insert_rest(ranges, taken, first, last);
}

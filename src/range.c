/*-------------------------------------------------------------------------
 *
 * range.c
 *	  Ranges of values that no document will get, each with its reason.
 *
 * The ledger holds only values that were given; what was skipped, jumped over
 * or lost stands here, one row for a range of any length.  Read with a dirty
 * snapshot: a range of an open transaction counts, one rolled back does not.
 *
 * Locks: recorded and read under the scope's lock.
 * Memory: nothing outlives a call.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"

#include "audit.h"
#include "catalog.h"
#include "probe.h"
#include "range.h"

static const char *const cause_names[] = {
	[RANGE_SKIPPED] = "skipped",
	[RANGE_JUMPED] = "jumped",
	[RANGE_UNEXPLAINED] = "unexplained",
};

/*
 * range_next finds the first recorded range that ends at or after a value;
 * first and last are its bounds.  Ranges do not overlap.
 */
bool
range_next(int64 counter_id, int64 value, int64 *first, int64 *last)
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

		*first = DatumGetInt64(slot_getattr(probe.slot, Anum_range_first_value, &isnull));
		*last = DatumGetInt64(slot_getattr(probe.slot, Anum_range_last_value, &isnull));
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
	return range_next(counter_id, value, first, last) && *first <= value;
}

/*
 * range_record records that no document will get first .. last, and why.
 */
void
range_record(const char *document_type, int64 counter_id,
			 int64 first, int64 last, RangeCause cause, const char *reason)
{
	Relation	rel = catalog_open(CATALOG_RANGE, RowExclusiveLock);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	AuditIntent intent = {"SKIP", GetCurrentTimestamp(), NULL, document_type};

	intent.metadata = audit_metadata(NULL, "cause", cause_names[cause], "reason", reason, NULL);
	ExecClearTuple(slot);
	memset(slot->tts_isnull, false, Natts_range * sizeof(bool));
	slot->tts_values[Anum_range_counter_id - 1] = Int64GetDatum(counter_id);
	slot->tts_values[Anum_range_first_value - 1] = Int64GetDatum(first);
	slot->tts_values[Anum_range_last_value - 1] = Int64GetDatum(last);
	slot->tts_values[Anum_range_cause - 1] = CStringGetTextDatum(cause_names[cause]);
	slot->tts_values[Anum_range_reason - 1] = CStringGetTextDatum(reason);
	slot->tts_values[Anum_range_recorded_at - 1] = TimestampTzGetDatum(intent.at);
	ExecStoreVirtualTuple(slot);
	catalog_insert(rel, slot);
	audit_inserted(rel, slot, &intent);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, NoLock);
}

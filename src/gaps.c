/*-------------------------------------------------------------------------
 *
 * gaps.c
 *	  Values without a document, and why: docnum_gaps.
 *
 * One pass over the value index of a counter, with the query's snapshot, tells
 * which values have a number and which of these ended without a document.  Only
 * between two of its rows is anything else looked at: first the recorded
 * ranges, then what open transactions hold (with a dirty read), then the log.
 * What none of them knows is free, or, in a scope that has no free values,
 * unexplained.  So the cost is that of reading the counter once, and of a few
 * look-ups for each hole, however many values it spans.
 *
 * States, ranges and log are those of the snapshot, so a number and its row of
 * the log are seen together or not at all.  The dirty read only keeps what is
 * in somebody's hands from being called free: it sees at least as much.
 *
 * Neighbours of one cause and reason become one row.
 *
 * Locks: AccessShareLock on the tables.
 *
 * Memory: the row that is being put together, and what one value needs; the
 * result is a tuplestore, which goes to disk.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/tuplestore.h"

#include "face.h"
#include "ledger.h"
#include "lock_wait.h"
#include "privilege.h"
#include "range.h"

/* Values without a document, of one cause and reason. */
typedef struct Gap
{
	int64		first;			/* none if last < first */
	int64		last;
	const char *cause;
	const char *reason;			/* or NULL */
	TransactionId holder;		/* open: the transaction, if it is known */
	TimestampTz since;			/* 0: unknown */
	const char *number;			/* of the first value, or NULL */
} Gap;

/* The way through a counter. */
typedef struct Walk
{
	ReturnSetInfo *result;
	Ledger		ledger;
	Relation	ranges;
	Relation	range_index;
	Relation	log;
	Relation	log_index;
	Snapshot	snapshot;
	int64		counter_id;
	int64		first_value;
	bool		settled;		/* a hole cannot be free */
	int64		judged_to;		/* a hole above it is none yet */
	Gap			pending;
	MemoryContext pending_context;
	MemoryContext scratch;		/* for one value */
} Walk;

/*
 * flush gives out the row that was put together.
 */
static void
flush(Walk *walk)
{
	const Gap  *gap = &walk->pending;
	Datum		values[6];
	bool		isnull[6] = {false};

	if (gap->last < gap->first)
		return;
	values[0] = Int64GetDatum(gap->first);
	values[1] = Int64GetDatum(gap->last);
	values[2] = CStringGetTextDatum(gap->cause);
	isnull[3] = gap->reason == NULL;
	if (!isnull[3])
		values[3] = CStringGetTextDatum(gap->reason);
	values[4] = TimestampTzGetDatum(gap->since);
	isnull[4] = gap->since == 0;
	isnull[5] = gap->number == NULL;
	if (!isnull[5])
		values[5] = CStringGetTextDatum(gap->number);
	tuplestore_putvalues(walk->result->setResult, walk->result->setDesc, values, isnull);
	walk->pending.last = walk->pending.first - 1;
	MemoryContextReset(walk->pending_context);
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/*
 * add notes a gap: it joins the one before it, or begins another row.
 */
static void
add(Walk *walk, const Gap *gap)
{
	Gap		   *pending = &walk->pending;
	MemoryContext old_context;

	if (pending->last >= pending->first && pending->last + 1 == gap->first &&
		strcmp(pending->cause, gap->cause) == 0 && pending->holder == gap->holder &&
		(TransactionIdIsValid(gap->holder) || same_text(pending->reason, gap->reason)))
	{
		pending->last = gap->last;
		return;
	}
	old_context = MemoryContextSwitchTo(walk->pending_context);
	flush(walk);
	*pending = *gap;
	pending->cause = pstrdup(gap->cause);
	if (TransactionIdIsValid(gap->holder))
		pending->reason = psprintf("held by %s", lock_wait_describe_xid(gap->holder));
	else if (gap->reason != NULL)
		pending->reason = pstrdup(gap->reason);
	if (gap->number != NULL)
		pending->number = pstrdup(gap->number);
	MemoryContextSwitchTo(old_context);
}

/*
 * add_open notes values that an open transaction holds, or that somebody was
 * given since the snapshot was taken.
 */
static void
add_open(Walk *walk, int64 first, int64 last, TransactionId holder)
{
	Gap			gap = {.first = first,.last = last,.cause = "open",.holder = holder};

	gap.reason = "given or recorded since this query began";
	add(walk, &gap);
}

/*
 * judge notes values that nothing and nobody knows.
 */
static void
judge(Walk *walk, int64 first, int64 last)
{
	Gap			gap = {.cause = "free",.reason = "rolled back or not yet taken; will be given"};

	if (walk->settled)
	{
		gap.cause = "unexplained";
		gap.reason = "neither the ledger nor the audit log has it";
	}
	gap.first = Max(first, walk->first_value);
	gap.last = Min(last, walk->judged_to);
	if (gap.first <= gap.last)
		add(walk, &gap);
}

static ScanKeyData
value_key(AttrNumber attribute, StrategyNumber strategy, RegProcedure procedure, int64 value)
{
	ScanKeyData key;

	ScanKeyInit(&key, attribute, strategy, procedure, Int64GetDatum(value));
	return key;
}

/*
 * begin_bounded starts a scan of an index on (counter_id, value) for the values
 * first .. last.
 */
static void
begin_bounded(const Walk *walk, Probe *probe, Relation table, Relation index,
			  int64 first, int64 last, Snapshot snapshot)
{
	ScanKeyData keys[3];

	keys[0] = value_key(1, BTEqualStrategyNumber, F_INT8EQ, walk->counter_id);
	keys[1] = value_key(2, BTGreaterEqualStrategyNumber, F_INT8GE, first);
	keys[2] = value_key(2, BTLessEqualStrategyNumber, F_INT8LE, last);
	if (snapshot != NULL)
		probe_begin_as_of(probe, table, index, keys, 3, snapshot);
	else
		probe_begin(probe, table, index, keys, 3);
}

static int64
bigint_of(Probe *probe, AttrNumber attribute)
{
	bool		isnull;

	return DatumGetInt64(slot_getattr(probe->slot, attribute, &isnull));
}

static char *
text_of(Probe *probe, AttrNumber attribute)
{
	bool		isnull;
	Datum		value = slot_getattr(probe->slot, attribute, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

/*
 * ask_log: of values that the ledger does not have, those that the log has are
 * unexplained.
 */
static void
ask_log(Walk *walk, int64 first, int64 last)
{
	Probe		probe;

	begin_bounded(walk, &probe, walk->log, walk->log_index, first, last, walk->snapshot);
	while (probe_next(&probe, ForwardScanDirection))
	{
		int64		value = bigint_of(&probe, Anum_audit_log_value);
		Gap			gap = {.first = value,.last = value,.cause = "unexplained"};

		if (value < first)
			continue;			/* another row of a value we have had */
		gap.reason = "the audit log has the number, the ledger does not";
		if (first < value)
			judge(walk, first, value - 1);
		add(walk, &gap);
		first = value + 1;
	}
	probe_end(&probe);
	if (first <= last)
		judge(walk, first, last);
}

/*
 * begin_ranges starts a scan of the recorded ranges that end at or after a
 * value.
 */
static void
begin_ranges(const Walk *walk, Probe *probe, int64 value, Snapshot snapshot)
{
	ScanKeyData keys[2];

	keys[0] = value_key(1, BTEqualStrategyNumber, F_INT8EQ, walk->counter_id);
	keys[1] = value_key(2, BTGreaterEqualStrategyNumber, F_INT8GE, value);
	if (snapshot != NULL)
		probe_begin_as_of(probe, walk->ranges, walk->range_index, keys, 2, snapshot);
	else
		probe_begin(probe, walk->ranges, walk->range_index, keys, 2);
}

/*
 * is_end: is the range all that would come of a closed scope?
 */
static bool
is_end(Probe *probe)
{
	char	   *cause = text_of(probe, Anum_range_cause);
	bool		closed = strcmp(cause, "closed") == 0;

	pfree(cause);
	return closed;
}

/*
 * look_at_open_ranges goes through values that the ledger does not have, with
 * an eye on ranges that are not committed yet.
 */
static void
look_at_open_ranges(Walk *walk, int64 first, int64 last)
{
	Probe		probe;

	begin_ranges(walk, &probe, first, NULL);
	while (first <= last && probe_next(&probe, ForwardScanDirection))
	{
		int64		range_first = bigint_of(&probe, Anum_range_first_value);
		int64		range_last = bigint_of(&probe, Anum_range_last_value);

		if (range_first > last)
			break;
		if (range_last < first || is_end(&probe))
			continue;
		if (first < range_first)
			ask_log(walk, first, range_first - 1);
		first = Max(first, range_first);
		add_open(walk, first, Min(last, range_last), probe_inserter(&probe));
		first = range_last + 1;
	}
	probe_end(&probe);
	if (first <= last)
		ask_log(walk, first, last);
}

/*
 * look_again at values that a dirty scan did not find: it may have missed some,
 * see probe.c.
 */
static void
look_again(Walk *walk, int64 first, int64 last)
{
	while (first <= last)
	{
		int64		found = ledger_first_value(&walk->ledger, walk->counter_id, first, last);

		CHECK_FOR_INTERRUPTS();
		look_at_open_ranges(walk, first, found > 0 ? found - 1 : last);
		if (found == 0)
			return;
		add_open(walk, found, found, InvalidTransactionId);
		first = found + 1;
	}
}

/*
 * look_at_open goes through values that neither the ledger nor a range has, for
 * this snapshot.
 */
static void
look_at_open(Walk *walk, int64 first, int64 last)
{
	Probe		probe;

	begin_bounded(walk, &probe, walk->ledger.table, walk->ledger.value_index, first, last, NULL);
	while (probe_next(&probe, ForwardScanDirection))
	{
		int64		value = bigint_of(&probe, Anum_number_value);

		if (value < first)
			continue;
		if (first < value)
			look_again(walk, first, value - 1);
		add_open(walk, value, value, probe_inserter(&probe));
		first = value + 1;
	}
	probe_end(&probe);
	if (first <= last)
		look_again(walk, first, last);
}

/*
 * fill goes through the values between two rows of the ledger.
 */
static void
fill(Walk *walk, int64 first, int64 last)
{
	Probe		probe;

	begin_ranges(walk, &probe, first, walk->snapshot);
	while (first <= last && probe_next(&probe, ForwardScanDirection))
	{
		int64		range_first = bigint_of(&probe, Anum_range_first_value);
		int64		range_last = bigint_of(&probe, Anum_range_last_value);
		char	   *cause;
		char	   *reason;
		Gap			gap = {0};

		if (range_first > last)
			break;
		if (range_last < first)
			continue;
		if (first < range_first)
			look_at_open(walk, first, range_first - 1);
		gap.first = Max(first, range_first);
		gap.last = Min(last, range_last);
		gap.cause = cause = text_of(&probe, Anum_range_cause);
		gap.reason = reason = text_of(&probe, Anum_range_reason);
		gap.since = bigint_of(&probe, Anum_range_recorded_at);
		if (is_end(&probe))
			ask_log(walk, gap.first, gap.last);
		else
			add(walk, &gap);
		pfree(cause);
		pfree(reason);
		first = gap.last + 1;
	}
	probe_end(&probe);
	if (first <= last)
		look_at_open(walk, first, last);
}

/*
 * reason_in_log returns why a number came into the state that it has: what the
 * last row of the log says that gave it this state.  NULL if no reason is there.
 */
static char *
reason_in_log(Walk *walk, int64 value, const char *state)
{
	Probe		probe;
	int64		newest = 0;
	char	   *reason = NULL;

	begin_bounded(walk, &probe, walk->log, walk->log_index, value, value, walk->snapshot);
	while (probe_next(&probe, ForwardScanDirection))
	{
		int64		id = bigint_of(&probe, Anum_audit_log_id);
		bool		isnull;
		Datum		metadata = slot_getattr(probe.slot, Anum_audit_log_metadata, &isnull);
		JsonbValue *found;

		if (id < newest || !same_text(text_of(&probe, Anum_audit_log_new_value), state))
			continue;
		newest = id;
		found = isnull ? NULL : getKeyJsonValueFromContainer(&DatumGetJsonbP(metadata)->root,
															 "reason", strlen("reason"), NULL);
		reason = found == NULL || found->type != jbvString ? NULL
			: pnstrdup(found->val.string.val, found->val.string.len);
	}
	probe_end(&probe);
	return reason;
}

/*
 * add_ended notes the number that the probe stands on, if it has no document.
 */
static void
add_ended(Walk *walk, Probe *probe, int64 value)
{
	bool		isnull;
	NumberState state =
	catalog_state_from_oid(DatumGetObjectId(slot_getattr(probe->slot, Anum_number_state, &isnull)));
	Gap			gap = {.first = value,.last = value,.cause = catalog_state_names[state]};

	if (state != STATE_CANCELLED && state != STATE_EXPIRED && state != STATE_VOIDED)
		return;
	gap.reason = reason_in_log(walk, value, gap.cause);
	if (gap.reason == NULL && state == STATE_EXPIRED)
		gap.reason = "the reservation was not confirmed in time";
	gap.since = DatumGetTimestampTz(slot_getattr(probe->slot, Anum_number_changed_at, &isnull));
	if (isnull)
		gap.since = 0;
	gap.number = text_of(probe, Anum_number_document_number);

	/* Of another type's number in the series, only that it has no document. */
	if (!privilege_has(GetUserId(), PRIVILEGE_AUDIT, text_of(probe, Anum_number_document_type)))
		gap.reason = gap.number = NULL;
	add(walk, &gap);
}

/*
 * walk_counter goes through all values of a counter.
 */
static void
walk_counter(Walk *walk)
{
	Probe		probe;
	int64		next = 1;
	MemoryContext old_context;

	walk->judged_to = PG_INT64_MAX;
	begin_bounded(walk, &probe, walk->ledger.table, walk->ledger.value_index,
				  1, FORMAT_VALUE_MAX, walk->snapshot);
	/* The scan's own memory must outlive the scratch. */
	old_context = CurrentMemoryContext;
	while (probe_next(&probe, ForwardScanDirection))
	{
		int64		value = bigint_of(&probe, Anum_number_value);

		MemoryContextSwitchTo(walk->scratch);
		if (next < value)
			fill(walk, next, value - 1);
		add_ended(walk, &probe, value);
		next = value + 1;
		MemoryContextSwitchTo(old_context);
		MemoryContextReset(walk->scratch);
	}
	probe_end(&probe);
	MemoryContextSwitchTo(walk->scratch);

	/* Above the last number: what is recorded, and what others hold. */
	walk->judged_to = walk->settled ? 0
		: ledger_last_value(&walk->ledger, walk->counter_id, 0);
	fill(walk, next, RANGE_END);
	flush(walk);
	MemoryContextSwitchTo(old_context);
}

/*
 * gaps puts the gaps of a counter into the result.
 */
static void
gaps(ReturnSetInfo *result, const Counter *counter)
{
	Walk		walk = {.result = result,.counter_id = counter->id};
	const DocumentType *type = document_type_find(counter->document_type);

	walk.first_value = counter->first_value;
	walk.settled = range_is_closed(counter->id) ||
		(type != NULL && (type->strict || type->generation != counter->generation));
	walk.pending.last = -1;
	walk.pending_context = AllocSetContextCreate(CurrentMemoryContext, "docnum gap",
												 ALLOCSET_SMALL_SIZES);
	walk.scratch = AllocSetContextCreate(CurrentMemoryContext, "docnum gaps",
										 ALLOCSET_DEFAULT_SIZES);
	ledger_open(&walk.ledger, AccessShareLock);
	walk.ranges = catalog_open(CATALOG_RANGE, AccessShareLock);
	walk.range_index = catalog_open_index(walk.ranges, Anum_range_counter_id, false,
										  AccessShareLock);
	walk.log = catalog_open(CATALOG_AUDIT_LOG, AccessShareLock);
	walk.log_index = catalog_open_index(walk.log, Anum_audit_log_counter_id, false,
										AccessShareLock);
	walk.snapshot = RegisterSnapshot(GetActiveSnapshot());
	walk_counter(&walk);
	UnregisterSnapshot(walk.snapshot);
	index_close(walk.log_index, AccessShareLock);
	table_close(walk.log, NoLock);
	index_close(walk.range_index, AccessShareLock);
	table_close(walk.ranges, NoLock);
	ledger_close(&walk.ledger);
	MemoryContextDelete(walk.scratch);
	MemoryContextDelete(walk.pending_context);
}

/*----------------------------------------------------------------------
 * SQL-callable functions
 *----------------------------------------------------------------------
 */

PG_FUNCTION_INFO_V1(docnum_counter_gaps);

/*
 * docnum.counter_gaps(counter_id, document_type)
 *	   -> (first_value, last_value, cause, reason, since, document_number)
 * Nothing of a counter whose type the role may not audit.
 */
Datum
docnum_counter_gaps(PG_FUNCTION_ARGS)
{
	Counter		counter = {0};

	InitMaterializedSRF(fcinfo, 0);
	if (!PG_ARGISNULL(0) && !PG_ARGISNULL(1) &&
		counter_find(PG_GETARG_INT64(0), face_optional_text(fcinfo, 1), &counter) &&
		privilege_has(GetUserId(), PRIVILEGE_AUDIT, counter.document_type))
		gaps((ReturnSetInfo *) fcinfo->resultinfo, &counter);
	return (Datum) 0;
}

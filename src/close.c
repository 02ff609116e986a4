/*-------------------------------------------------------------------------
 *
 * close.c
 *	  The end of a period or scope, and its undoing: docnum_close,
 *	  docnum_reopen.
 *
 * Closing makes every value of the scope final: those free below the last
 * number become skipped, with the reason, and all above are a range that
 * allocation cannot pass.  So the hot path needs no look of its own; what it
 * cannot give it finds to be closed.
 *
 * Open transactions that took numbers there are waited for, so that nothing
 * appears or vanishes afterwards; open reservations must be finished first.
 *
 * Locks: the scope's, to the end of the transaction.
 * Memory: current context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "utils/fmgroids.h"
#include "utils/timestamp.h"

#include "allocate.h"
#include "debug_point.h"
#include "docnum.h"
#include "face.h"
#include "lock_wait.h"
#include "privilege.h"
#include "probe.h"
#include "range.h"

/*
 * wait_for_writers waits until no open transaction has given or changed a
 * number of the counter.  Raises NB003.
 */
static void
wait_for_writers(const Target *target, const Ledger *ledger)
{
	TransactionId xid;

	while (TransactionIdIsValid(xid = ledger_open_writer(ledger, target->counter->id)))
	{
		CHECK_FOR_INTERRUPTS();
		if (!lock_wait_for_transaction(xid))
			counter_timed_out(target->counter, lock_wait_describe_xid(xid));
	}
}

/*
 * count_reservations counts the open reservations of a counter; those that are
 * overdue but not yet expired too.
 */
static int64
count_reservations(int64 counter_id)
{
	Relation	rel = catalog_open(CATALOG_RESERVATION, AccessShareLock);
	Relation	index = catalog_open_index(rel, Anum_reservation_expires_at, true, AccessShareLock);
	int64		count = 0;
	ScanKeyData key;
	Probe		probe;

	ScanKeyInit(&key, 1, BTGreaterEqualStrategyNumber, F_TIMESTAMP_GE,
				TimestampTzGetDatum(DT_NOBEGIN));
	probe_begin(&probe, rel, index, &key, 1);
	while (probe_next(&probe, ForwardScanDirection))
	{
		bool		isnull;

		count += DatumGetInt64(slot_getattr(probe.slot, Anum_reservation_counter_id, &isnull)) == counter_id;
	}
	probe_end(&probe);
	index_close(index, AccessShareLock);
	table_close(rel, NoLock);
	return count;
}

/*
 * check_reservations raises NB010 while reservations are open.
 */
static void
check_reservations(const Target *target)
{
	int64		count = count_reservations(target->counter->id);

	if (count > 0)
		ereport(ERROR,
				(errcode(ERRCODE_DOCNUM_WRONG_STATE),
				 errmsg("scope cannot be closed: it has open reservations"),
				 errdetail("There are " INT64_FORMAT ". Document type: \"%s\", scope: %s.",
						   count, target->type->name, counter_quote_scope(target->scope)),
				 errhint("Confirm or cancel them; docnum_expire() ends those that are overdue.")));
}

/*
 * close_scope closes a scope; returns how many free values became skipped.
 * Raises NB003, NB010.
 */
static int64
close_scope(const TargetRequest *request, const char *reason)
{
	Target		target;
	TargetRelations relations;
	RangeNote	note = {0};
	int64		skipped;
	int64		tail;

	CommandCounterIncrement();
	target_lock(request, &target, &relations);
	target_hold(&target);
	range_check_open(target.type->name, target.scope, target.counter->id);
	wait_for_writers(&target, &relations.ledger);
	check_reservations(&target);
	DEBUG_POINT("scope_settled");
	skipped = allocate_record_holes(target.counter->id, target.type->name, reason);

	tail = Max(ledger_last_value(&relations.ledger, target.counter->id, 0) + 1,
			   target.counter->first_value);
	note.document_type = target.type->name;
	note.counter_id = target.counter->id;
	note.cause = RANGE_CLOSED;
	note.reason = reason;
	note.operation = "CLOSE";
	note.once = true;
	note.new_value = psprintf(INT64_FORMAT " values skipped", skipped);
	(void) range_fill(&note, tail, RANGE_END);
	target_close(&relations);
	return skipped;
}

/*
 * reopen_scope opens a closed scope again; false if it is not closed.  What
 * became skipped stays so.
 */
static bool
reopen_scope(const TargetRequest *request, const char *reason)
{
	Target		target;
	TargetRelations relations;
	RangeNote	note = {0};
	bool		closed;

	CommandCounterIncrement();
	target_lock(request, &target, &relations);
	closed = range_is_closed(target.counter->id);
	if (!closed)
		target_unlock(&target);
	else
	{
		Range		range;

		target_hold(&target);
		note.document_type = target.type->name;
		note.counter_id = target.counter->id;
		note.cause = RANGE_CLOSED;
		note.reason = reason;
		note.operation = "REOPEN";
		note.old_value = "closed";
		for (int64 at = 1; range_find(note.counter_id, at, &range); at = range.last + 1)
		{
			CHECK_FOR_INTERRUPTS();
			if (range.cause != RANGE_CLOSED)
				continue;
			range_free(&note, &range, range.first, range.last);
			note.operation = NULL;
		}
	}
	target_close(&relations);
	return closed;
}

/*----------------------------------------------------------------------
 * SQL-callable functions
 *----------------------------------------------------------------------
 */

PG_FUNCTION_INFO_V1(docnum_close);
PG_FUNCTION_INFO_V1(docnum_reopen);

/*
 * docnum_close(document_type, reason, scope_value, document_date) -> bigint
 */
Datum
docnum_close(PG_FUNCTION_ARGS)
{
	TargetRequest request;

	face_begin_write("docnum_close()");
	face_target(fcinfo, 2, 3, &request);
	privilege_check(PRIVILEGE_ADMIN, request.document_type);
	PG_RETURN_INT64(close_scope(&request, face_reason(fcinfo, 1)));
}

/*
 * docnum_reopen(document_type, reason, scope_value, document_date) -> boolean
 */
Datum
docnum_reopen(PG_FUNCTION_ARGS)
{
	TargetRequest request;

	face_begin_write("docnum_reopen()");
	face_target(fcinfo, 2, 3, &request);
	privilege_check(PRIVILEGE_ADMIN, request.document_type);
	PG_RETURN_BOOL(reopen_scope(&request, face_reason(fcinfo, 1)));
}

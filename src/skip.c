/*-------------------------------------------------------------------------
 *
 * skip.c
 *	  Values that no document will get, by hand: docnum_skip; and where a
 *	  counter goes on: docnum_set.
 *
 * Both record ranges (range.c).  What docnum_skip names is never given, to
 * anybody; what docnum_set jumps over may still be claimed by an override or an
 * import.  docnum_set backward takes such ranges back, as far as no number was
 * given above.
 *
 * Locks: the scope's, to the end of the transaction.
 * Memory: current context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"

#include "docnum.h"
#include "face.h"
#include "lock_wait.h"
#include "privilege.h"
#include "range.h"

/*
 * check_bounds refuses values that no counter of the type has.
 */
static void
check_bounds(const DocumentType *type, int64 first, int64 last)
{
	if (first < 1 || first > last)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("no such range of values: " INT64_FORMAT " to " INT64_FORMAT, first, last),
				 errdetail("Values begin at 1. Document type: \"%s\".", type->name),
				 errhint("Give from_value and to_value, the first and the last value to skip.")));
	if (last > type->max_value)
		ereport(ERROR,
				(errcode(ERRCODE_DOCNUM_EXHAUSTED),
				 errmsg("value " INT64_FORMAT " is above max_value", last),
				 errdetail("max_value of document type \"%s\" is " INT64_FORMAT ".",
						   type->name, type->max_value),
				 errhint("Name values up to it, or raise it first.")));
}

/*
 * lock_scope locks the scope to the end of the transaction.  Where another
 * transaction is claiming a value out of a range of first .. last, it waits
 * for its end, without the scope's lock.  Raises NB003.
 */
static void
lock_scope(const TargetRequest *request, int64 first, int64 last,
		   Target *target, TargetRelations *relations)
{
	for (;;)
	{
		TransactionId xid;

		target_lock(request, target, relations);
		xid = range_open_writer(target->counter->id, first, last);
		if (!TransactionIdIsValid(xid))
			break;
		target_unlock(target);
		target_close(relations);
		if (!lock_wait_for_transaction(xid))
			counter_timed_out(target->counter, lock_wait_describe_xid(xid));
	}
	target_hold(target);
}

/*
 * skip marks first .. last as skipped; returns how many values are newly so.
 * Raises NB002, NB003, NB005, NB010, 22023.
 */
static int64
skip(const TargetRequest *request, int64 first, int64 last, const char *reason)
{
	Target		target;
	TargetRelations relations;
	RangeNote	note = {0};
	int64		given;
	int64		marked;

	CommandCounterIncrement();
	lock_scope(request, first, last, &target, &relations);
	check_bounds(target.type, first, last);
	range_check_open(target.type->name, target.scope, target.counter->id);
	given = ledger_first_value(&relations.ledger, target.counter->id, first, last);
	if (given > 0)
		ereport(ERROR,
				(errcode(ERRCODE_DOCNUM_DUPLICATE),
				 errmsg("value " INT64_FORMAT " has been given and cannot be skipped", given),
				 errdetail("Document type: \"%s\", scope: %s.", target.type->name, counter_quote_scope(target.scope)),
				 errhint("Skip values that no number has; an issued number is ended by docnum_void.")));

	note.document_type = target.type->name;
	note.counter_id = target.counter->id;
	note.cause = RANGE_SKIPPED;
	note.reason = reason;
	note.operation = "SKIP";
	marked = range_fill(&note, first, last);
	target_close(&relations);
	return marked;
}

/*
 * position returns where a counter stands: one before the next new number.
 */
static int64
position(const Target *target, const Ledger *ledger)
{
	int64		tail = Max(ledger_last_value(ledger, target->counter->id, 0) + 1,
						   target->counter->first_value);
	Range		range;

	while (range_find(target->counter->id, tail, &range) && range.first <= tail)
		tail = range.last + 1;
	return tail - 1;
}

/*
 * set_back takes back what was jumped over above a value.
 */
static void
set_back(const Target *target, RangeNote *note, int64 value)
{
	Range		range;

	for (int64 at = value + 1; range_find(target->counter->id, at, &range); at = range.last + 1)
	{
		CHECK_FOR_INTERRUPTS();
		if (range.cause != RANGE_JUMPED)
			continue;
		range_free(note, &range, Max(range.first, value + 1), range.last);
		note->operation = NULL; /* told once */
	}
}

/*
 * check_set refuses a value that the counter cannot be set to.
 */
static void
check_set(const Target *target, const Ledger *ledger, int64 value)
{
	int64		last = ledger_last_value(ledger, target->counter->id, 0);

	if (value < 0 || value > target->type->max_value)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("counter cannot be set to " INT64_FORMAT, value),
				 errdetail("It is between 0 and max_value, " INT64_FORMAT ". Document type: \"%s\".",
						   target->type->max_value, target->type->name),
				 errhint("The next new number is the value and one.")));
	if (value < last)
		ereport(ERROR,
				(errcode(ERRCODE_DOCNUM_WRONG_STATE),
				 errmsg("counter cannot be set back to " INT64_FORMAT, value),
				 errdetail("Value " INT64_FORMAT " has been given. Document type: \"%s\", scope: %s.",
						   last, target->type->name, counter_quote_scope(target->scope)),
				 errhint("It can go back as far as no number was given above.")));
	if (value < target->counter->first_value - 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("counter cannot be set to " INT64_FORMAT, value),
				 errdetail("It begins at " INT64_FORMAT ", the type's start_value. Document type: \"%s\".",
						   target->counter->first_value, target->type->name),
				 errhint("Give a value from " INT64_FORMAT " on.", target->counter->first_value - 1)));
}

/*
 * set moves a counter; returns where it stood.
 */
static int64
set(const TargetRequest *request, int64 value, const char *reason)
{
	Target		target;
	TargetRelations relations;
	RangeNote	note = {0};
	int64		before;

	CommandCounterIncrement();
	target_lock(request, &target, &relations);
	target_hold(&target);
	range_check_open(target.type->name, target.scope, target.counter->id);
	check_set(&target, &relations.ledger, value);
	before = position(&target, &relations.ledger);

	note.document_type = target.type->name;
	note.counter_id = target.counter->id;
	note.cause = RANGE_JUMPED;
	note.reason = reason;
	note.operation = "SET";
	note.once = true;
	note.old_value = psprintf(INT64_FORMAT, before);
	note.new_value = psprintf(INT64_FORMAT, value);
	if (value > before)
		range_fill(&note, before + 1, value);
	else
		set_back(&target, &note, value);
	target_close(&relations);
	return before;
}

/*----------------------------------------------------------------------
 * SQL-callable functions
 *----------------------------------------------------------------------
 */

PG_FUNCTION_INFO_V1(docnum_skip);
PG_FUNCTION_INFO_V1(docnum_set);

/*
 * docnum_skip(document_type, from_value, to_value, reason, scope_value,
 *			   document_date) -> bigint
 */
Datum
docnum_skip(PG_FUNCTION_ARGS)
{
	TargetRequest request;

	face_begin_write("docnum_skip()");
	face_target(fcinfo, 4, 5, &request);
	privilege_check(PRIVILEGE_ADMIN, request.document_type);
	PG_RETURN_INT64(skip(&request, DatumGetInt64(face_required(fcinfo, 1, "from_value")),
						 DatumGetInt64(face_required(fcinfo, 2, "to_value")), face_reason(fcinfo, 3)));
}

/*
 * docnum_set(document_type, value, reason, scope_value, document_date) -> bigint
 */
Datum
docnum_set(PG_FUNCTION_ARGS)
{
	TargetRequest request;

	face_begin_write("docnum_set()");
	face_target(fcinfo, 3, 4, &request);
	privilege_check(PRIVILEGE_ADMIN, request.document_type);
	PG_RETURN_INT64(set(&request, DatumGetInt64(face_required(fcinfo, 1, "value")), face_reason(fcinfo, 2)));
}

/*-------------------------------------------------------------------------
 *
 * override.c
 *	  A number given by hand: docnum_override.
 *
 * The number says itself where it belongs (target.c): a number of last year
 * belongs to last year's counter.  If its value lies above the last one given
 * there, the counter goes on from it, and what was passed over is recorded as
 * one range.  A value that was given once, or that docnum_skip named, is not to
 * be had; one that an earlier override only jumped over is.
 *
 * A number that the format cannot give is kept as external, without counter
 * and value, if the caller waives the check; its text is unique all the same.
 *
 * Locks: the scope's; to the end of the transaction where the counter moves,
 * so that nobody is given a number above one that may roll back.  Nothing is
 * waited for under it; who claims a value out of a range that another open
 * transaction is cutting waits for that one first.
 *
 * Memory: current context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "access/xact.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "audit.h"
#include "debug_point.h"
#include "docnum.h"
#include "face.h"
#include "installation.h"
#include "lock_wait.h"
#include "printable.h"
#include "privilege.h"
#include "range.h"
#include "transaction.h"

/* What is asked for. */
typedef struct Override
{
	TargetRequest target;		/* with the number */
	const char *reason;
	bool		skip_validation;
	Jsonb	   *metadata;		/* of the document, or NULL */
} Override;

/*
 * duplicate raises NB005.
 */
static _Noreturn void
duplicate(const Override *request, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_DOCNUM_DUPLICATE),
			 errmsg("document number \"%s\" cannot be given", request->target.number),
			 errdetail("%s Document type: \"%s\".", detail, request->target.document_type),
			 errhint("docnum_history(%s) tells what became of it; choose a number that was never given.",
					 quote_literal_cstr(request->target.number))));
}

/*
 * check_text refuses what no document can bear: NB006, 22001.
 */
static void
check_text(const Override *request)
{
	const char *number = request->target.number;
	const DocumentType *type = document_type_get(request->target.document_type);
	bool		utf8 = GetDatabaseEncoding() == PG_UTF8;
	int			length = pg_mbstrlen(number);
	Problem		problem = {0};

	if (length == 0 || printable_has_outer_space(number, strlen(number), utf8))
	{
		problem_set(&problem, "document number is empty or begins or ends with white space");
		problem_hint(&problem, "Write it as it stands on the document.");
	}
	else if (printable_check(number, strlen(number), utf8, "document number", &problem))
	{
		if (length <= type->max_length)
			return;
		ereport(ERROR,
				(errcode(ERRCODE_STRING_DATA_RIGHT_TRUNCATION),
				 errmsg("document number is too long: %d characters, %d allowed",
						length, type->max_length),
				 errdetail("Document type: \"%s\".", type->name),
				 errhint("Correct it, or raise max_length.")));
	}
	problem_raise(ERRCODE_DOCNUM_INVALID_FORMAT, &problem, type->name);
}

/*
 * check_type: the type must allow numbers given by hand (NB007); asked again
 * after a wait.
 */
static void
check_type(const Override *request, const DocumentType *type)
{
	if (!type->allow_manual_override)
		ereport(ERROR,
				(errcode(ERRCODE_DOCNUM_OVERRIDE),
				 errmsg("document type \"%s\" does not allow manual numbers", type->name),
				 errdetail("Its allow_manual_override is false. Document number: \"%s\".",
						   request->target.number),
				 errhint("docnum_define(%s, allow_manual_override => true) allows them.",
						 quote_literal_cstr(type->name))));
}

/*
 * check_value refuses a value that is not to be had: NB002, NB005, NB010.
 */
static void
check_value(const Override *request, const Target *target, const Ledger *ledger)
{
	int64		value = target->values.sequence;
	Range		range;

	range_check_open(target->type->name, target->scope, target->counter->id);
	if (value > target->type->max_value)
		ereport(ERROR,
				(errcode(ERRCODE_DOCNUM_EXHAUSTED),
				 errmsg("document number \"%s\" is above max_value", request->target.number),
				 errdetail("Its value is " INT64_FORMAT ", max_value of document type \"%s\" is " INT64_FORMAT ".",
						   value, target->type->name, target->type->max_value),
				 errhint("Raise max_value first, if the number is right.")));
	if (ledger_has_value(ledger, target->counter->id, value))
		duplicate(request, "It has been given, or an open transaction is giving it.");
	if (ledger_log_knows(target->counter->id, value))
		duplicate(request, "The log says that it was given once.");
	if (range_find(target->counter->id, value, &range) && range.first <= value &&
		range.cause != RANGE_JUMPED)
		duplicate(request, range.cause == RANGE_SKIPPED
				  ? "It was skipped on purpose." : "It was given once and is unexplained.");
}

/*
 * lock_scope locks the scope that the number belongs to.  Of a range that was
 * jumped over, several transactions may claim values: each waits for the end
 * of the one before, without the scope's lock, so that nobody else does.
 * Raises NB003, NB007.
 */
static void
lock_scope(const Override *request, Target *target, TargetRelations *relations)
{
	for (;;)
	{
		TransactionId xid;

		target_lock(&request->target, target, relations);
		check_type(request, target->type);
		check_value(request, target, &relations->ledger);
		xid = range_open_writer(target->counter->id, target->values.sequence,
								target->values.sequence);
		if (!TransactionIdIsValid(xid))
			return;
		target_unlock(target);
		target_close(relations);
		if (!lock_wait_for_transaction(xid))
			counter_timed_out(target->counter, lock_wait_describe_xid(xid));
	}
}

/*
 * move_counter makes the counter go on from the value, and records what that
 * jumps over; or takes the value out of a range that was jumped over before.
 * Returns whether the counter moved; then the scope stays locked.
 */
static bool
move_counter(const Override *request, const Target *target, const Ledger *ledger)
{
	int64		value = target->values.sequence;
	int64		counter_id = target->counter->id;
	int64		tail = Max(ledger_last_value(ledger, counter_id, 0) + 1,
						   target->counter->first_value);
	RangeNote	note = {.document_type = target->type->name,.counter_id = counter_id,.cause = RANGE_JUMPED};
	Range		range;

	if (range_find(counter_id, value, &range) && range.first <= value)
		range_free(&note, &range, value, value);
	if (value < tail)
		return false;
	target_hold(target);
	note.reason = psprintf("jumped over by %s: %s", request->target.number, request->reason);
	note.operation = "SKIP";
	range_fill(&note, tail, value - 1);
	return true;
}

/*
 * log_override fires the audit trigger for the row in slot.
 */
static void
log_override(const Override *request, Relation table, TupleTableSlot *slot, TimestampTz at)
{
	AuditIntent intent = {"MANUAL_OVERRIDE", at, NULL, NULL};

	intent.metadata = audit_metadata(request->metadata, "reason", request->reason,
									 "skip_validation",
									 request->skip_validation ? audit_true : NULL, NULL);
	audit_inserted(table, slot, &intent);
}

/*
 * insert_number writes the row; NB005 if the text is taken.
 */
static void
insert_number(const Override *request, LedgerRow *row, const Ledger *ledger)
{
	TupleTableSlot *slot = table_slot_create(ledger->table, NULL);

	row->metadata = request->metadata;
	row->issued_at = GetCurrentTimestamp();
	if (!ledger_insert(ledger, row, document_types_are_mixed(), slot))
		duplicate(request, "A number of that text has been given, or an open transaction is giving it.");
	DEBUG_POINT("after_ledger_row");
	log_override(request, ledger->table, slot, row->issued_at);
	ExecDropSingleTupleTableSlot(slot);
}

/*
 * give_value gives a number that the format can give.
 */
static void
give_value(const Override *request)
{
	Target		target;
	TargetRelations relations;
	LedgerRow	row;
	bool		moves;

	lock_scope(request, &target, &relations);
	moves = move_counter(request, &target, &relations.ledger);
	target_fill_row(&target, &row);
	row.state = STATE_CONFIRMED;
	insert_number(request, &row, &relations.ledger);
	if (!moves)
		target_unlock(&target);
	target_close(&relations);
}

static void
open_ledger(void *arg)
{
	installation_note_write();
	ledger_open(arg, RowExclusiveLock);
	table_close(catalog_open(CATALOG_AUDIT_LOG, RowExclusiveLock), NoLock);
	table_close(catalog_open(CATALOG_COUNTER, RowExclusiveLock), NoLock);
}

/*
 * external_uniqueness tells where the text of an external number is unique: in
 * the scope that the caller names, if the type's numbers are unique in their
 * scopes; else everywhere.
 */
static int64
external_uniqueness(const Override *request)
{
	TargetRequest scope = request->target;
	Target		target;
	Relation	counters;

	scope.number = NULL;
	target_resolve(&scope, &target);
	if (!target.type->unique_per_scope)
		return 0;
	counters = catalog_open(CATALOG_COUNTER, RowExclusiveLock);
	counter_ensure_row(target.counter, counters);
	table_close(counters, NoLock);
	return target.counter->id;
}

/*
 * give_external keeps a number that the format cannot give.
 */
static void
give_external(const Override *request)
{
	Ledger		ledger;
	LedgerRow	row = {0};

	if (request->target.has_date)
		target_check_date(document_type_get(request->target.document_type), request->target.date);
	lock_wait_for_tables(open_ledger, &ledger);
	check_type(request, document_type_get(request->target.document_type));
	row.state = STATE_EXTERNAL;
	row.document_type = request->target.document_type;
	row.document_number = request->target.number;
	row.has_date = request->target.has_date;
	row.document_date = request->target.date;
	row.uniqueness_id = document_type_get(request->target.document_type)->unique_per_scope
		? external_uniqueness(request) : 0;
	insert_number(request, &row, &ledger);
	ledger_close(&ledger);
}

/*
 * override gives the number.  Raises NB001, NB002, NB003, NB005, NB006, NB009,
 * NB010, 22001, 22008.
 */
static void
override(const Override *request)
{
	Problem		problem = {0};

	transaction_took_number();
	CommandCounterIncrement();
	check_text(request);
	if (target_fits(&request->target, &problem))
		give_value(request);
	else if (request->skip_validation)
		give_external(request);
	else
		problem_raise(ERRCODE_DOCNUM_INVALID_FORMAT, &problem, request->target.document_type);
}

/*
 * check_allowed: the type must allow it (NB007), and the role: "override", and
 * "admin" besides to waive the check (42501).
 */
static void
check_allowed(const Override *request)
{
	const DocumentType *type = document_type_get(request->target.document_type);

	privilege_check(PRIVILEGE_OVERRIDE, type->name);
	if (request->skip_validation)
		privilege_check(PRIVILEGE_ADMIN, type->name);
	check_type(request, type);
}

/*----------------------------------------------------------------------
 * SQL-callable functions
 *----------------------------------------------------------------------
 */

PG_FUNCTION_INFO_V1(docnum_override);

/*
 * docnum_override(document_type, document_number, reason, skip_validation,
 *				   scope_value, document_date, metadata) -> text
 */
Datum
docnum_override(PG_FUNCTION_ARGS)
{
	Override	request = {0};

	face_begin_write("docnum_override()");
	face_target(fcinfo, 4, 5, &request.target);
	request.target.number = face_text(fcinfo, 1, "document_number");
	request.reason = face_reason(fcinfo, 2);
	request.skip_validation = !PG_ARGISNULL(3) && PG_GETARG_BOOL(3);
	request.metadata = face_metadata(fcinfo, 6);
	check_allowed(&request);
	override(&request);
	PG_RETURN_TEXT_P(cstring_to_text(request.target.number));
}

/*-------------------------------------------------------------------------
 *
 * void.c
 *	  The end of an issued number: docnum_void, and docnum_replace, which
 *	  gives another one for it.
 *
 * A voided number stays in the ledger and is never given again.  A replaced
 * one is voided in the same step in which its successor is given, in the same
 * scope; the log's rows of the two name each other, so that the chain can be
 * read in both directions.
 *
 * Invariant: only issued numbers are voided (confirmed, imported, external),
 * each once.
 *
 * Locks: the row lock of the number, waited for at most docnum.lock_timeout;
 * docnum_replace takes the scope's lock before it, as whoever gives a number
 * and then touches another does.
 *
 * Memory: current context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "access/xact.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/snapmgr.h"

#include "allocate.h"
#include "audit.h"
#include "debug_point.h"
#include "docnum.h"
#include "face.h"
#include "installation.h"
#include "locate.h"
#include "lock_wait.h"
#include "transaction.h"
#include "void.h"

/*
 * check_issued raises NB010 unless the number is one that can be voided.
 */
static void
check_issued(const char *number, NumberState state)
{
	if (state == STATE_CONFIRMED || state == STATE_IMPORTED || state == STATE_EXTERNAL)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_DOCNUM_WRONG_STATE),
			 errmsg("document number \"%s\" cannot be voided: it is %s", number,
					catalog_state_names[state]),
			 errdetail("Only issued numbers are voided, each once."),
			 state == STATE_RESERVED
			 ? errhint("A reservation is cancelled: docnum_cancel(token).")
			 : errhint("docnum_history(%s) tells what became of it.", quote_literal_cstr(number))));
}

static NumberState
row_state(TupleTableSlot *row)
{
	bool		isnull;

	return catalog_state_from_oid(DatumGetObjectId(slot_getattr(row, Anum_number_state, &isnull)));
}

/*
 * void_row voids the number in row (its tts_tid says where it is), after
 * waiting for whoever is changing it.  related: the number that replaces it,
 * or NULL; detail: more for the log, or NULL.  Raises NB003, NB010.
 */
void
void_row(const Ledger *ledger, TupleTableSlot *row, const char *reason,
		 const char *related, Jsonb *detail)
{
	AuditIntent intent = {"VOID", 0, NULL, NULL};
	TupleTableSlot *changed = table_slot_create(ledger->table, NULL);
	char	   *number;
	bool		isnull;

	if (!ledger_lock_row(ledger, row))
		elog(ERROR, "number has vanished from the ledger");
	DEBUG_POINT("number_locked");
	number = TextDatumGetCString(slot_getattr(row, Anum_number_document_number, &isnull));
	check_issued(number, row_state(row));

	intent.at = GetCurrentTimestamp();
	intent.metadata = audit_metadata(detail, "reason", reason, "related_number", related, NULL);
	ledger_change_state(ledger, row, STATE_VOIDED, NULL, intent.at, changed);
	audit_updated(ledger->table, row, changed, &intent);
	ExecDropSingleTupleTableSlot(changed);
}

static void
open_ledger(void *arg)
{
	installation_note_write();
	ledger_open(arg, RowExclusiveLock);
	table_close(catalog_open(CATALOG_AUDIT_LOG, RowExclusiveLock), NoLock);
}

/*
 * void_number voids the number at a place.
 */
static void
void_number(const NumberPlace *place, const char *reason, const char *related)
{
	Ledger		ledger;
	TupleTableSlot *row;

	transaction_took_number();
	CommandCounterIncrement();
	lock_wait_for_tables(open_ledger, &ledger);
	row = table_slot_create(ledger.table, NULL);
	row->tts_tid = place->tid;
	void_row(&ledger, row, reason, related, NULL);
	ExecDropSingleTupleTableSlot(row);
	ledger_close(&ledger);
}

/*
 * state_at reads the state of a number, unlocked.
 */
static NumberState
state_at(const NumberPlace *place)
{
	Ledger		ledger;
	TupleTableSlot *row;
	ItemPointerData tid = place->tid;
	NumberState state;

	ledger_open(&ledger, AccessShareLock);
	row = table_slot_create(ledger.table, NULL);
	if (!table_tuple_fetch_row_version(ledger.table, &tid, SnapshotAny, row))
		elog(ERROR, "number has vanished from the ledger");
	state = row_state(row);
	ExecDropSingleTupleTableSlot(row);
	ledger_close(&ledger);
	return state;
}

/*
 * scope_object returns the values of the dimensions that a number was given
 * for, as scope_value takes them; NULL if the type has none, or if the number
 * does not tell.
 */
static Jsonb *
scope_object(const NumberPlace *place, const DocumentType *type)
{
	ScopeValue	values[SCOPE_MAX_DIMENSIONS];
	char		buffer[SCOPE_TEXT_SIZE];
	StringInfoData json;

	if (type->scope.ndimensions == 0 ||
		!scope_values_of(&type->scope, locate_scope(place), values, buffer))
		return NULL;
	initStringInfo(&json);
	for (int i = 0; i < type->scope.ndimensions; i++)
	{
		appendStringInfoChar(&json, i == 0 ? '{' : ',');
		escape_json(&json, type->scope.name[i]);
		appendStringInfoChar(&json, ':');
		escape_json(&json, pnstrdup(values[i].text, values[i].bytes));
	}
	appendStringInfoChar(&json, '}');
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data)));
}

/*
 * replace_number gives a new number in the scope of the old one, and voids
 * that.  Returns the new one.
 */
static char *
replace_number(const NumberName *name, const NumberPlace *place, const char *reason,
			   bool has_date, DateADT date)
{
	AllocationRequest request = {0};
	Allocation	allocation;

	check_issued(name->document_number, state_at(place));
	request.target.document_type = place->document_type;
	request.target.scope.object = scope_object(place, document_type_get(place->document_type));
	request.target.has_date = has_date;
	request.target.date = date;
	request.state = STATE_CONFIRMED;
	request.operation = "REPLACE";
	request.related_number = name->document_number;
	request.reason = reason;
	allocate(&request, &allocation);
	DEBUG_POINT("replacement_given");
	void_number(place, reason, allocation.document_number);
	return allocation.document_number;
}

/*----------------------------------------------------------------------
 * SQL-callable functions
 *----------------------------------------------------------------------
 */

PG_FUNCTION_INFO_V1(docnum_void);
PG_FUNCTION_INFO_V1(docnum_replace);

/*
 * read_name decodes how both functions name a number, and finds it.
 */
static void
read_name(FunctionCallInfo fcinfo, NumberName *name, NumberPlace *place)
{
	name->document_number = face_text(fcinfo, 0, "document_number");
	name->document_type = face_optional_text(fcinfo, 2);
	name->scope = face_optional_text(fcinfo, 3);
	locate_number(name, PRIVILEGE_VOID, place);
}

/*
 * docnum_void(document_number, reason, document_type, scope) -> boolean
 */
Datum
docnum_void(PG_FUNCTION_ARGS)
{
	NumberName	name;
	NumberPlace place;
	char	   *reason;

	face_begin_write("docnum_void()");
	reason = face_reason(fcinfo, 1);
	read_name(fcinfo, &name, &place);
	void_number(&place, reason, NULL);
	PG_RETURN_BOOL(true);
}

/*
 * docnum_replace(document_number, reason, document_type, scope, document_date)
 *	   -> text
 */
Datum
docnum_replace(PG_FUNCTION_ARGS)
{
	NumberName	name;
	NumberPlace place;
	char	   *reason;
	DateADT		date = 0;
	bool		has_date;

	face_begin_write("docnum_replace()");
	reason = face_reason(fcinfo, 1);
	has_date = face_date(fcinfo, 4, &date);
	read_name(fcinfo, &name, &place);
	PG_RETURN_TEXT_P(cstring_to_text(replace_number(&name, &place, reason, has_date, date)));
}

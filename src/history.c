/*-------------------------------------------------------------------------
 *
 * history.c
 *	  Which number a text names, for those who may audit it.
 *
 * docnum_history itself is SQL: the log's rows of the number that docnum.locate
 * finds, under row-level security.
 *
 * Invariant: a number of a type that the role may not audit is told from an
 * unknown one by nothing.
 *
 * Memory: current context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "catalog/pg_collation.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/snapmgr.h"

#include "counter.h"
#include "docnum.h"
#include "face.h"
#include "ledger.h"
#include "privilege.h"

/* What is looked for, and what was found. */
typedef struct Search
{
	const char *document_number;
	const char *document_type;	/* or NULL */
	const char *scope;			/* or NULL */
	int			found;
	bool		has_counter;
	int64		counter_id;
	int64		value;
} Search;

/*
 * matches: is the row one that is looked for, and may the role audit it?
 */
static bool
matches(const Search *search, TupleTableSlot *row)
{
	bool		isnull;
	char	   *type = TextDatumGetCString(slot_getattr(row, Anum_number_document_type, &isnull));
	int64		counter_id;

	if (search->document_type != NULL && strcmp(type, search->document_type) != 0)
		return false;
	if (!privilege_has(GetUserId(), PRIVILEGE_AUDIT, type))
		return false;
	if (search->scope == NULL)
		return true;
	counter_id = DatumGetInt64(slot_getattr(row, Anum_number_counter_id, &isnull));
	return !isnull && strcmp(counter_scope_of(counter_id), search->scope) == 0;
}

/*
 * search_ledger goes through the rows with the text, as the newest snapshot
 * shows them.
 */
static void
search_ledger(Search *search)
{
	Ledger		ledger;
	Relation	index;
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	ScanKeyData key;
	Probe		probe;

	ledger_open(&ledger, AccessShareLock);
	index = catalog_open_index(ledger.table, Anum_number_document_number, false, AccessShareLock);
	ScanKeyEntryInitialize(&key, 0, 1, BTEqualStrategyNumber, InvalidOid,
						   C_COLLATION_OID, F_TEXTEQ,
						   CStringGetTextDatum(search->document_number));
	probe_begin_as_of(&probe, ledger.table, index, &key, 1, snapshot);
	while (probe_next(&probe, ForwardScanDirection))
	{
		bool		isnull;

		if (!matches(search, probe.slot))
			continue;
		search->found++;
		search->counter_id = DatumGetInt64(slot_getattr(probe.slot, Anum_number_counter_id, &isnull));
		search->has_counter = !isnull;
		search->value = DatumGetInt64(slot_getattr(probe.slot, Anum_number_value, &isnull));
	}
	probe_end(&probe);
	index_close(index, AccessShareLock);
	ledger_close(&ledger);
	UnregisterSnapshot(snapshot);
}

/*
 * check_access: the role may audit the type that was named, or at least one.
 */
static void
check_access(const char *document_type)
{
	if (document_type != NULL)
	{
		(void) document_type_get(document_type);
		privilege_check(PRIVILEGE_AUDIT, document_type);
	}
	else if (!privilege_has_any(GetUserId(), PRIVILEGE_AUDIT))
		privilege_check(PRIVILEGE_AUDIT, NULL);
}

/*----------------------------------------------------------------------
 * SQL-callable functions
 *----------------------------------------------------------------------
 */

PG_FUNCTION_INFO_V1(docnum_locate);

/*
 * docnum.locate(document_number, document_type, scope) -> (counter_id, value)
 * Raises NB001, NB015, NB016, 42501.
 */
Datum
docnum_locate(PG_FUNCTION_ARGS)
{
	Search		search = {0};
	Datum		values[2];
	bool		isnull[2];

	search.document_number = face_text(fcinfo, 0, "document_number");
	search.document_type = face_optional_text(fcinfo, 1);
	search.scope = face_optional_text(fcinfo, 2);
	check_access(search.document_type);
	search_ledger(&search);

	if (search.found == 0)
		ereport(ERROR,
				(errcode(ERRCODE_DOCNUM_NOT_FOUND),
				 errmsg("document number \"%s\" not found", search.document_number),
				 errdetail("No number of that text is in the ledger%s%s%s, among those you may audit.",
						   search.document_type ? " for document type \"" : "",
						   search.document_type ? search.document_type : "",
						   search.document_type ? "\"" : ""),
				 errhint("Write it exactly as it was given; case and padding matter.")));
	if (search.found > 1)
		ereport(ERROR,
				(errcode(ERRCODE_DOCNUM_AMBIGUOUS),
				 errmsg("document number \"%s\" is ambiguous", search.document_number),
				 errdetail("%d numbers have that text, in scopes of their own.", search.found),
				 errhint("Name document_type and scope too; docnum.number lists them.")));

	values[0] = Int64GetDatum(search.counter_id);
	values[1] = Int64GetDatum(search.value);
	isnull[0] = isnull[1] = !search.has_counter;
	PG_RETURN_DATUM(face_row(fcinfo, values, isnull));
}

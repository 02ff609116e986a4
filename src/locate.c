/*-------------------------------------------------------------------------
 *
 * locate.c
 *	  Which number of the ledger a text names.
 *
 * Numbers are named by their text, as they stand on the document.  A text that
 * is unique per scope only can name several; document type and scope tell them
 * apart.  Only numbers of types on which the role has the privilege asked for
 * are found: of others nothing is said, not even that they are there.
 *
 * Locks: AccessShareLock on the ledger.  What is committed by now, or this
 * transaction's own, is read, without a snapshot that would leave predicate
 * locks; the caller locks the row and looks again where it matters.
 *
 * Memory: current context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "catalog/pg_collation.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/snapmgr.h"

#include "docnum.h"
#include "locate.h"

#define SHOWN_BYTES 200

/*
 * read_place takes over what a row of the ledger says.
 */
static void
read_place(NumberPlace *place, TupleTableSlot *row)
{
	bool		isnull;

	place->tid = row->tts_tid;
	place->document_type =
		TextDatumGetCString(slot_getattr(row, Anum_number_document_type, &isnull));
	place->uniqueness_id = DatumGetInt64(slot_getattr(row, Anum_number_uniqueness_id, &isnull));
	place->value = DatumGetInt64(slot_getattr(row, Anum_number_value, &isnull));
	place->counter_id = DatumGetInt64(slot_getattr(row, Anum_number_counter_id, &isnull));
	place->external = isnull;
}

/*
 * locate_scope returns the canonical scope of a number: of its counter, or for
 * an external one the scope that it is unique in; "" for GLOBAL.
 */
char *
locate_scope(const NumberPlace *place)
{
	int64		counter_id = place->external ? place->uniqueness_id : place->counter_id;

	return counter_id == 0 ? "" : counter_scope_of(counter_id);
}

/*
 * matches: is the place one that is looked for, and has the role the privilege?
 */
static bool
matches(const NumberName *name, Privilege privilege, const NumberPlace *place)
{
	if (name->document_type != NULL && strcmp(place->document_type, name->document_type) != 0)
		return false;
	if (!privilege_has(GetUserId(), privilege, place->document_type))
		return false;
	return name->scope == NULL || strcmp(locate_scope(place), name->scope) == 0;
}

/*
 * scan goes through the rows with the text; returns how many match, place is
 * the last of them.  Sets how many dead entries were passed.
 */
static int
scan(const NumberName *name, Privilege privilege, const Ledger *ledger, Relation index,
	 NumberPlace *place, int *passed)
{
	ScanKeyData key;
	Probe		probe;
	int			found = 0;

	ScanKeyEntryInitialize(&key, 0, 1, BTEqualStrategyNumber, InvalidOid, C_COLLATION_OID,
						   F_TEXTEQ, CStringGetTextDatum(name->document_number));
	probe_begin_as_of(&probe, ledger->table, index, &key, 1, SnapshotSelf);
	while (probe_next(&probe, ForwardScanDirection))
	{
		NumberPlace candidate;

		read_place(&candidate, probe.slot);
		if (!matches(name, privilege, &candidate))
			continue;
		/* A number that changed meanwhile can be met in both versions. */
		if (found == 0 || candidate.uniqueness_id != place->uniqueness_id)
			found++;
		*place = candidate;
	}
	*passed = probe.dead;
	probe_end(&probe);
	return found;
}

/*
 * search looks for the rows with the text, see scan.
 */
static int
search(const NumberName *name, Privilege privilege, NumberPlace *place)
{
	Ledger		ledger;
	Relation	index;
	int			found;
	int			passed_before;
	int			passed = 0;

	ledger_open(&ledger, AccessShareLock);
	index = catalog_open_index(ledger.table, Anum_number_document_number, false, AccessShareLock);

	/* A row that was being updated may have been missed, see probe.c. */
	do
	{
		passed_before = passed;
		found = scan(name, privilege, &ledger, index, place, &passed);
	} while (found == 0 && passed != passed_before);
	index_close(index, AccessShareLock);
	ledger_close(&ledger);
	return found;
}

/*
 * shown returns a text that is no number as far as a message needs it.
 */
static char *
shown(const char *text)
{
	return pnstrdup(text, pg_mbcliplen(text, (int) strlen(text), SHOWN_BYTES));
}

/*
 * locate_number finds the one number that a text names.  Raises NB001, NB015,
 * NB016, and 42501 where the role has the privilege on no type, or not on the
 * one that was named.
 */
void
locate_number(const NumberName *name, Privilege privilege, NumberPlace *place)
{
	int			found;

	if (name->document_type != NULL)
	{
		(void) document_type_get(name->document_type);
		privilege_check(privilege, name->document_type);
	}
	else if (!privilege_has_any(GetUserId(), privilege))
		privilege_check(privilege, NULL);

	found = search(name, privilege, place);
	if (found == 0)
		ereport(ERROR,
				(errcode(ERRCODE_DOCNUM_NOT_FOUND),
				 errmsg("document number \"%s\" not found", shown(name->document_number)),
				 errdetail("No number of that text is in the ledger%s%s%s, among those on which you have \"%s\".",
						   name->document_type ? " for document type \"" : "",
						   name->document_type ? name->document_type : "",
						   name->document_type ? "\"" : "", privilege_names[privilege]),
				 errhint("Write it exactly as it was given; case and padding matter.")));
	if (found > 1)
		ereport(ERROR,
				(errcode(ERRCODE_DOCNUM_AMBIGUOUS),
				 errmsg("document number \"%s\" is ambiguous", name->document_number),
				 errdetail("%d numbers have that text, in scopes of their own.", found),
				 errhint("Name document_type and scope too; docnum.number lists them.")));
}

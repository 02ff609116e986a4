/*-------------------------------------------------------------------------
 *
 * attach_number.c
 *	  Numbers and the rows that bear them: which number a row may bear, and
 *	  whether another row does.
 *
 * Docnum's tables and the user's are read with dirty snapshots, so that the
 * answers hold under any isolation level.  A fresh number is borne by nobody.
 * The row of the ledger of one that a row brings along is locked to the end of
 * the transaction, so that nobody voids or cancels it meanwhile, and no other
 * row gets it: the unique index of the table sees to that, and where it cannot
 * see every row (partitions, several tables of one document type), the tables
 * are looked through.
 *
 * Locks: ledger RowExclusive; tables looked through AccessShare.
 * Memory: current context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/partition.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_inherits.h"
#include "miscadmin.h"
#include "nodes/primnodes.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/relcache.h"

#include "attach.h"
#include "docnum.h"
#include "installation.h"

NumberState
attach_state_of(TupleTableSlot *row)
{
	bool		isnull;

	return catalog_state_from_oid(DatumGetObjectId(slot_getattr(row, Anum_number_state, &isnull)));
}

/*
 * attach_scope_of returns the counter in whose scope alone the text of a
 * number of the ledger is unique; 0: in the whole ledger.
 */
int64
attach_scope_of(TupleTableSlot *row)
{
	bool		isnull;

	return DatumGetInt64(slot_getattr(row, Anum_number_uniqueness_id, &isnull));
}

/*
 * attach_lock_number locks a number's row of the ledger to the end of the
 * transaction and reads it anew; false if it is gone.  Raises NB003.
 */
bool
attach_lock_number(const Ledger *ledger, TupleTableSlot *row)
{
	/* What the current command wrote so far must be open to change. */
	CommandCounterIncrement();
	return ledger_lock_row(ledger, row);
}

/*
 * is_of: is the row of the ledger one of that type, and, if a counter is
 * given, of that?
 */
static bool
is_of(TupleTableSlot *row, const char *document_type, int64 counter_id)
{
	bool		isnull;
	Datum		type = slot_getattr(row, Anum_number_document_type, &isnull);
	Datum		counter;

	if (strcmp(TextDatumGetCString(type), document_type) != 0)
		return false;
	if (counter_id == 0)
		return true;
	counter = slot_getattr(row, Anum_number_counter_id, &isnull);
	return isnull || DatumGetInt64(counter) == counter_id;
}

/*
 * attach_find_number looks for a number in the ledger and copies its row into
 * row.  Returns how many the type has (texts that are unique per scope can be
 * there more than once, of which row is the first), not counting another open
 * transaction's.  counter_id: only that counter's, or 0.
 */
int
attach_find_number(const Ledger *ledger, const char *document_type, const char *number,
				   int64 counter_id, TupleTableSlot *row)
{
	Relation	index = catalog_open_index(ledger->table, Anum_number_document_number, false,
										   ledger->mode);
	ScanKeyData key;
	Probe		probe;
	int			found;
	int			passed_before;
	int			passed = 0;

	ScanKeyEntryInitialize(&key, 0, 1, BTEqualStrategyNumber, InvalidOid, C_COLLATION_OID,
						   F_TEXTEQ, CStringGetTextDatum(number));

	/* A row that was being updated may have been missed, see probe.c. */
	do
	{
		passed_before = passed;
		found = 0;
		probe_begin(&probe, ledger->table, index, &key, 1);
		while (probe_next(&probe, ForwardScanDirection))
		{
			if (TransactionIdIsValid(probe_inserter(&probe)) ||
				!is_of(probe.slot, document_type, counter_id))
				continue;
			if (found++ > 0)
				continue;
			ExecCopySlot(row, probe.slot);
			row->tts_tid = probe.slot->tts_tid;
		}
		passed = probe.dead;
		probe_end(&probe);
	} while (found == 0 && passed != passed_before);
	index_close(index, ledger->mode);
	return found;
}

/*
 * attach_identify finds the number that a row bears: where the type has
 * several of that text, the one of the row's scope.
 */
bool
attach_identify(const Ledger *ledger, const TargetRequest *request, const char *number,
				TupleTableSlot *row)
{
	Target		target;
	int			found = attach_find_number(ledger, request->document_type, number, 0, row);

	if (found < 2)
		return found == 1;
	target_resolve(request, &target);
	return attach_find_number(ledger, request->document_type, number,
							  target.counter->id, row) == 1;
}

/*
 * covers_numbers: has the index no predicate, or only "number IS NOT NULL"?
 */
static bool
covers_numbers(Relation index, AttrNumber column)
{
	List	   *predicate = RelationGetIndexPredicate(index);
	NullTest   *test;

	if (predicate == NIL)
		return true;
	test = linitial(predicate);
	return list_length(predicate) == 1 && IsA(test, NullTest) &&
		test->nulltesttype == IS_NOT_NULL && IsA(test->arg, Var) &&
		((Var *) test->arg)->varattno == column;
}

/*
 * attach_open_number_index opens a btree whose first column is the number's; a
 * unique one on it alone, if so asked.  NULL if there is none.
 */
Relation
attach_open_number_index(Relation rel, AttrNumber column, bool unique, LOCKMODE mode)
{
	List	   *indexes = RelationGetIndexList(rel);
	ListCell   *cell;

	foreach(cell, indexes)
	{
		Relation	index = index_open(lfirst_oid(cell), mode);
		Form_pg_index form = index->rd_index;

		if (form->indisvalid && form->indisready && index->rd_rel->relam == BTREE_AM_OID &&
			form->indkey.values[0] == column && covers_numbers(index, column) &&
			(!unique || (form->indisunique && form->indimmediate && form->indnkeyatts == 1)))
		{
			list_free(indexes);
			return index;
		}
		index_close(index, mode);
	}
	list_free(indexes);
	return NULL;
}

/*
 * scope_of_row returns the counter of a row's scope; 0 where the row does not
 * say.
 */
static int64
scope_of_row(const Attachment *attachment, Relation rel, TupleTableSlot *slot)
{
	TargetRequest request;
	Target		target;

	attach_request(attachment, rel, ExecFetchSlotHeapTuple(slot, false, NULL), &request);
	for (int i = 0; i < request.scope.nnamed; i++)
	{
		if (request.scope.values[i] == NULL)
			return 0;
	}
	target_resolve(&request, &target);
	return target.counter->id;
}

/*
 * bears: has the table a live row with that number (NULL: with any), of an open
 * transaction too?  counter_id: only of that scope, or 0.
 */
static bool
bears(const Attachment *attachment, Relation rel, const char *number, int64 counter_id)
{
	Relation	index = attach_open_number_index(rel, attachment->number, false, AccessShareLock);
	ScanKeyData key;
	Probe		probe;
	int			passed_before = 0;
	int			passed = 0;
	bool		found = false;

	if (index == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DOCNUM_WRONG_STATE),
				 errmsg("table \"%s\" has lost the index on its numbers",
						RelationGetRelationName(rel)),
				 errdetail("docnum looks up there which row bears a number."),
				 errhint("Create an index on column \"%s\" again.",
						 NameStr(TupleDescAttr(RelationGetDescr(rel),
											   attachment->number - 1)->attname))));
	if (number != NULL)
		ScanKeyEntryInitialize(&key, 0, 1, BTEqualStrategyNumber, InvalidOid,
							   index->rd_indcollation[0], F_TEXTEQ, CStringGetTextDatum(number));
	else
		ScanKeyEntryInitialize(&key, SK_ISNULL | SK_SEARCHNOTNULL, 1, InvalidStrategy,
							   InvalidOid, InvalidOid, InvalidOid, (Datum) 0);

	/* A row that was being updated may have been missed, see probe.c. */
	do
	{
		passed_before = passed;
		probe_begin(&probe, rel, index, &key, 1);
		while (!found && probe_next(&probe, ForwardScanDirection))
		{
			int64		scope = counter_id ? scope_of_row(attachment, rel, probe.slot) : 0;

			found = scope == 0 || scope == counter_id;
		}
		passed = probe.dead;
		probe_end(&probe);
	} while (!found && passed != passed_before);
	index_close(index, AccessShareLock);
	return found;
}

/*
 * attach_tables lists the tables that hold the rows of an attached one: itself,
 * or its partitions.
 */
List *
attach_tables(Oid target)
{
	char		kind = get_rel_relkind(target);
	List	   *tables = NIL;
	ListCell   *cell;

	if (kind != RELKIND_PARTITIONED_TABLE)
		return kind == RELKIND_RELATION ? list_make1_oid(target) : NIL;
	foreach(cell, find_all_inheritors(target, AccessShareLock, NULL))
	{
		if (get_rel_relkind(lfirst_oid(cell)) == RELKIND_RELATION)
			tables = lappend_oid(tables, lfirst_oid(cell));
	}
	return tables;
}

/*
 * search_tables looks through the tables of one attachment for a row with that
 * number, or with any (NULL).  known tells whether there was anything to look
 * through: the table may be gone, or detached.
 */
static bool
search_tables(Oid target, int32 id, const char *number, int64 counter_id, bool *known)
{
	List	   *tables = attach_tables(target);
	ListCell   *cell;
	bool		found = false;

	*known = false;
	foreach(cell, tables)
	{
		Relation	rel = try_relation_open(lfirst_oid(cell), AccessShareLock);
		const Attachment *attachment;

		if (rel == NULL)
			continue;
		attachment = attach_find(rel, id);
		if (attachment != NULL)
		{
			*known = true;
			found = bears(attachment, rel, number, counter_id);
		}
		relation_close(rel, NoLock);
		if (found)
			break;
	}
	return found;
}

/*
 * attach_is_borne: does a row of the attached table bear the number?  Where
 * that cannot be known any more, it does.  counter_id: where the text is unique
 * only in the scope of that, or 0.
 */
bool
attach_is_borne(Oid target, int32 id, const char *number, int64 counter_id)
{
	bool		known;
	bool		found = search_tables(target, id, number, counter_id, &known);

	return found || !known;
}

/*
 * attach_has_numbers: has any row of the attached table a number?
 */
bool
attach_has_numbers(const Attachment *attachment)
{
	bool		known;

	return search_tables(attachment->target, attachment->id, NULL, 0, &known);
}

/*
 * check_borne raises 23505 if a row that the table's own unique index does not
 * see bears the number.  The caller has locked the number.
 */
static void
check_borne(const List *rows, const char *number, int64 counter_id)
{
	ListCell   *cell;

	foreach(cell, rows)
	{
		const AttachmentRow *row = lfirst(cell);
		bool		known;

		if (search_tables(row->target, row->id, number, counter_id, &known))
			ereport(ERROR,
					(errcode(ERRCODE_UNIQUE_VIOLATION),
					 errmsg("number %s is borne by another row", number),
					 errdetail("Table \"%s\", attached to document type \"%s\", has a row with it.",
							   get_rel_name(row->target), row->document_type),
					 errhint("Leave the number out: the row gets one of its own.")));
	}
}

/*
 * refuse_number raises NB010 for a number that a row may not bear.
 */
static void
refuse_number(const Attachment *attachment, const char *number, const char *why)
{
	ereport(ERROR,
			(errcode(ERRCODE_DOCNUM_WRONG_STATE),
			 errmsg("number %s cannot be given to a row", number),
			 errdetail("%s Table \"%s\" is attached to document type \"%s\".", why,
					   get_rel_name(attachment->target), attachment->document_type),
			 errhint("Leave the number out, or reserve it, insert the row, confirm, and commit.")));
}

/*
 * check_reserved: the number is reserved; by this role, and it will be
 * confirmed by the end of the transaction?
 */
static void
check_reserved(const Attachment *attachment, const char *number, TupleTableSlot *row)
{
	Relation	reservations = catalog_open(CATALOG_RESERVATION, AccessShareLock);
	Relation	index = catalog_open_index(reservations, Anum_reservation_expires_at, true,
										   AccessShareLock);
	bool		isnull;
	int64		counter_id = DatumGetInt64(slot_getattr(row, Anum_number_counter_id, &isnull));
	int64		value = DatumGetInt64(slot_getattr(row, Anum_number_value, &isnull));
	Oid			role = InvalidOid;
	Probe		probe;

	probe_begin(&probe, reservations, index, NULL, 0);
	while (!OidIsValid(role) && probe_next(&probe, ForwardScanDirection))
	{
		if (DatumGetInt64(slot_getattr(probe.slot, Anum_reservation_counter_id, &isnull)) == counter_id &&
			DatumGetInt64(slot_getattr(probe.slot, Anum_reservation_value, &isnull)) == value)
			role = DatumGetObjectId(slot_getattr(probe.slot, Anum_reservation_role_oid, &isnull));
	}
	probe_end(&probe);
	index_close(index, AccessShareLock);
	table_close(reservations, NoLock);
	if (!OidIsValid(role) || !has_privs_of_role(GetUserId(), role))
		refuse_number(attachment, number, "It is reserved, but not by this role.");
	attach_note_reserved(attachment, counter_id, value, attach_scope_of(row), number);
}

/*
 * is_own: did this transaction write the row?  Then nobody else can change it.
 */
static bool
is_own(TupleTableSlot *row)
{
	HeapTuple	tuple = ExecFetchSlotHeapTuple(row, false, NULL);

	return TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetXmin(tuple->t_data));
}

/*
 * index_decides: does an index of the table see to it that no two rows bear a
 * number?
 */
static bool
index_decides(const Attachment *attachment, Relation rel)
{
	Relation	index = rel->rd_rel->relispartition ? NULL :
	attach_open_number_index(rel, attachment->number, true, AccessShareLock);

	if (index == NULL)
		return false;
	index_close(index, AccessShareLock);
	return true;
}

/*
 * attach_check_given checks a number that a row brings along: it is in the
 * ledger for the type, stands for a document or is reserved by this role, and
 * no other row bears it (unless the row is stored already: then the index has
 * seen to that).  Raises NB010, 23505, NB003.
 */
void
attach_check_given(Relation rel, const Attachment *attachment,
				   const TargetRequest *request, const char *number, bool stored)
{
	List	   *rows = attach_rows(attachment->document_type);
	TupleTableSlot *row;
	Ledger		ledger;

	ledger_open(&ledger, RowExclusiveLock);
	row = table_slot_create(ledger.table, NULL);
	if (!attach_identify(&ledger, request, number, row))
	{
		/* Rows of a dump can be there before the ledger is. */
		if (installation_is_virgin())
		{
			ExecDropSingleTupleTableSlot(row);
			ledger_close(&ledger);
			return;
		}
		refuse_number(attachment, number, "The ledger does not have it for that type.");
	}
	if (!is_own(row) && !attach_lock_number(&ledger, row))
		refuse_number(attachment, number, "The ledger does not have it for that type.");
	if (!stored && (list_length(rows) > 1 || !index_decides(attachment, rel)))
		check_borne(rows, number, attach_scope_of(row));
	switch (attach_state_of(row))
	{
		case STATE_CONFIRMED:
		case STATE_IMPORTED:
		case STATE_EXTERNAL:
			break;
		case STATE_RESERVED:
			check_reserved(attachment, number, row);
			break;
		default:
			refuse_number(attachment, number,
						  psprintf("Its state is %s.", catalog_state_names[attach_state_of(row)]));
	}
	ExecDropSingleTupleTableSlot(row);
	ledger_close(&ledger);
}

/*
 * names_old: is it a row of the log that says REPLACE, of that old number?
 */
static bool
names_old(TupleTableSlot *log_row, const char *old_number)
{
	bool		isnull;
	Datum		operation = slot_getattr(log_row, Anum_audit_log_operation, &isnull);
	Datum		metadata;
	JsonbValue	key;
	JsonbValue *replaces;

	if (strcmp(TextDatumGetCString(operation), "REPLACE") != 0)
		return false;
	metadata = slot_getattr(log_row, Anum_audit_log_metadata, &isnull);
	if (isnull)
		return false;
	key.type = jbvString;
	key.val.string.val = "related_number";
	key.val.string.len = strlen("related_number");
	replaces = findJsonbValueFromContainer(&DatumGetJsonbP(metadata)->root, JB_FOBJECT, &key);
	return replaces != NULL && replaces->type == jbvString &&
		(size_t) replaces->val.string.len == strlen(old_number) &&
		memcmp(replaces->val.string.val, old_number, replaces->val.string.len) == 0;
}

/*
 * attach_was_replaced: has docnum_replace given the new number for the old one?
 * The log says so.
 */
bool
attach_was_replaced(const char *document_type, const char *old_number, const char *new_number)
{
	Ledger		ledger;
	TupleTableSlot *row;
	Relation	log;
	Relation	index;
	ScanKeyData keys[2];
	Probe		probe;
	bool		isnull[2] = {true, true};
	bool		found = false;

	ledger_open(&ledger, AccessShareLock);
	row = table_slot_create(ledger.table, NULL);
	if (attach_find_number(&ledger, document_type, new_number, 0, row) > 0 &&
		attach_state_of(row) == STATE_CONFIRMED)
	{
		ScanKeyInit(&keys[0], 1, BTEqualStrategyNumber, F_INT8EQ,
					slot_getattr(row, Anum_number_counter_id, &isnull[0]));
		ScanKeyInit(&keys[1], 2, BTEqualStrategyNumber, F_INT8EQ,
					slot_getattr(row, Anum_number_value, &isnull[1]));
	}
	if (!isnull[0] && !isnull[1])
	{
		log = catalog_open(CATALOG_AUDIT_LOG, AccessShareLock);
		index = catalog_open_index(log, Anum_audit_log_counter_id, false, AccessShareLock);
		probe_begin(&probe, log, index, keys, 2);
		while (!found && probe_next(&probe, ForwardScanDirection))
			found = !TransactionIdIsValid(probe_inserter(&probe)) &&
				names_old(probe.slot, old_number);
		probe_end(&probe);
		index_close(index, AccessShareLock);
		table_close(log, NoLock);
	}
	ExecDropSingleTupleTableSlot(row);
	ledger_close(&ledger);
	return found;
}

/*-------------------------------------------------------------------------
 *
 * catalog.c
 *	  docnum's own tables: found by name, opened, written.
 *
 * The only file that opens docnum's tables.  Names are resolved once and again
 * after any relcache invalidation that concerns them, so that DROP and CREATE
 * EXTENSION, renames and REINDEX pass unnoticed; an index is never remembered,
 * but taken from its table's list at each use.
 *
 * Invariants: rows written here fire no trigger of the executor; who writes
 * them fires docnum's own (audit.c).  Privileges and row security are not
 * looked at: they were checked at the door.
 *
 * Locks: the caller says which.  Every wait here, for a table, an index, the
 * log's sequence or a row, ends after docnum.lock_timeout with NB003.
 *
 * Memory: the resolved names are one static struct.  The invalidation callback
 * only moves counters and a flag in it, since it can be called from inside any
 * catalog access, our own included.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/catalog.h"
#include "catalog/dependency.h"
#include "catalog/index.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_index.h"
#include "commands/extension.h"
#include "commands/sequence.h"
#include "executor/executor.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "catalog.h"
#include "compat.h"
#include "docnum.h"
#include "lock_wait.h"
#include "settings.h"

static const char *const table_names[CATALOG_TABLES] = {
	[CATALOG_DOCUMENT_TYPE] = "document_type",
	[CATALOG_COUNTER] = "counter",
	[CATALOG_NUMBER] = "number",
	[CATALOG_RANGE] = "range",
	[CATALOG_RESERVATION] = "reservation",
	[CATALOG_PRIVILEGE] = "privilege",
	[CATALOG_AUDIT_LOG] = "audit_log",
	[CATALOG_INSTALLATION] = "installation",
	[CATALOG_ATTACHMENT] = "attachment",
};

const char *const catalog_state_names[NUMBER_STATES] = {
	[STATE_RESERVED] = "reserved",
	[STATE_CONFIRMED] = "confirmed",
	[STATE_CANCELLED] = "cancelled",
	[STATE_EXPIRED] = "expired",
	[STATE_VOIDED] = "voided",
	[STATE_IMPORTED] = "imported",
	[STATE_EXTERNAL] = "external",
};

/* columns that docnum knows of */
static const int table_columns[CATALOG_TABLES] = {
	[CATALOG_DOCUMENT_TYPE] = Natts_document_type,
	[CATALOG_COUNTER] = Natts_counter,
	[CATALOG_NUMBER] = Natts_number,
	[CATALOG_RANGE] = Natts_range,
	[CATALOG_RESERVATION] = Natts_reservation,
	[CATALOG_PRIVILEGE] = Natts_privilege,
	[CATALOG_AUDIT_LOG] = Natts_audit_log,
	[CATALOG_INSTALLATION] = Natts_installation,
	[CATALOG_ATTACHMENT] = Natts_attachment,
};

static struct
{
	bool		valid;			/* cleared by the invalidation callback */
	Oid			table[CATALOG_TABLES];
	Oid			audit_sequence;
	Oid			state[NUMBER_STATES];
	Oid			extension_owner;
	uint64		definitions_version;
	uint64		privileges_version;
	uint64		ranges_version;
	uint64		attachments_version;
}			catalog;

/*
 * relation_changed is the relcache callback: notes that a table of ours, or
 * any table at all, may have changed.
 */
static void
relation_changed(Datum arg, Oid relid)
{
	for (int i = 0; i < CATALOG_TABLES; i++)
	{
		if (relid == InvalidOid || relid == catalog.table[i])
			catalog.valid = false;
	}
	if (relid == InvalidOid || relid == catalog.table[CATALOG_DOCUMENT_TYPE])
		catalog.definitions_version++;
	if (relid == InvalidOid || relid == catalog.table[CATALOG_PRIVILEGE])
		catalog.privileges_version++;
	if (relid == InvalidOid || relid == catalog.table[CATALOG_RANGE])
		catalog.ranges_version++;
	if (relid == InvalidOid || relid == catalog.table[CATALOG_ATTACHMENT])
		catalog.attachments_version++;
}

/*
 * catalog_init registers the callback; once per process.
 */
void
catalog_init(void)
{
	catalog.definitions_version = 1;
	catalog.privileges_version = 1;
	catalog.ranges_version = 1;
	catalog.attachments_version = 1;
	CacheRegisterRelcacheCallback(relation_changed, (Datum) 0);
}

/*
 * read_extension_owner returns the owner of the extension.
 */
static Oid
read_extension_owner(Oid extension)
{
	Relation	rel = table_open(ExtensionRelationId, AccessShareLock);
	SysScanDesc scan;
	ScanKeyData key;
	HeapTuple	tuple;
	Oid			owner = InvalidOid;

	ScanKeyInit(&key, Anum_pg_extension_oid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(extension));
	scan = systable_beginscan(rel, ExtensionOidIndexId, true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
		owner = ((Form_pg_extension) GETSTRUCT(tuple))->extowner;
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return owner;
}

/*
 * check_columns refuses a table that has got or lost columns: its rows could
 * not be formed.
 */
static void
check_columns(const char *name, Oid oid, int columns)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(oid));
	int			found = -1;

	if (HeapTupleIsValid(tuple))
	{
		found = ((Form_pg_class) GETSTRUCT(tuple))->relnatts;
		ReleaseSysCache(tuple);
	}
	if (found == columns)
		return;
	catalog.valid = false;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("table \"%s.%s\" is not as docnum made it", DOCNUM_SCHEMA, name),
			 errdetail("It has %d columns, with those dropped; docnum made %d.", found, columns),
			 errhint("Columns of docnum's tables cannot be added or dropped; keep data of your own in a table of your own.")));
}

/*
 * resolve looks up every name that is needed.  Raises 42704 where docnum is
 * not installed in this database.
 */
static void
resolve(void)
{
	Oid			extension = get_extension_oid(DOCNUM_EXTENSION, true);
	Oid			schema = get_namespace_oid(DOCNUM_SCHEMA, true);
	Oid			state_type;

	if (!OidIsValid(extension) || !OidIsValid(schema))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("docnum is not installed in this database"),
				 errhint("CREATE EXTENSION docnum;")));

	/* Set first: what invalidates us while we read makes it false again. */
	catalog.valid = true;
	for (int i = 0; i < CATALOG_TABLES; i++)
	{
		catalog.table[i] = get_relname_relid(table_names[i], schema);
		if (!OidIsValid(catalog.table[i]))
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_TABLE),
					 errmsg("table \"%s.%s\" is missing", DOCNUM_SCHEMA, table_names[i]),
					 errhint("Drop and create the extension docnum, or restore it.")));
		check_columns(table_names[i], catalog.table[i], table_columns[i]);
	}
	catalog.audit_sequence = get_relname_relid("audit_log_id_seq", schema);
	state_type = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid,
								 PointerGetDatum("number_state"),
								 ObjectIdGetDatum(schema));
	for (int i = 0; i < NUMBER_STATES; i++)
		catalog.state[i] = GetSysCacheOid2(ENUMTYPOIDNAME, Anum_pg_enum_oid,
										   ObjectIdGetDatum(state_type),
										   CStringGetDatum(catalog_state_names[i]));
	catalog.extension_owner = read_extension_owner(extension);
}

static inline void
ensure_resolved(void)
{
	/* News that arrive while we read: what we read then is new enough. */
	for (int i = 0; i < 2 && unlikely(!catalog.valid); i++)
		resolve();
}

/*
 * timed_out raises NB003 for a wait that docnum.lock_timeout ended.
 */
static void
timed_out(const char *what, Oid oid)
{
	ereport(ERROR,
			(errcode(ERRCODE_DOCNUM_LOCK_TIMEOUT),
			 errmsg("docnum's tables are busy: waited %d ms for %s \"%s.%s\"",
					settings_lock_timeout, what, DOCNUM_SCHEMA, get_rel_name(oid)),
			 errdetail("Another transaction changes definitions or grants, or an administrator has locked it."),
			 errhint("Try again when it has ended; docnum.lock_timeout sets how long to wait.")));
}

typedef struct RelationLock
{
	Oid			oid;
	LOCKMODE	mode;
} RelationLock;

static void
wait_for_relation(void *arg)
{
	RelationLock *lock = arg;

	LockRelationOid(lock->oid, lock->mode);
}

/*
 * lock_relation locks a table, an index or a sequence; bounded.
 */
static void
lock_relation(Oid oid, LOCKMODE mode)
{
	RelationLock lock = {oid, mode};

	if (unlikely(!ConditionalLockRelationOid(oid, mode)) &&
		!lock_wait_bounded(wait_for_relation, &lock))
		timed_out("relation", oid);
}

/*
 * catalog_open opens one of docnum's tables with a lock of that mode; the
 * caller closes it with table_close.  Who opens the log for writing has its
 * sequence locked too.
 */
Relation
catalog_open(CatalogTable table, LOCKMODE mode)
{
	for (;;)
	{
		Oid			oid;

		ensure_resolved();
		oid = catalog.table[table];
		lock_relation(oid, mode);

		/* The lock may have brought the news that the table is another. */
		if (unlikely(!catalog.valid))
			ensure_resolved();
		if (likely(catalog.table[table] == oid))
		{
			if (table == CATALOG_AUDIT_LOG && mode == RowExclusiveLock)
				lock_relation(catalog.audit_sequence, mode);
			return table_open(oid, NoLock);
		}
		UnlockRelationOid(oid, mode);
	}
}

static Relation
open_index(Oid oid, LOCKMODE mode)
{
	lock_relation(oid, mode);
	return index_open(oid, NoLock);
}

/*
 * index_is_ours: has the index the columns, order and collation that docnum's
 * scans rely on?  One that somebody added for reports has the same leading
 * column, and REINDEX CONCURRENTLY puts it before ours in the list.
 */
static bool
index_is_ours(Relation table, Relation index)
{
	Form_pg_index form = index->rd_index;
	CatalogTable which = catalog_identify(table);
	AttrNumber	leading = form->indkey.values[0];
	AttrNumber	second = 0;

	if (which == CATALOG_NUMBER && leading == Anum_number_counter_id)
		second = Anum_number_value;
	else if (which == CATALOG_RANGE)
		second = Anum_range_last_value;
	else if (which == CATALOG_AUDIT_LOG)
		second = Anum_audit_log_value;
	if (second != 0 && (form->indnkeyatts < 2 || form->indkey.values[1] != second))
		return false;
	for (int i = 0; i < Min(form->indnkeyatts, 2); i++)
	{
		if (index->rd_indoption[i] != 0)
			return false;
		if (OidIsValid(index->rd_indcollation[i]) && index->rd_indcollation[i] != C_COLLATION_OID)
			return false;
	}
	return true;
}

/*
 * catalog_open_index opens the valid btree of the table whose first column is
 * the given one, the partial one or a full one; the caller closes it with
 * index_close.
 */
Relation
catalog_open_index(Relation table, AttrNumber leading, bool partial, LOCKMODE mode)
{
	List	   *indexes = RelationGetIndexList(table);
	ListCell   *cell;

	foreach(cell, indexes)
	{
		Relation	index = open_index(lfirst_oid(cell), mode);
		Form_pg_index form = index->rd_index;

		if (form->indisvalid && form->indkey.values[0] == leading &&
			index->rd_rel->relam == BTREE_AM_OID &&
			index_is_ours(table, index) &&
			partial != heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, NULL))
		{
			list_free(indexes);
			return index;
		}
		index_close(index, mode);
	}
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("table \"%s.%s\" has lost its index on column \"%s\"",
					DOCNUM_SCHEMA, RelationGetRelationName(table),
					NameStr(TupleDescAttr(RelationGetDescr(table), leading - 1)->attname)),
			 errhint("REINDEX the table, or create the index again as docnum's install script does.")));
	return NULL;				/* keep the compiler quiet */
}

Oid
catalog_table_oid(CatalogTable table)
{
	ensure_resolved();
	return catalog.table[table];
}

/*
 * catalog_identify tells which of docnum's tables a relation is.
 */
CatalogTable
catalog_identify(Relation table)
{
	ensure_resolved();
	for (int i = 0; i < CATALOG_TABLES; i++)
	{
		if (catalog.table[i] == RelationGetRelid(table))
			return (CatalogTable) i;
	}
	return CATALOG_TABLES;
}

Oid
catalog_extension_owner(void)
{
	ensure_resolved();
	return catalog.extension_owner;
}

/*
 * catalog_next_audit_id draws an id for a row of the log.
 */
int64
catalog_next_audit_id(void)
{
	ensure_resolved();
	return nextval_internal(catalog.audit_sequence, false);
}

/* The enum value of a state, and back. */
Oid
catalog_state_oid(NumberState state)
{
	ensure_resolved();
	return catalog.state[state];
}

NumberState
catalog_state_from_oid(Oid state)
{
	ensure_resolved();
	for (int i = 0; i < NUMBER_STATES; i++)
	{
		if (catalog.state[i] == state)
			return (NumberState) i;
	}
	elog(ERROR, "unknown state %u in the ledger", state);
	return STATE_EXTERNAL;		/* keep the compiler quiet */
}

/*
 * index_is_plain: a btree on columns, whose entry can be formed directly.
 */
static bool
index_is_plain(Relation index)
{
	return index->rd_rel->relam == BTREE_AM_OID &&
		heap_attisnull(index->rd_indextuple, Anum_pg_index_indexprs, NULL) &&
		heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, NULL);
}

/*
 * insert_plain_entry adds a row to a btree on columns.  Returns what the
 * index says of uniqueness: with UNIQUE_CHECK_PARTIAL, false where another
 * live or open row has the key.
 */
static bool
insert_plain_entry(Relation table, Relation index, TupleTableSlot *slot,
				   IndexUniqueCheck check)
{
	Datum		values[INDEX_MAX_KEYS];
	bool		isnull[INDEX_MAX_KEYS];
	Form_pg_index form = index->rd_index;

	for (int i = 0; i < form->indnatts; i++)
		values[i] = slot_getattr(slot, form->indkey.values[i], &isnull[i]);
	return index_insert(index, values, isnull, &slot->tts_tid, table, check, false, NULL);
}

/*
 * insert_any_entry adds a row to an index of any kind (partial, on
 * expressions, another access method): the way of the executor.
 */
static void
insert_any_entry(Relation table, Relation index, TupleTableSlot *slot)
{
	Datum		values[INDEX_MAX_KEYS];
	bool		isnull[INDEX_MAX_KEYS];
	EState	   *estate = CreateExecutorState();
	ExprContext *econtext = GetPerTupleExprContext(estate);
	IndexInfo  *info = BuildIndexInfo(index);
	bool		wanted = true;

	econtext->ecxt_scantuple = slot;
	if (info->ii_Predicate != NIL)
		wanted = ExecQual(ExecPrepareQual(info->ii_Predicate, estate), econtext);
	if (wanted)
	{
		FormIndexDatum(info, slot, estate, values, isnull);
		index_insert(index, values, isnull, &slot->tts_tid, table,
					 index->rd_index->indisunique ? UNIQUE_CHECK_YES : UNIQUE_CHECK_NO,
					 false, info);
	}
	FreeExecutorState(estate);
}

/*
 * insert_entry adds a row to one index; one that REINDEX CONCURRENTLY is only
 * preparing is passed over.
 */
static void
insert_entry(Relation table, Relation index, TupleTableSlot *slot)
{
	if (!index->rd_index->indisready)
		return;
	if (index_is_plain(index))
		insert_plain_entry(table, index, slot,
						   index->rd_index->indisunique ? UNIQUE_CHECK_YES : UNIQUE_CHECK_NO);
	else
		insert_any_entry(table, index, slot);
}

/*
 * catalog_insert writes a row and its index entries.  The caller has the
 * table open with RowExclusiveLock; slot is a slot of the table, filled.
 * Where a unique key is taken by an open transaction, it waits for that.
 */
void
catalog_insert(Relation table, TupleTableSlot *slot)
{
	List	   *indexes = RelationGetIndexList(table);
	ListCell   *cell;

	table_tuple_insert(table, slot, GetCurrentCommandId(true), 0, NULL);
	foreach(cell, indexes)
	{
		Relation	index = open_index(lfirst_oid(cell), RowExclusiveLock);

		insert_entry(table, index, slot);
		index_close(index, RowExclusiveLock);
	}
	list_free(indexes);
}

/*
 * insert_entries_unless_taken adds a row to all indexes, that one first whose
 * first column is leading; false, with nothing in the others, if it says that
 * the key is taken.
 */
static bool
insert_entries_unless_taken(Relation table, TupleTableSlot *slot, AttrNumber leading)
{
	List	   *indexes = RelationGetIndexList(table);
	ListCell   *cell;
	bool		unique = true;

	for (int pass = 0; pass < 2 && unique; pass++)
	{
		foreach(cell, indexes)
		{
			Relation	index = open_index(lfirst_oid(cell), RowExclusiveLock);
			Form_pg_index form = index->rd_index;
			bool		decides = form->indisunique && index_is_plain(index) &&
			form->indkey.values[0] == leading;

			if (decides && pass == 0 && form->indisready)
				unique &= insert_plain_entry(table, index, slot, UNIQUE_CHECK_PARTIAL);
			else if (!decides && pass == 1)
				insert_entry(table, index, slot);
			index_close(index, RowExclusiveLock);
		}
	}
	list_free(indexes);
	return unique;
}

/*
 * catalog_insert_unless_taken writes a row, unless another live row, or one
 * of an open transaction, has its key in the unique index whose first column
 * is leading, or confirm (may be NULL) says no to it: then it waits for
 * nobody, writes nothing that stays, and returns false.  The check is made
 * under the index page's lock, so that two writers cannot both pass it.
 *
 * Where the log of changes can be decoded, the insertion is speculative, as
 * that of INSERT .. ON CONFLICT: a row that was written and deleted would be
 * sent to subscribers as both, and the first of it fails there for ever.  It
 * costs a record of the write-ahead log for each row.  Nothing else may be
 * written between its beginning and its end.
 */
bool
catalog_insert_unless_taken(Relation table, TupleTableSlot *slot, AttrNumber leading,
							CatalogConfirm confirm, void *arg)
{
	bool		speculative = RelationIsLogicallyLogged(table);
	CommandId	command = GetCurrentCommandId(true);
	bool		stays;

	if (speculative)
		table_tuple_insert_speculative(table, slot, command, 0, NULL,
									   SpeculativeInsertionLockAcquire(GetCurrentTransactionId()));
	else
		table_tuple_insert(table, slot, command, 0, NULL);
	stays = insert_entries_unless_taken(table, slot, leading) &&
		(confirm == NULL || confirm(slot, arg));

	if (speculative)
	{
		table_tuple_complete_speculative(table, slot, 0, stays);
		SpeculativeInsertionLockRelease(GetCurrentTransactionId());
	}
	else if (!stays)
	{
		CommandCounterIncrement();
		simple_table_tuple_delete(table, &slot->tts_tid, InvalidSnapshot);
	}
	return stays;
}

/*
 * insert_many_entries adds rows to one index; returns the first of them whose
 * key it says is taken, where decides, or count.
 */
static int
insert_many_entries(Relation table, Relation index, TupleTableSlot **slots, int count,
					bool decides)
{
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!decides)
			insert_entry(table, index, slots[i]);
		else if (!insert_plain_entry(table, index, slots[i], UNIQUE_CHECK_PARTIAL))
			return i;
	}
	return count;
}

/*
 * catalog_insert_many writes rows and their index entries, heap pages and
 * indexes one after the other.  Returns count; or, where the unique index whose
 * first column is leading (0: none) says of a row that another live row, or one
 * of an open transaction, has its key, which row: then the rows are written in
 * part, and the caller must raise an error.
 */
int
catalog_insert_many(Relation table, TupleTableSlot **slots, int count,
					AttrNumber leading, struct BulkInsertStateData *bulk)
{
	List	   *indexes = RelationGetIndexList(table);
	ListCell   *cell;
	int			free_until = count;

	table_multi_insert(table, slots, count, GetCurrentCommandId(true), 0, bulk);
	foreach(cell, indexes)
	{
		Relation	index = open_index(lfirst_oid(cell), RowExclusiveLock);
		Form_pg_index form = index->rd_index;
		bool		decides = leading != 0 && form->indisunique && form->indisready &&
		index_is_plain(index) && form->indkey.values[0] == leading;

		if (free_until == count)
			free_until = insert_many_entries(table, index, slots, count, decides);
		index_close(index, RowExclusiveLock);
	}
	list_free(indexes);
	return free_until;
}

typedef struct RowChange
{
	Relation	table;
	ItemPointer tid;
	TupleTableSlot *slot;		/* new version */
	CompatUpdateIndexes update;
} RowChange;

static void
update_row(void *arg)
{
	RowChange  *change = arg;

	simple_table_tuple_update(change->table, change->tid, change->slot, InvalidSnapshot,
							  &change->update);
}

static void
delete_row(void *arg)
{
	RowChange  *change = arg;

	simple_table_tuple_delete(change->table, change->tid, InvalidSnapshot);
}

/*
 * catalog_update replaces a row version that the caller has locked by the
 * contents of slot, HOT where no indexed column changed.
 */
void
catalog_update(Relation table, TupleTableSlot *old, TupleTableSlot *slot)
{
	RowChange	change = {.table = table,.tid = &old->tts_tid,.slot = slot};
	List	   *indexes;
	ListCell   *cell;

	if (!lock_wait_bounded(update_row, &change))
		timed_out("a row of", RelationGetRelid(table));
	indexes = RelationGetIndexList(table);
	foreach(cell, indexes)
	{
		Relation	index = open_index(lfirst_oid(cell), RowExclusiveLock);

		if (compat_index_needs_entry(change.update, index))
			insert_entry(table, index, slot);
		index_close(index, RowExclusiveLock);
	}
	list_free(indexes);
}

/*
 * catalog_delete removes a row.
 */
void
catalog_delete(Relation table, ItemPointer tid)
{
	RowChange	change = {.table = table,.tid = tid};

	if (!lock_wait_bounded(delete_row, &change))
		timed_out("a row of", RelationGetRelid(table));
}

uint64
catalog_definitions_version(void)
{
	return catalog.definitions_version;
}

uint64
catalog_privileges_version(void)
{
	return catalog.privileges_version;
}

uint64
catalog_ranges_version(void)
{
	return catalog.ranges_version;
}

uint64
catalog_attachments_version(void)
{
	return catalog.attachments_version;
}

/*
 * catalog_definitions_changed and its like: rows of the table
 * were written.  Every backend hears of it when this transaction commits, this
 * one at its next command.
 */
void
catalog_definitions_changed(void)
{
	ensure_resolved();
	CacheInvalidateRelcacheByRelid(catalog.table[CATALOG_DOCUMENT_TYPE]);
}

void
catalog_privileges_changed(void)
{
	ensure_resolved();
	CacheInvalidateRelcacheByRelid(catalog.table[CATALOG_PRIVILEGE]);
}

void
catalog_ranges_changed(void)
{
	ensure_resolved();
	CacheInvalidateRelcacheByRelid(catalog.table[CATALOG_RANGE]);
}

void
catalog_attachments_changed(void)
{
	ensure_resolved();
	CacheInvalidateRelcacheByRelid(catalog.table[CATALOG_ATTACHMENT]);
}

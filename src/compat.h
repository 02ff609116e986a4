/*-------------------------------------------------------------------------
 *
 * compat.h
 *	  The differences between PostgreSQL 15 and 19, and nothing else.
 *
 * The only file that looks at PG_VERSION_NUM.  A wrapper has the shape of the
 * newest server; on an older one it drops what that server does not know.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_COMPAT_H
#define DOCNUM_COMPAT_H

#include "access/amapi.h"
#include "access/genam.h"
#include "access/sysattr.h"
#include "access/tableam.h"
#include "access/twophase.h"
#include "access/xact.h"
#include "executor/executor.h"
#include "storage/lock.h"
#include "storage/proc.h"
#include "storage/procarray.h"
#include "utils/acl.h"
#include "utils/backend_status.h"
#include "utils/backend_progress.h"

#if PG_VERSION_NUM < 150000
#error "docnum needs PostgreSQL 15 or later"
#endif

#if PG_VERSION_NUM < 160000
#include "storage/sinvaladt.h"
#else
#include "catalog/pg_class.h"
#include "parser/parse_relation.h"
#endif

/* 16 asks for any object's owner in one function. */
static inline bool
compat_owns_table(Oid table, Oid role)
{
#if PG_VERSION_NUM >= 160000
	return object_ownercheck(RelationRelationId, table, role);
#else
	return pg_class_ownercheck(table, role);
#endif
}

/*
 * The range table of an update of one column of one table, and the state of
 * the executor's rechecks.  16 keeps privileges apart and wants to know the
 * relations, 18 which of them are pruned.
 */
static inline void
compat_init_range_table(EState *estate, Relation rel, AttrNumber column)
{
	RangeTblEntry *entry = makeNode(RangeTblEntry);
	Bitmapset  *columns = bms_make_singleton(column - FirstLowInvalidHeapAttributeNumber);
#if PG_VERSION_NUM >= 160000
	List	   *privileges = NIL;
#endif

	entry->rtekind = RTE_RELATION;
	entry->relid = RelationGetRelid(rel);
	entry->relkind = rel->rd_rel->relkind;
	entry->rellockmode = RowExclusiveLock;
#if PG_VERSION_NUM >= 180000
	addRTEPermissionInfo(&privileges, entry)->updatedCols = columns;
	ExecInitRangeTable(estate, list_make1(entry), privileges, bms_make_singleton(1));
#elif PG_VERSION_NUM >= 160000
	addRTEPermissionInfo(&privileges, entry)->updatedCols = columns;
	ExecInitRangeTable(estate, list_make1(entry), privileges);
#else
	entry->updatedCols = columns;
	ExecInitRangeTable(estate, list_make1(entry));
#endif
}

static inline void
compat_init_epq(EPQState *epq, EState *estate)
{
#if PG_VERSION_NUM >= 160000
	EvalPlanQualInit(epq, estate, NULL, NIL, -1, NIL);
#else
	EvalPlanQualInit(epq, estate, NULL, NIL, -1);
#endif
}

/* 18 counts index searches for EXPLAIN, 19 takes flags. */
static inline IndexScanDesc
compat_index_beginscan(Relation heap, Relation index, Snapshot snapshot, int nkeys)
{
#if PG_VERSION_NUM >= 190000
	return index_beginscan(heap, index, snapshot, NULL, nkeys, 0, SO_NONE);
#elif PG_VERSION_NUM >= 180000
	return index_beginscan(heap, index, snapshot, NULL, nkeys, 0);
#else
	return index_beginscan(heap, index, snapshot, nkeys, 0);
#endif
}

/* 19 takes flags here too. */
static inline TableScanDesc
compat_table_beginscan(Relation table, Snapshot snapshot)
{
#if PG_VERSION_NUM >= 190000
	return table_beginscan(table, snapshot, 0, NULL, SO_NONE);
#else
	return table_beginscan(table, snapshot, 0, NULL);
#endif
}

/* 18 can log a failed conditional acquisition. */
static inline LockAcquireResult
compat_lock_try(const LOCKTAG *tag, LOCKMODE mode)
{
#if PG_VERSION_NUM >= 180000
	return LockAcquireExtended(tag, mode, false, true, true, NULL, false);
#else
	return LockAcquireExtended(tag, mode, false, true, true, NULL);
#endif
}

/*
 * The process that runs a virtual transaction, or 0 if it ended meanwhile (or
 * was prepared: a prepared transaction keeps the virtual id of the backend
 * that prepared it).
 */
static inline int
compat_vxid_pid(VirtualTransactionId vxid)
{
	PGPROC	   *proc;

#if PG_VERSION_NUM >= 170000
	proc = ProcNumberGetProc(vxid.procNumber);
	if (proc == NULL || proc->vxid.lxid != vxid.localTransactionId)
		return 0;
#else
	proc = BackendIdGetProc(vxid.backendId);
	if (proc == NULL || proc->lxid != vxid.localTransactionId)
		return 0;
#endif
	return proc->pid;
}

/* Status entry of the backend that runs a virtual transaction, or NULL. */
static inline PgBackendStatus *
compat_vxid_status(VirtualTransactionId vxid)
{
#if PG_VERSION_NUM >= 170000
	return pgstat_get_beentry_by_proc_number(vxid.procNumber);
#elif PG_VERSION_NUM >= 160000
	return pgstat_get_beentry_by_backend_id(vxid.backendId);
#else
	return pgstat_fetch_stat_beentry(vxid.backendId);
#endif
}

/* The prepared transaction that holds a virtual id, or InvalidTransactionId. */
static inline TransactionId
compat_vxid_prepared_xid(VirtualTransactionId vxid)
{
	bool		more;

	return TwoPhaseGetXidByVirtualXID(vxid, &more);
}

/*
 * Does an index need an entry for a row version that an update has made?  16
 * can answer "only the summarizing ones", which keep no pointers to rows.
 */
#if PG_VERSION_NUM >= 160000
typedef TU_UpdateIndexes CompatUpdateIndexes;

static inline bool
compat_index_needs_entry(CompatUpdateIndexes update, Relation index)
{
	return update == TU_All ||
		(update == TU_Summarizing && index->rd_indam->amsummarizing);
}
#else
typedef bool CompatUpdateIndexes;

static inline bool
compat_index_needs_entry(CompatUpdateIndexes update, Relation index)
{
	(void) index;
	return update;
}
#endif

/*
 * Delete or update a row version that nobody else is changing; never waits.
 * 19 takes options.
 */
static inline TM_Result
compat_try_delete(Relation table, ItemPointer tid)
{
	TM_FailureData failure;

#if PG_VERSION_NUM >= 190000
	return table_tuple_delete(table, tid, GetCurrentCommandId(true), 0,
							  InvalidSnapshot, InvalidSnapshot, false, &failure);
#else
	return table_tuple_delete(table, tid, GetCurrentCommandId(true),
							  InvalidSnapshot, InvalidSnapshot, false, &failure, false);
#endif
}

static inline TM_Result
compat_try_update(Relation table, ItemPointer tid, TupleTableSlot *slot,
				  CompatUpdateIndexes *update)
{
	TM_FailureData failure;
	LockTupleMode mode;

#if PG_VERSION_NUM >= 190000
	return table_tuple_update(table, tid, slot, GetCurrentCommandId(true), 0,
							  InvalidSnapshot, InvalidSnapshot, false,
							  &failure, &mode, update);
#else
	return table_tuple_update(table, tid, slot, GetCurrentCommandId(true),
							  InvalidSnapshot, InvalidSnapshot, false,
							  &failure, &mode, update);
#endif
}

#endif							/* DOCNUM_COMPAT_H */

/*-------------------------------------------------------------------------
 *
 * lock_wait.c
 *	  Waits that docnum.lock_timeout bounds, and who was in the way.
 *
 * A wait uses the server's own lock timeout: the variable LockTimeout is set
 * for its duration to the smaller of the caller's lock_timeout and
 * docnum.lock_timeout.  Deadlock detection, cancel and statement_timeout work
 * as in any wait for a lock.  A timeout that is the caller's own keeps its
 * code, 55P03; one that is docnum's is reported to the caller of this module,
 * which must raise an error: the failed wait left nothing behind, but no
 * subtransaction was opened that could undo other work.
 *
 * Memory: texts are allocated in the current context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/subtrans.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "docnum.h"
#include "lock_wait.h"
#include "settings.h"

/*
 * lock_wait_bounded runs a function that waits for locks.  Returns false if
 * docnum.lock_timeout ended the wait; the caller must then raise an error.
 */
bool
lock_wait_bounded(LockWaitFunction wait, void *arg)
{
	MemoryContext context = CurrentMemoryContext;
	int			callers_timeout = LockTimeout;
	bool		ours = settings_lock_timeout > 0 &&
	(callers_timeout == 0 || settings_lock_timeout < callers_timeout);
	volatile bool in_time = true;

	if (!ours)
	{
		wait(arg);
		return true;
	}

	LockTimeout = settings_lock_timeout;
	PG_TRY();
	{
		wait(arg);
		LockTimeout = callers_timeout;
	}
	PG_CATCH();
	{
		LockTimeout = callers_timeout;
		if (geterrcode() != ERRCODE_LOCK_NOT_AVAILABLE)
			PG_RE_THROW();
		MemoryContextSwitchTo(context);
		FlushErrorState();
		in_time = false;
	}
	PG_END_TRY();
	return in_time;
}

/*
 * lock_wait_for_tables runs a function that opens docnum's tables.  Raises
 * NB003.
 */
void
lock_wait_for_tables(LockWaitFunction open, void *arg)
{
	if (!lock_wait_bounded(open, arg))
		ereport(ERROR,
				(errcode(ERRCODE_DOCNUM_LOCK_TIMEOUT),
				 errmsg("docnum's tables are busy: waited %d ms for them", settings_lock_timeout),
				 errdetail("Another transaction changes a definition, or an administrator has locked a table."),
				 errhint("Try again when it has ended; docnum.lock_timeout sets how long to wait.")));
}

static void
wait_for_transaction(void *arg)
{
	XactLockTableWait(*(TransactionId *) arg, NULL, NULL, XLTW_None);
}

/*
 * lock_wait_for_transaction waits for the end of another transaction, bounded.
 */
bool
lock_wait_for_transaction(TransactionId xid)
{
	return lock_wait_bounded(wait_for_transaction, &xid);
}

/*
 * prepared_gid returns the name of a prepared transaction, or NULL.
 */
static char *
prepared_gid(TransactionId xid)
{
	MemoryContext context = CurrentMemoryContext;
	Oid			type = XIDOID;
	Datum		value = TransactionIdGetDatum(xid);
	char	   *gid = NULL;

	if (SPI_connect() != SPI_OK_CONNECT)
		return NULL;
	if (SPI_execute_with_args("SELECT gid FROM pg_catalog.pg_prepared_xacts"
							  " WHERE transaction OPERATOR(pg_catalog.=) $1",
							  1, &type, &value, NULL, false, 1) == SPI_OK_SELECT &&
		SPI_processed == 1)
		gid = MemoryContextStrdup(context,
								  SPI_getvalue(SPI_tuptable->vals[0],
											   SPI_tuptable->tupdesc, 1));
	SPI_finish();
	return gid;
}

/*
 * append_process says which process it is and how long its transaction has
 * been open.
 */
static void
append_process(StringInfo text, int pid, PgBackendStatus *status)
{
	TimestampTz start = status ? status->st_xact_start_timestamp : 0;

	appendStringInfo(text, "process %d", pid);
	if (start != 0)
		appendStringInfo(text, " (its transaction is open for %.1f s)",
						 TimestampDifferenceMilliseconds(start, GetCurrentTimestamp()) / 1000.0);
}

/*
 * lock_wait_holders names who holds a lock: process and age of its
 * transaction, or the prepared transaction.  Never NULL; where the holder is
 * gone meanwhile, it says so.
 */
char *
lock_wait_holders(const LOCKTAG *tag)
{
	StringInfoData text;
	int			n;
	VirtualTransactionId *holders = GetLockConflicts(tag, ExclusiveLock, &n);

	initStringInfo(&text);
	for (int i = 0; i < n; i++)
	{
		int			pid = 0;
		TransactionId xid = InvalidTransactionId;

		if (VirtualTransactionIdIsRecoveredPreparedXact(holders[i]))
			xid = holders[i].localTransactionId;
		else
			pid = compat_vxid_pid(holders[i]);
		if (pid == 0 && !TransactionIdIsValid(xid))
			xid = compat_vxid_prepared_xid(holders[i]);
		if (pid == 0 && !TransactionIdIsValid(xid))
			continue;

		if (text.len > 0)
			appendStringInfoString(&text, ", ");
		if (pid != 0)
			append_process(&text, pid, compat_vxid_status(holders[i]));
		else
		{
			char	   *gid = prepared_gid(xid);

			appendStringInfo(&text, "prepared transaction \"%s\"", gid ? gid : "?");
		}
	}
	if (text.len == 0)
		appendStringInfoString(&text, "a transaction that has ended meanwhile");
	return text.data;
}

/*
 * lock_wait_describe_xid names the process or prepared transaction that an
 * open transaction id belongs to.
 */
char *
lock_wait_describe_xid(TransactionId xid)
{
	StringInfoData text;
	char	   *gid;
	LOCKTAG		tag;

	xid = SubTransGetTopmostTransaction(xid);
	gid = prepared_gid(xid);
	if (gid)
		return psprintf("prepared transaction \"%s\"", gid);
	initStringInfo(&text);
	SET_LOCKTAG_TRANSACTION(tag, xid);
	appendStringInfoString(&text, lock_wait_holders(&tag));
	return text.data;
}
